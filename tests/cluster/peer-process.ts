// One peer's membership as a process of its own: real sockets, real time. Says what it sees as lines of JSON.

import { createServer } from 'node:http'
import type { PeerId } from '../../protocol/ids.ts'
import { systemClock, systemRandom } from '../../server/clock.ts'
import { Membership } from '../../server/cluster/membership.ts'
import { Keyring } from '../../server/cluster/seal/keyring.ts'
import { Links } from '../../server/links/links.ts'
import { createLive } from '../../server/live/table.ts'
import { createLog } from '../../server/log.ts'
import { lossySocket } from '../support/lossy-socket.ts'

export interface PeerOrder {
  readonly id: string
  readonly boot: number
  readonly host: string
  readonly port: number
  /** 32 bytes, hex. */
  readonly secret: string
  readonly seeds: readonly string[]
  /** Share of the datagrams sent that are lost, 0 to 1. */
  readonly loss?: number
}

/** How often it says what it sees besides at each change, ms: a test waits for a view, not for news of it. */
const SAY_MS = 200

const order: PeerOrder = JSON.parse(process.argv[2] ?? '{}')
const { id, boot, host, port, secret, seeds, loss = 0 } = order
const log = createLog({ level: 'error', name: `peer ${id}` })
const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`)

const server = createServer()
server.listen(port, host)
const membership = await Membership.start({
  id: id as PeerId,
  boot,
  cluster: 'test',
  keyring: new Keyring(Buffer.from(secret, 'hex')),
  listen: { host, port },
  advertise: `${host}:${port}`,
  metadata: '{}',
  seeds,
  clock: systemClock,
  random: systemRandom,
  log,
  openSocket: lossySocket(loss),
  onChange: (change) => say({ change }),
  onRefused: (by) => say({ refused: by }),
})
const live = createLive({ clock: systemClock })
const links = new Links({
  agentKey: () => undefined,
  live,
  clock: systemClock,
  log,
  peers: membership,
})
server.on('upgrade', (request, socket, head) => links.handleUpgrade(request, socket, head))
const tell = () => {
  const states = membership.peers.map((peer) => [peer.id, peer.state])
  const { sentBytes } = membership
  say({
    view: Object.fromEntries(states),
    sentBytes,
    refusals: Object.fromEntries(membership.refusals),
  })
}
setInterval(tell, SAY_MS)
