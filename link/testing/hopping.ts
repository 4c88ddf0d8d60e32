// Two peers of which one holds an agent's link and the other has heard so, in one process over real sockets.

import { randomBytes } from 'node:crypto'
import { newId, type PeerId, type SpaceId } from '#protocol/ids.ts'
import { formatPeerIdentity, type HopLane } from '#protocol/link.ts'
import { systemClock } from '../../server/clock.ts'
import type { PeerWays } from '../../server/links/hop/hops.ts'
import type { PeerDoor } from '../../server/links/links.ts'
import { dial, type Secured } from '../dial.ts'
import { TestPeer } from './linked.ts'

export class Hopping {
  readonly holderId: PeerId = newId<'peer'>()
  readonly askerId: PeerId = newId<'peer'>()
  /** The cluster's. */
  readonly key = randomBytes(32)
  readonly holder: TestPeer
  readonly asker: TestPeer
  /** Of the holder, once it listens. */
  address = ''

  constructor() {
    const peers: PeerDoor = { keyOf: () => this.key, accepted: (_, { end }) => end() }
    const ways: PeerWays = { dial: (_, lane, { signal }) => this.dial(lane, signal) }
    this.holder = new TestPeer(systemClock, { peers })
    this.asker = new TestPeer(systemClock, { ways })
  }

  /** The agent is linked, and the asker has heard where. */
  async begin(): Promise<this> {
    const { holder } = this
    this.address = await holder.listen()
    holder.dial([this.address])
    await holder.linked()
    this.hear(this.holderId)
    return this
  }

  /** The asker hears that a peer holds the link. */
  hear(peer: PeerId): void {
    hear(this.asker, peer, this.holder.spaceId)
  }

  /** As the asker proves itself to the holder. */
  async dial(lane: HopLane, signal = new AbortController().signal): Promise<Secured> {
    const identity = formatPeerIdentity({ peerId: this.askerId, keyTag: 1, lane, run: 'run' })
    return await dial({
      ...{ address: this.address, identity, key: this.key, signal },
      clock: systemClock,
    })
  }

  async close(): Promise<void> {
    await this.asker.close()
    await this.holder.close()
  }
}

/** A peer hears that another holds an agent's link. */
export function hear({ live }: TestPeer, peer: PeerId, spaceId: SpaceId): void {
  const agent = { linkedAt: 1, route: '', failed: [], version: 'test', run: 'run' }
  live.begin(peer, 'run')
  live.take(peer, {
    type: 'news',
    number: 1,
    gone: [],
    kept: [],
    set: [['agent', spaceId, 1, 60_000, 1, systemClock.nowMs(), agent]],
    isWhole: true,
  })
}
