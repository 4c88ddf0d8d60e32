// This peer's place in its cluster for those parts that are made before it is taken: the others dial the same port that
// agents do, and people ask for the list of peers through the same door as for all else.

import type { ClientHttp2Session } from 'node:http2'
import { networkInterfaces } from 'node:os'
import type { PeerAsk, PeerDuty, PeerFacts, PeerInfo } from '#protocol/api/peers.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { PeerId } from '#protocol/ids.ts'
import type { Actor, PeerIdentity } from '#protocol/link.ts'
import type { Connection } from '../../link/connection.ts'
import { systemClock, systemRandom } from '../clock.ts'
import { advertisedAddress } from '../cluster/advertise.ts'
import { clocksOff } from '../cluster/clocks.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { LiveSharing } from '../cluster/live/sharing.ts'
import type { Change } from '../cluster/membership.ts'
import type { Observer } from '../cluster/observer.ts'
import {
  ownAgentAddresses,
  type PublishedPeer,
  publish,
  publishedPeers,
} from '../cluster/published.ts'
import type { RecordsSharing } from '../cluster/records/sharing.ts'
import type { Config } from '../config/settings.ts'
import type { By } from '../identity/audit.ts'
import type { Live, LiveTopics } from '../live/live.ts'
import type { Log } from '../log.ts'
import type { Records } from '../records/records.ts'
import type { Received, Replicable } from '../records/replicable.ts'
import type { Chronicle } from './chronicle.ts'
import { type Asked, askOf, serves } from './duty/ask.ts'
import { type PeerWish, wishOf } from './duty/wish.ts'
import { loadPeerId } from './peer-id.ts'

const makers = { clock: systemClock, random: systemRandom }
/** A peer's state is told again by its next change; it does not expire. */
const FOR_EVER_MS = 2 ** 31 - 1

export class Place {
  cluster: Cluster | undefined
  records: RecordsSharing | undefined
  sharing: LiveSharing | undefined
  readonly #records: Records
  chronicle: Chronicle | undefined
  observer: Observer | undefined
  readonly #replica: Replicable
  readonly #live: Pick<Live, 'get'>

  constructor(records: Records & { readonly replica: Replicable }, live: Pick<Live, 'get'>) {
    this.#records = records
    this.#replica = records.replica
    this.#live = live
  }

  /** Rejects with the codes of a store. */
  async list(): Promise<readonly PeerInfo[]> {
    const told = this.facts().map(async (peer) => {
      return { ...peer, story: await this.#storyOf(peer.id) }
    })
    return await Promise.all(told)
  }

  /** Stories are in the database alone: while that is away there are none, and the rest is told all the same. */
  async #storyOf(id: string): Promise<PeerInfo['story']> {
    try {
      return (await this.chronicle?.of(id)) ?? []
    } catch (error) {
      if (error instanceof SkeinError && error.code === 'store_unavailable') return []
      throw error
    }
  }

  facts(): readonly PeerFacts[] {
    const peers = this.cluster?.peers ?? []
    const off = clocksOf(peers)
    const heldBack = this.#replica.heldBack()
    return peers.map((peer) => {
      const usage = this.#live.get('load', peer.id)
      const records = this.records?.with(peer.id as PeerId)
      const lines = this.#live.get('lines', peer.id)?.peers
      const wish = wishOf(this.#records, peer.id)
      const clock = off.get(peer.id)
      const held = heldBack.get(peer.origin ?? '') ?? 0
      return {
        ...peer,
        ...(usage && { usage }),
        ...(records && { records }),
        ...(lines && { lines }),
        ...(wish && { duty: dutyOf(wish, this.#live.get('duty', peer.id)) }),
        ...(clock && { clock }),
        ...(held > 0 && { heldBack: held }),
      }
    })
  }

  /** Nobody else is there to whom anybody could be sent. */
  get isAlone(): boolean {
    return !this.facts().some((peer) => !peer.isSelf && serves(peer))
  }

  published(): readonly PublishedPeer[] {
    return publishedPeers(this.#records, this.facts())
  }

  async ask(who: string, ask: PeerAsk, by: By): Promise<Asked> {
    return await askOf({ records: this.#records, peers: this.facts(), makers }, who, ask, by)
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

  async dial(...ask: Parameters<Cluster['dial']>): ReturnType<Cluster['dial']> {
    if (!this.cluster) throw new SkeinError('unavailable', { reason: 'still starting' })
    return await this.cluster.dial(...ask)
  }

  accepted(identity: PeerIdentity, connection: Connection<ClientHttp2Session>): void {
    if (this.cluster) this.cluster.accepted(identity, connection)
    else connection.end()
  }
}

/** A change of a peer's state is an event: for the pages at once, and in the audit for later. */
export function noteChange(
  { records, live, log }: { records: Records; live: Live; log: Log },
  actor: Actor,
  { id, was, is, by }: Change,
): void {
  live.publish('peer', id, { state: is }, FOR_EVER_MS)
  const detail = { was: was ?? 'unknown', is, by }
  const body = { actor, action: 'peer.state', target: { kind: 'peer', id, name: id }, detail }
  records
    .transact(() => ({
      changes: [{ op: 'append', stream: 'audit', subject: id, body }],
      result: undefined,
    }))
    .catch((err: unknown) => log.warn({ err, peer: id }, 'a peer’s change of state was not kept'))
}

/** Of those that are heard: a clock of before tells nothing. */
function clocksOf(peers: readonly PeerFacts[]) {
  const self = peers.find(({ isSelf }) => isSelf)?.id ?? ''
  const offsets = peers.flatMap(({ id, isSelf, state, clockOffsetMs }) =>
    isSelf || state !== 'alive' || clockOffsetMs === undefined
      ? []
      : [[id, clockOffsetMs] as const],
  )
  return clocksOff(self, new Map(offsets))
}

/** Where people open this peer, and agents find it. Not waited for: a full disk must not keep it from serving. */
export function tellWhere(
  { config, records, log }: { config: Config; records: Records; log: Log },
  url: string,
  port: number,
  authority: string | undefined,
): void {
  const agents = [...ownAgentAddresses(config, port)]
  const address = advertisedAddress(
    { host: config.listen.host, port },
    config.advertise,
    networkInterfaces(),
  )
  const published = { url, address, agents, ...(authority !== undefined && { authority }) }
  publish(records, loadPeerId(config.data, makers), published, makers).catch((err: unknown) =>
    log.error({ err }, 'this peer’s address was not kept'),
  )
}

/** What is wanted, and what the peer says of that. */
function dutyOf({ isAway, since, by }: PeerWish, said: LiveTopics['duty'] | undefined): PeerDuty {
  return { isAway, since, by, ...said }
}
