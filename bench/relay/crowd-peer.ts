// A peer's door and links over records in memory, for many people at many terminals, as a process of its own:
// `node crowd-peer.ts PEOPLE AGENT-KEY`. It says where it is, and each person's cookie and space.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { SpaceId, UserId } from '../../protocol/ids.ts'
import { systemClock } from '../../server/clock.ts'
import { Links } from '../../server/links/links.ts'
import { silentLog } from '../../server/log.ts'
import { makeSpace } from '../../tests/support/gateway/lodge.ts'
import { World } from '../../tests/support/http/world.ts'

export interface Seat {
  readonly spaceId: SpaceId
  readonly cookie: string
}

const [people = '0', agentKey = ''] = process.argv.slice(2)
const key = Buffer.from(agentKey, 'hex')
let links: Links | undefined
const world = await World.open({
  streams: {
    open: (...ask) => links?.streams.open(...ask) ?? Promise.reject(new Error('not yet')),
  },
})
links = new Links({ agentKey: () => key, live: world.live, clock: systemClock, log: silentLog() })
const { handleUpgrade } = links
const door = createServer().on('upgrade', (...call) => handleUpgrade.apply(links, call))
door.listen(0, '127.0.0.1')
await once(door, 'listening')
const address = door.address()
const linkPort = typeof address === 'object' && address ? address.port : 0

const administrator = await world.setUp()
const seats: Seat[] = []
for (let i = 0; i < Number(people); i++) {
  const username = `person-${i}`
  const { cookie } = await world.member(administrator, username)
  const row = world.records.list('user').find(({ groups }) => groups.profile?.username === username)
  seats.push({ cookie, spaceId: await makeSpace(world, row?.id as UserId, 'crowd') })
}
process.send?.({ port: await world.listen(), linkPort, seats })
process.on('disconnect', () => process.exit())
