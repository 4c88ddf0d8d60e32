// Tells every other peer what is true here, and hears the same of them, over lines of their own: nothing that measures
// whether a peer lives shares a connection with this. What to say and what to believe is decided in server/live.

import type { PeerId } from '#protocol/ids.ts'
import type { Clock } from '../../clock.ts'
import { loadOf } from '../../live/load.ts'
import {
  type LiveMessage,
  MAX_MESSAGE_BYTES,
  MAX_WANTED,
  parseLiveMessage,
} from '../../live/message.ts'
import type { Outlet } from '../../live/outbox.ts'
import { MAX_LINES } from '../../live/rules.ts'
import type { LiveTable } from '../../live/table.ts'
import type { Log } from '../../log.ts'
import type { PeerState } from '../swim/claim.ts'
import type { Mesh, MeshOptions } from '../wire/mesh.ts'
import type { PeerLine } from '../wire/peer-line.ts'

/** Changes of so long go out together, ms: below what a person notices on a page. */
const FLUSH_MS = 50
/** What may be unsent on a line; above it values wait in the outlet, where a newer one takes an older one's place. */
const MAX_UNSENT_BYTES = 512 * 1024
/** How often what has not been confirmed is looked for, ms. */
const EXPIRE_MS = 1000
/** How often this peer's own load is worked out, and how long that is believed, ms. */
const LOAD_MS = 10_000
const LOAD_TTL_MS = 45_000

/** What a mesh of lines is asked to do for Live; see `Cluster.openMesh`. */
export type OpenMesh = (
  options: Pick<MeshOptions, 'lane' | 'maxBytes' | 'onLine' | 'onLost' | 'onRefused'>,
) => Mesh

export interface LiveSharingOptions {
  readonly live: LiveTable
  readonly self: PeerId
  /** The run of a peer as membership knows it; undefined for one that it does not. */
  readonly runOf: (peer: PeerId) => string | undefined
  readonly openMesh: OpenMesh
  readonly clock: Clock
  readonly log: Log
}

interface Ear {
  readonly line: PeerLine
  readonly outlet: Outlet
  heard: number
}

export class LiveSharing {
  readonly #options: LiveSharingOptions
  readonly #mesh: Mesh
  readonly #ears = new Map<PeerLine, Ear>()
  readonly #refusals = new Map<string, number>()
  readonly #closed = new AbortController()
  readonly #loops: Promise<unknown>
  #wanted: readonly string[] = []
  #isFlushing = false

  constructor(options: LiveSharingOptions) {
    this.#options = options
    this.#mesh = options.openMesh({
      lane: 'live',
      maxBytes: MAX_MESSAGE_BYTES,
      onLine: (line) => this.#began(line),
      onLost: (line) => this.#lost(line),
      onRefused: (peer, reason) => this.#refused(peer, reason),
    })
    options.live.outbox.onPending = () => this.#flushSoon()
    this.#loops = Promise.all([
      this.#every(EXPIRE_MS, () => this.#expire()),
      this.#every(LOAD_MS, () => this.#tellLoad()),
    ])
    this.#tellLoad()
  }

  /** What was refused, by reason: lines, and values on them. */
  get refusals(): ReadonlyMap<string, number> {
    return new Map([...this.#refusals, ...this.#options.live.refusals])
  }

  /** Peers to which a line stands. */
  get linked(): readonly PeerId[] {
    return [...this.#ears.keys()].map(({ peer }) => peer)
  }

  get sentBytes(): number {
    return [...this.#ears.keys()].reduce((sum, { sentBytes }) => sum + sentBytes, 0)
  }

  /** Membership has news of a peer: what one said that is given up is no longer true of anything. */
  changed(peer: PeerId, state: PeerState): void {
    if (state !== 'alive' && state !== 'suspect') this.#options.live.drop(peer)
    this.#mesh.reconcile()
  }

  /** Spaces whose usage somebody looks at here, all of them. */
  want(spaces: readonly string[]): void {
    this.#wanted = spaces.slice(0, MAX_WANTED)
    for (const { line } of this.#ears.values()) this.#sendWanted(line)
  }

  async close(): Promise<void> {
    this.#closed.abort()
    this.#options.live.outbox.onPending = () => undefined
    await Promise.all([this.#mesh.close(), this.#loops])
  }

  #began(line: PeerLine): void {
    const { live } = this.#options
    const ear: Ear = { line, outlet: live.outbox.open(), heard: 0 }
    this.#ears.set(line, ear)
    live.begin(line.peer, line.run)
    line.onMessage = (bytes) => this.#heard(ear, parseLiveMessage(bytes))
    line.onDrain = () => this.#flush(ear)
    if (this.#wanted.length > 0) this.#sendWanted(line)
    this.#tellLines()
    this.#flush(ear)
  }

  /** What the other end said stays for now: membership, or its own time, says when it ends. */
  #lost(line: PeerLine): void {
    this.#ears.get(line)?.outlet.close()
    this.#ears.delete(line)
    if (!this.#closed.signal.aborted) this.#tellLines()
  }

  #heard(ear: Ear, message: LiveMessage | 'unknown' | undefined): void {
    if (message === 'unknown') return
    if (!message) {
      ear.line.refuse('a message that is none')
      return
    }
    if (message.type === 'want') {
      ear.outlet.want(message.usage)
      this.#flush(ear)
      return
    }
    ear.heard++
    if (message.number === ear.heard) this.#options.live.take(ear.line.peer, message)
    else ear.line.refuse(`message ${message.number} in place of ${ear.heard}`)
  }

  #refused(peer: string, reason: string): void {
    this.#refusals.set('line', (this.#refusals.get('line') ?? 0) + 1)
    this.#options.log.warn({ peer, reason }, 'a peer’s live line was refused')
  }

  #sendWanted(line: PeerLine): void {
    line.send(encode({ type: 'want', usage: [...this.#wanted] }))
  }

  #flushSoon(): void {
    if (this.#isFlushing || this.#closed.signal.aborted) return
    this.#isFlushing = true
    this.#options.clock.delay(FLUSH_MS, this.#closed.signal).then(
      () => {
        this.#isFlushing = false
        for (const ear of this.#ears.values()) this.#flush(ear)
      },
      () => undefined, // closed: nobody is to hear of it
    )
  }

  #flush({ line, outlet }: Ear): void {
    while (line.isOpen && line.unsentBytes < MAX_UNSENT_BYTES) {
      const news = outlet.take(this.#options.clock.monotonicMs())
      if (!news) return
      line.send(encode(news))
    }
  }

  /** Also what an earlier run of a peer said that is there again, but to which no line could be had. */
  #expire(): void {
    const { live, runOf } = this.#options
    live.expireForeign()
    const linked = new Set(this.linked)
    for (const [peer, run] of live.publishers) {
      const isOver = !linked.has(peer) && runOf(peer) !== run
      if (isOver) live.drop(peer)
    }
  }

  #tellLoad(): void {
    const { live, self } = this.#options
    live.publish('load', self, loadOf(live.own), LOAD_TTL_MS)
    this.#tellLines()
  }

  /** For the picture of the cluster. */
  #tellLines(): void {
    const { live, self } = this.#options
    const peers = [...new Set(this.linked)].toSorted().slice(0, MAX_LINES)
    live.publish('lines', self, { peers }, LOAD_TTL_MS)
  }

  async #every(ms: number, act: () => void): Promise<void> {
    const { signal } = this.#closed
    while (!signal.aborted) {
      await this.#options.clock.delay(ms, signal).catch(() => undefined)
      if (!signal.aborted) act()
    }
  }
}

const encode = (message: LiveMessage): Buffer => Buffer.from(JSON.stringify(message))
