// This peer's place in its cluster for those parts that are made before it is taken: the others dial the same port that
// agents do, and people ask for the list of peers through the same door as for all else.

import type { ClientHttp2Session } from 'node:http2'
import type { PeerInfo } from '#protocol/api/peers.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { PeerId } from '#protocol/ids.ts'
import type { PeerIdentity } from '#protocol/link.ts'
import type { Connection } from '../../link/connection.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { LiveSharing } from '../cluster/live/sharing.ts'
import type { Change } from '../cluster/membership.ts'
import { type PublishedPeer, publishedPeers } from '../cluster/published.ts'
import type { RecordsSharing } from '../cluster/records/sharing.ts'
import type { Live } from '../live/live.ts'
import type { Log } from '../log.ts'
import type { Records, View } from '../records/records.ts'
import type { Received, Replicable } from '../records/replicable.ts'

/** A peer's state is told again by its next change; it does not expire. */
const FOR_EVER_MS = 2 ** 31 - 1

export class Place {
  cluster: Cluster | undefined
  records: RecordsSharing | undefined
  sharing: LiveSharing | undefined
  readonly #records: View
  readonly #replica: Replicable
  readonly #live: Pick<Live, 'get'>

  constructor(records: View & { readonly replica: Replicable }, live: Pick<Live, 'get'>) {
    this.#records = records
    this.#replica = records.replica
    this.#live = live
  }

  list(): readonly PeerInfo[] {
    return (this.cluster?.peers ?? []).map((peer) => {
      const usage = this.#live.get('load', peer.id)
      const records = this.records?.with(peer.id as PeerId)
      return { ...peer, ...(usage && { usage }), ...(records && { records }) }
    })
  }

  published(): readonly PublishedPeer[] {
    return publishedPeers(this.#records, this.cluster?.peers ?? [])
  }

  token(): string {
    if (!this.cluster) throw new SkeinError('unavailable', { reason: 'still starting' })
    return this.cluster.token
  }

  async received(by: 'one' | 'all'): Promise<Received> {
    const { receipts, seq } = this.#replica
    return (await receipts?.received(seq, by)) ?? { peers: 0, of: 0 }
  }

  keyOf(identity: PeerIdentity): Buffer | undefined {
    return this.cluster?.membership.keyOf(identity)
  }

  accepted(identity: PeerIdentity, connection: Connection<ClientHttp2Session>): void {
    if (this.cluster) this.cluster.accepted(identity, connection)
    else connection.end()
  }
}

/** A change of a peer's state is an event: for the pages at once, and in the audit for later. */
export function noteChange(
  { records, live, log }: { records: Records; live: Live; log: Log },
  self: PeerId,
  { id, was, is, by }: Change,
): void {
  live.publish('peer', id, { state: is }, FOR_EVER_MS)
  const actor = { kind: 'peer', id: self, name: self } as const
  const detail = { was: was ?? 'unknown', is, by }
  const body = { actor, action: 'peer.state', target: { kind: 'peer', id, name: id }, detail }
  records
    .transact(() => ({
      changes: [{ op: 'append', stream: 'audit', subject: id, body }],
      result: undefined,
    }))
    .catch((err: unknown) => log.warn({ err, peer: id }, 'a peer’s change of state was not kept'))
}
