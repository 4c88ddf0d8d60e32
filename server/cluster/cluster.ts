// This peer's place among its peers: its keyring, its number of starts, what it says of itself, and its membership.

import type { ClientHttp2Session } from 'node:http2'
import { loadavg, networkInterfaces } from 'node:os'
import type { PeerFacts } from '#protocol/api/peers.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { PeerId } from '#protocol/ids.ts'
import { formatPeerIdentity, type PeerIdentity } from '#protocol/link.ts'
import type { Connection } from '../../link/connection.ts'
import { dial, type Secured } from '../../link/dial.ts'
import type { Clock, Random } from '../clock.ts'
import type { Config } from '../config/settings.ts'
import type { Log } from '../log.ts'
import type { Records } from '../records/records.ts'
import { version } from '../version.ts'
import { advertisedAddress } from './advertise.ts'
import { ageOf } from './age.ts'
import { nextBoot } from './boot.ts'
import { formatJoinToken, parseJoinToken } from './join-token.ts'
import { type Change, type KnownPeer, Membership } from './membership.ts'
import { formatMetadata, type PeerMetadata, parseMetadata } from './metadata.ts'
import { knownAddresses } from './published.ts'
import { Keyring } from './seal/keyring.ts'
import { resolveSeeds } from './seeds.ts'
import { derivePeerKey } from './wire/lines.ts'
import { Mesh, type MeshOptions } from './wire/mesh.ts'

/** How often what this peer says of itself is looked at, ms. Load alone is said only when it has moved. */
const SAY_MS = 5_000
/** Load changes worth a word. */
const LOAD_STEP = 0.5
/** How often the names of seeds are looked up again, ms. */
const SEEDS_MS = 10_000

export interface ClusterParts {
  readonly config: Config
  readonly id: PeerId
  readonly cluster: string
  readonly secret: Buffer
  /** Where we really listen. */
  readonly port: number
  readonly url: string
  readonly records: Records
  /** How this peer's database stands. */
  readonly standing: () => Pick<
    PeerMetadata,
    'origin' | 'isRolledBack' | 'isShared' | 'isStoreAway'
  >
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly onChange: (change: Change) => void
}

/** What whoever wants lines of a lane says; the rest is the cluster's. */
export type MeshWish = Pick<MeshOptions, 'lane' | 'maxBytes' | 'onLine' | 'onLost' | 'onRefused'>

export class Cluster {
  readonly membership: Membership
  readonly #parts: ClusterParts
  readonly #keyring: Keyring
  readonly #meshes = new Map<string, Mesh>()
  readonly #address: string
  readonly #stop = new AbortController()
  readonly #loops: Promise<unknown>
  readonly #startedMs: number
  #said: PeerMetadata
  #refusedBy: PeerId | undefined

  private constructor(
    parts: ClusterParts,
    keyring: Keyring,
    address: string,
    membership: Membership,
  ) {
    this.#parts = parts
    this.#keyring = keyring
    this.#address = address
    this.membership = membership
    this.#said = describe(parts)
    this.#startedMs = parts.clock.nowMs()
    this.#loops = Promise.all([this.#sayNews(), this.#seek()])
  }

  static async open(parts: ClusterParts): Promise<Cluster> {
    const { config, id, cluster, secret, port, clock, random, log, onChange } = parts
    const listen = { host: config.listen.host, port }
    const address = advertisedAddress(listen, config.advertise, networkInterfaces())
    const keyring = new Keyring(secret)
    let opened: Cluster | undefined
    const membership = await Membership.start({
      id,
      boot: nextBoot(config.data, clock.nowMs()),
      cluster,
      keyring,
      listen,
      advertise: address,
      metadata: formatMetadata(describe(parts)),
      seeds: await resolveSeeds(seedsOf(parts)),
      clock,
      random,
      log,
      onChange: (change) => {
        onChange(change)
        opened?.reconcile()
      },
      onRefused: (by) => opened?.refuse(by),
    })
    opened = new Cluster(parts, keyring, address, membership)
    return opened
  }

  /** Lines of one lane to every peer that is there. Whoever opens closes; one mesh a lane. */
  openMesh(wish: MeshWish): Mesh {
    const { id, clock } = this.#parts
    const mesh = new Mesh({
      ...wish,
      self: { peer: id, run: this.membership.self.contact?.run ?? id },
      keyring: this.#keyring,
      clock,
      peers: () => this.membership.peers.map(reachable),
    })
    this.#meshes.set(wish.lane, mesh)
    return mesh
  }

  /** A connection of its own to a peer that is there. Rejects with `agent_not_linked` for any other, and as `dial` does. */
  async dial(
    peer: PeerId,
    lane: PeerIdentity['lane'],
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<Secured> {
    const there = this.membership.peers.map(reachable).find(({ id }) => id === peer)
    if (!there?.isThere) throw new SkeinError('agent_not_linked')
    const { id, clock } = this.#parts
    const key = this.#keyring.used
    const run = this.membership.self.contact?.run ?? id
    return await dial({
      ...options,
      address: `http://${there.address}`,
      identity: formatPeerIdentity({ peerId: id, keyTag: key.tag, lane, run }),
      key: derivePeerKey(key),
      clock,
    })
  }

  /** Another peer has dialled and proved a key. */
  accepted(identity: PeerIdentity, connection: Connection<ClientHttp2Session>): void {
    if (identity.lane === 'control') this.membership.accepted(identity, connection)
    else if (this.#meshes.has(identity.lane))
      this.#meshes.get(identity.lane)?.accepted(identity, connection)
    else connection.end()
  }

  reconcile(): void {
    for (const mesh of this.#meshes.values()) mesh.reconcile()
  }

  /** Whether another peer writes to the same database. */
  isMember(peer: PeerId): boolean {
    const { origin, isShared } = this.#parts.standing()
    if (!isShared) return false
    const known = this.membership.peers.find(({ id }) => id === peer)
    const said = known && parseMetadata(known.contact.metadata)
    return said?.isShared === true && said.origin === origin
  }

  /** A line with which another peer joins. Secret. */
  get token(): string {
    const { cluster, secret } = this.#parts
    const others = this.membership.peers.filter(({ state }) => state === 'alive')
    const addresses = [this.#address, ...others.map(({ contact }) => contact.address)]
    return formatJoinToken({ cluster, secret, addresses })
  }

  /** Everybody, ourselves first. */
  get peers(): PeerFacts[] {
    return [this.#self(), ...this.membership.peers.map((peer) => this.#show(peer))]
  }

  /** Another process has our id: this one is silent from now on, and says why to whoever asks. */
  refuse(by: PeerId): void {
    if (this.#refusedBy !== undefined) return
    this.#refusedBy = by
    this.membership.close().catch((err: unknown) => this.#parts.log.error({ err }, 'not closed'))
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#loops
    if (this.#refusedBy === undefined) await this.membership.leave()
  }

  async #sayNews(): Promise<void> {
    while (await this.#waits(SAY_MS)) {
      const news = describe(this.#parts)
      const calm = Math.abs(news.load - this.#said.load) < LOAD_STEP
      const next = calm ? { ...news, load: this.#said.load } : news
      this.#said = next
      this.membership.say(formatMetadata(next))
    }
  }

  async #seek(): Promise<void> {
    while (await this.#waits(SEEDS_MS)) {
      const seeds = await resolveSeeds(seedsOf(this.#parts))
      if (seeds.length > 0) this.membership.join(seeds)
    }
  }

  /** False when it is time to stop. */
  async #waits(ms: number): Promise<boolean> {
    const { signal } = this.#stop
    await this.#parts.clock.delay(ms, signal).catch(() => undefined)
    return !signal.aborted
  }

  #self(): PeerFacts {
    const { id } = this.#parts
    const isRefused = this.#refusedBy !== undefined
    return {
      id,
      isSelf: true,
      state: isRefused ? 'refused' : 'alive',
      since: new Date(this.#startedMs).toISOString(),
      address: this.#address,
      ...described(this.#said, id),
      by: { id: this.#refusedBy ?? id, name: this.#nameOf(this.#refusedBy ?? id) },
    }
  }

  #show({ id, state, sinceMs, contact, by, roundTripMs, clockOffsetMs }: KnownPeer): PeerFacts {
    const metadata = parseMetadata(contact.metadata)
    const age = metadata && ageOf(metadata.version, version)
    return {
      id,
      isSelf: false,
      state,
      since: new Date(sinceMs).toISOString(),
      address: contact.address,
      ...described(metadata, id),
      ...(age !== undefined && { age }),
      by: { id: by, name: this.#nameOf(by) },
      ...(roundTripMs !== undefined && { roundTripMs }),
      ...(clockOffsetMs !== undefined && { clockOffsetMs }),
    }
  }

  #nameOf(id: PeerId): string {
    if (id === this.#parts.id) return this.#said.name
    const known = this.membership.peers.find((peer) => peer.id === id)
    return (known && parseMetadata(known.contact.metadata)?.name) ?? id
  }
}

/** Whoever is doubted is still spoken with; whoever is given up is not. */
const reachable = ({ id, state, contact }: KnownPeer) => ({
  id,
  address: contact.address,
  isThere: state === 'alive' || state === 'suspect',
})

const seedsOf = ({ config: { join, seeds }, records, id }: ClusterParts): readonly string[] => [
  ...seeds,
  ...(join === undefined ? [] : parseJoinToken(join).addresses),
  ...knownAddresses(records, id),
]

function describe({ config, url, records, standing }: ClusterParts): PeerMetadata {
  const load = Math.round((loadavg()[0] ?? 0) * 100) / 100
  const running = records.list('space').filter(({ groups }) => groups.runtime?.state === 'running')
  const hosts = records.list('host').length
  const { name, zone } = config
  return {
    name,
    version,
    ...(zone && { zone }),
    url,
    hosts,
    spaces: running.length,
    load,
    ...standing(),
  }
}

/** What another version says in a way that we cannot read is left out. */
function described(metadata: PeerMetadata | undefined, id: PeerId) {
  return metadata ?? { name: id, version: 'unknown', hosts: 0, spaces: 0, load: 0 }
}
