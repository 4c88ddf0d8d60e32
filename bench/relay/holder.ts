// A peer that holds an agent's link and lets another peer's streams pass, as a process of its own, so that what passing
// costs is counted alone: `node holder.ts SPACE AGENT-KEY PEER-KEY`.

import { TestPeer } from '../../link/testing/linked.ts'
import type { SpaceId } from '../../protocol/ids.ts'
import { systemClock } from '../../server/clock.ts'
import { eventually } from '../../tests/support/eventually.ts'

const [space = '', agentKey = '', peerKey = ''] = process.argv.slice(2)
const key = Buffer.from(peerKey, 'hex')
const peer = new TestPeer(systemClock, {
  peers: { keyOf: () => key, accepted: (_, connection) => connection.end() },
})
peer.another({ spaceId: space as SpaceId, key: Buffer.from(agentKey, 'hex') })
process.send?.({ address: await peer.listen() })
const linked = () => peer.links.has(space as SpaceId)
await eventually(linked, { timeoutMs: 20_000, what: 'the agent' })
process.send?.({ isLinked: true })
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }))
process.on('disconnect', () => process.exit())
