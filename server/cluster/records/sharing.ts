// Drives the replicator with real lines, time and a real database. Lines are of lane `bulk`, one to each peer: nothing that
// measures whether a peer lives, and nobody's keystroke, shares a connection with records.

import type { PeerRecords } from '#protocol/api/peers.ts'
import type { PeerId } from '#protocol/ids.ts'
import type { Actor } from '#protocol/link.ts'
import type { Clock, Random } from '../../clock.ts'
import type { Records } from '../../records/records.ts'
import type { Replicable } from '../../records/replicable.ts'
import type { Log } from '../../store/log.ts'
import { decode, encode } from '../replica/codec.ts'
import type { Effect } from '../replica/effect.ts'
import type { Input } from '../replica/input.ts'
import { MAX_MESSAGE_BYTES } from '../replica/limits.ts'
import { TOMBSTONE_AGE_MS } from '../replica/purge.ts'
import { Replicator } from '../replica/replicator.ts'
import { Malformed } from '../swim/bytes.ts'
import type { Mesh, MeshOptions } from '../wire/mesh.ts'
import type { PeerLine } from '../wire/peer-line.ts'
import { Absence, isWorthTelling } from './absence.ts'
import { Ear } from './ear.ts'
import { Members } from './members.ts'
import { type Notice, Notices } from './notices.ts'
import { Receiving } from './receiving.ts'

/** How often values of the far future and old tombstones are looked at, ms. */
const TEND_MS = 10_000

export type OpenMesh = (
  wish: Pick<MeshOptions, 'lane' | 'maxBytes' | 'onLine' | 'onLost' | 'onRefused'>,
) => Mesh

export interface RecordsSharingOptions {
  readonly records: Records
  readonly replica: Replicable
  readonly actor: Actor
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Milliseconds after which a tombstone may be forgotten. */
  readonly tombstoneAgeMs?: number
  /** Others know more of what this database wrote than it does: found out before, and told when it is found out. */
  readonly isRolledBack?: boolean
  readonly onRolledBack?: () => void
  /** Since when this database was without others, as wall time in ms, undefined: never with them. Absent: it has none. */
  readonly away?: { readonly sinceMs: number | undefined } | undefined
}

export class RecordsSharing {
  readonly #options: RecordsSharingOptions
  readonly #machine: Replicator
  readonly #receiving: Receiving
  readonly #ears = new Map<PeerId, Ear>()
  readonly #closed = new AbortController()
  readonly #unfollow: () => void
  readonly #tending: Promise<void>
  readonly #members: Members
  #isMember: (peer: PeerId) => boolean = () => false
  readonly #notices: Notices
  /** While no other can be reached, and until what was missed is here. */
  #absence: Absence | undefined
  #heardMs: number
  #isRolledBack = false
  #mesh: Mesh | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: RecordsSharingOptions) {
    this.#options = options
    this.#notices = new Notices(options)
    const { replica, clock, random, away, isRolledBack = false } = options
    this.#isRolledBack = isRolledBack
    this.#absence = away && new Absence(away.sinceMs)
    this.#heardMs = away?.sinceMs ?? clock.nowMs()
    this.#machine = new Replicator({ local: replica.local, random: fractions(random) })
    const count = (seq: number) => ({
      peers:
        seq === 0
          ? this.#others.length
          : this.#machine.heardBy({ origin: replica.origin, seq }).length,
      of: this.#others.length,
    })
    this.#receiving = new Receiving({ clock, count })
    replica.receipts = this.#receiving
    const stops = [
      replica.follow((delta) => this.#step({ type: 'committed', delta })),
      replica.onMoved(() => this.#tellMembers()),
    ]
    this.#unfollow = () => {
      for (const stop of stops) stop()
    }
    const { signal } = this.#closed
    const onRenewed = (was: string) => this.#notices.renewed(was, replica.origin)
    this.#members = new Members({ replica, clock, log: options.log, signal, onRenewed })
    this.#tending = this.#tend()
    this.#step({ type: 'tick' })
  }

  /** Keeps a line to every peer that is there. `isMember`: whether it has the same database. */
  open(openMesh: OpenMesh, isMember: (peer: PeerId) => boolean = () => false): void {
    this.#isMember = isMember
    // Only now: a start writes a little, and a peer that does not start tells nobody why.
    if (this.#isRolledBack) this.#options.replica.refuseWrites()
    this.#mesh = openMesh({
      lane: 'bulk',
      maxBytes: MAX_MESSAGE_BYTES,
      onLine: (line) => this.began(line),
      onLost: (line) => this.lost(line),
      onRefused: (peer, reason) => this.#refused(peer, reason),
    })
  }

  /** Peers to which a line stands. */
  get linked(): readonly PeerId[] {
    return [...this.#ears.keys()]
  }

  /** Whether everything is here that the peer has said to have. */
  isLevelWith(peer: PeerId): boolean {
    const { heard } = this.#options.replica.local
    if (this.#ears.get(peer)?.isMember) return true
    return this.#ears.get(peer)?.theirs?.every((span) => heard.covers(span)) ?? false
  }

  /** For the peers page; nothing of a peer to which no line stands. */
  with(peer: PeerId): PeerRecords | undefined {
    if (!this.#ears.has(peer)) return undefined
    const { isMember } = this.#ears.get(peer) ?? {}
    const isLevel = this.isLevelWith(peer)
    return { isLevel, ...(isMember && { isMember }), ...this.#notices.lastOf(peer) }
  }

  /** When anything was last heard of another, as wall time in ms. */
  get heardMs(): number {
    return this.#heardMs
  }

  /** Others know of transactions of ours that are not here. */
  get isRolledBack(): boolean {
    return this.#isRolledBack
  }

  began(line: PeerLine): void {
    const { clock } = this.#options
    this.#absence?.met(clock.nowMs(), clock.monotonicMs())
    const ear = new Ear(line, this.#isMember(line.peer))
    this.#ears.set(line.peer, ear)
    line.onMessage = (bytes) => this.#heard(ear, bytes)
    if (ear.isMember) this.#tellMembers()
    else this.#step({ type: 'connected', peer: line.peer })
  }

  /** Origins change where a database went back: then members are strangers for a while. */
  #sortMembers(): void {
    for (const ear of this.#ears.values()) {
      const { peer } = ear.line
      const isMember = this.#isMember(peer)
      if (isMember === ear.isMember) continue
      ear.isMember = isMember
      this.#step({ type: isMember ? 'disconnected' : 'connected', peer })
      this.#receiving.changed()
    }
  }

  /** Lines to peers with databases of their own. */
  get #others(): readonly Ear[] {
    return [...this.#ears.values()].filter(({ isMember }) => !isMember)
  }

  #tellMembers(): void {
    const { meta } = this.#options.replica
    for (const { isMember, line } of this.#ears.values()) {
      if (isMember && line.isOpen) line.send(encode({ type: 'moved', meta }))
    }
  }

  lost(line: PeerLine): void {
    if (this.#ears.get(line.peer)?.line !== line) return
    this.#ears.delete(line.peer)
    this.#absence?.lost(line.peer)
    if (this.#ears.size === 0) this.#absence ??= new Absence(this.#heardMs)
    this.#step({ type: 'disconnected', peer: line.peer })
    this.#receiving.changed()
  }

  async close(): Promise<void> {
    this.#closed.abort()
    clearTimeout(this.#timer)
    this.#unfollow()
    this.#options.replica.receipts = undefined
    await Promise.all([this.#mesh?.close(), this.#tending])
  }

  #heard(ear: Ear, bytes: Buffer): void {
    const { peer } = ear.line
    if (!this.#isHere(ear)) return
    this.#heardMs = this.#options.clock.nowMs()
    try {
      const message = decode(bytes)
      if (message.type === 'context') ear.theirs = message.heard
      if (message.type === 'moved') this.#members.moved(message.meta)
      const step = () => {
        if (this.#isHere(ear)) this.#step({ type: 'message', peer, message })
      }
      if (message.type === 'ack') ear.onceStored(step)
      else step()
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      ear.line.refuse(error.message)
    }
  }

  #isHere(ear: Ear): boolean {
    return this.#ears.get(ear.line.peer) === ear && !this.#closed.signal.aborted
  }

  #step(input: Input): void {
    if (this.#closed.signal.aborted) return
    const { clock } = this.#options
    if (input.type === 'tick') this.#sortMembers()
    for (const effect of this.#machine.step(clock.monotonicMs(), input)) this.#perform(effect)
    this.#lookWhetherBack()
    clearTimeout(this.#timer)
    const waitMs = Math.max(0, Math.ceil(this.#machine.wakeAtMs - clock.monotonicMs()))
    this.#timer = setTimeout(() => this.#step({ type: 'tick' }), waitMs)
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'send':
        this.#ears.get(effect.to as PeerId)?.send(effect.message, effect.priority)
        return
      case 'merge':
        this.#merge(effect)
        return
      case 'collect':
        void this.#answer(effect.ticket, this.#collect(effect), (delta) => ({
          type: 'collected',
          ticket: effect.ticket,
          delta,
        }))
        return
      case 'acked':
        this.#receiving.changed()
        return
      case 'rolled-back':
      case 'diverged':
      case 'comparing':
      case 'compared':
        this.#note(effect)
    }
  }

  #merge({ ticket, from, delta }: Effect & { type: 'merge' }): void {
    const answered = this.#answer(ticket, this.#options.replica.merge(delta), (merged) => {
      this.#absence?.merged(merged)
      return { type: 'merged', ticket }
    })
    this.#ears.get(from as PeerId)?.storing(answered)
  }

  async #collect({ spans, buckets }: Effect & { type: 'collect' }) {
    const { replica } = this.#options
    if (buckets.length > 0) return replica.reconcile(buckets)
    return await replica.collect(spans, Number.MAX_SAFE_INTEGER)
  }

  #answer<T>(ticket: number, work: Promise<T>, done: (result: T) => Input): Promise<void> {
    return work.then(
      (result) => this.#step(done(result)),
      (err: unknown) => {
        if (this.#closed.signal.aborted) return
        this.#options.log.warn({ err }, 'records of another peer could not be kept or collected')
        this.#step({ type: 'failed', ticket })
      },
    )
  }

  #note(effect: Notice): void {
    if (effect.type === 'rolled-back' && this.#options.replica.isShared) {
      this.#members.heardOf(effect.seq)
      return
    }
    if (effect.type === 'rolled-back' && this.#isRolledBack) return
    if (effect.type === 'comparing') this.#absence?.comparing(effect.with)
    if (effect.type === 'compared') this.#absence?.compared()
    this.#notices.note(effect)
    if (effect.type === 'rolled-back') this.#rolledBack()
  }

  #rolledBack(): void {
    const { replica, onRolledBack } = this.#options
    this.#isRolledBack = true
    replica.refuseWrites()
    onRolledBack?.()
  }

  /** What came of an absence is this peer's own to tell: it alone knows what it missed. */
  #lookWhetherBack(): void {
    const isLevel = this.#ears.size > 0 && this.linked.every((peer) => this.isLevelWith(peer))
    const ended = this.#absence?.ended(this.#options.clock.monotonicMs(), isLevel)
    if (!ended) return
    this.#absence = undefined
    if (isWorthTelling(ended) && !this.#isRolledBack) this.#notices.back(ended)
  }

  #refused(peer: string, reason: string): void {
    this.#options.log.warn({ peer, reason }, 'a peer’s line for records was refused')
  }

  async #tend(): Promise<void> {
    const { replica, clock, log, tombstoneAgeMs = TOMBSTONE_AGE_MS } = this.#options
    const { signal } = this.#closed
    while (!signal.aborted) {
      await clock.delay(TEND_MS, signal).catch(() => undefined)
      if (signal.aborted) return
      // Again, so that two that only pass for members are found out though nobody writes.
      this.#tellMembers()
      await replica.tend(tombstoneAgeMs).catch((err: unknown) => {
        log.warn({ err }, 'old tombstones could not be forgotten')
      })
    }
  }
}

/** Numbers from 0 to below 1 out of random bytes. */
function fractions(random: Random): () => number {
  return () => Buffer.from(random(4)).readUInt32BE(0) / 2 ** 32
}
