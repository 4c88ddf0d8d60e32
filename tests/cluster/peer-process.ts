// One peer's membership, and what is live, as a process of its own: real sockets, real time. Says what it sees as lines of
// JSON.

import type { PeerId, SpaceId } from '../../protocol/ids.ts'
import { LivePeer } from '../support/live-peer.ts'
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
const SAY_AGAIN_MS = 20_000

const order: PeerOrder = JSON.parse(process.argv[2] ?? '{}')
const { id, boot, host, port, secret, seeds, loss = 0 } = order
const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`)

const peer = await new LivePeer(Buffer.from(secret, 'hex'), id as PeerId).start(seeds, {
  ...{ host, port, boot },
  openSocket: lossySocket(loss),
  onChange: (change) => say({ change }),
  onRefused: (by) => say({ refused: by }),
})
// A word of its own, under a key that tells whose it is; said again before its time is over.
const tellOwn = () => peer.tell(id as string as SpaceId, boot)
tellOwn()
setInterval(tellOwn, SAY_AGAIN_MS)
const tell = () => {
  const { membership, live } = peer
  const states = membership.peers.map((other) => [other.id, other.state])
  say({
    view: Object.fromEntries(states),
    heard: [...live.entries('terminals').keys()],
    sentBytes: membership.sentBytes,
    refusals: Object.fromEntries(membership.refusals),
  })
}
setInterval(tell, SAY_MS)
