// One connection of a lane to every peer that is there, kept by whichever of the two can dial the other: the one with the
// lower id at once, the other when it has waited in vain. Membership says who is there; a line proves nothing about that.

import http2, { type ClientHttp2Session, type Http2Stream } from 'node:http2'
import type { PeerId } from '#protocol/ids.ts'
import { formatPeerIdentity, type Lane, type PeerIdentity, peerPath } from '#protocol/link.ts'
import { Connection, onEnd } from '../../../link/connection.ts'
import { dial } from '../../../link/dial.ts'
import { heartbeat } from '../../../link/heartbeat.ts'
import { sessionOptions, widen } from '../../../link/session.ts'
import type { Clock } from '../../clock.ts'
import type { Keyring } from '../seal/keyring.ts'
import { type Standing, stays } from './glare.ts'
import { derivePeerKey } from './lines.ts'
import { PeerLine } from './peer-line.ts'

/** How often lines are compared with who is there, ms; each change of membership does so at once. */
const RECONCILE_MS = 1000
/** The one with the higher id leaves dialling to the other for so long, ms: a dial takes less than a second. */
const PATIENCE_MS = 3000
/** A dial that has not got through by then began while nothing came through, ms: the next will sooner. */
const DIAL_MS = 3000
/** Pauses after failed dials, ms: doubled from the first to the last. With the dial it is the longest wait after a heal. */
const MIN_PAUSE_MS = 500
const MAX_PAUSE_MS = 2000
/** A line that stood this long was a good one: when it is lost it is dialled again at once, ms. */
const STEADY_MS = 5000
/** Lines that strangers of the right key may hold: a membership's worth. */
const MAX_LINES = 500

export interface Reachable {
  readonly id: PeerId
  readonly address: string
  /** Alive or doubted; not a peer that is given up. */
  readonly isThere: boolean
}

export interface MeshOptions {
  readonly lane: Exclude<Lane, 'control'>
  readonly self: { readonly peer: PeerId; readonly run: string }
  readonly keyring: Keyring
  readonly clock: Clock
  /** Everybody that membership knows. */
  readonly peers: () => readonly Reachable[]
  /** The largest message, bytes. */
  readonly maxBytes: number
  readonly onLine: (line: PeerLine) => void
  /** A line that stood is gone; a newer one to the same peer may stand already. */
  readonly onLost: (line: PeerLine) => void
  readonly onRefused: (peer: string, reason: string) => void
}

interface Absence {
  /** When a line last opened; a dial that only leads to a line that ends at once has not helped. */
  metMs: number
  pauseMs: number
  nextMs: number
  isDialling: boolean
}

interface Kept extends Omit<Standing, 'isOpen'> {
  readonly line: PeerLine
}

export class Mesh {
  readonly #options: MeshOptions
  readonly #lines = new Map<string, Kept>()
  readonly #absent = new Map<PeerId, Absence>()
  readonly #closed = new AbortController()
  readonly #loop: Promise<void>

  constructor(options: MeshOptions) {
    this.#options = options
    this.#loop = this.#keepUp()
  }

  get lines(): readonly PeerLine[] {
    return [...this.#lines.values()].map(({ line }) => line)
  }

  /** Another peer has dialled and proved a key. */
  accepted({ peerId }: PeerIdentity, connection: Connection<ClientHttp2Session>): void {
    const known = this.#options.peers().find(({ id }) => id === peerId)
    const isWelcome = known?.isThere ?? this.#lines.size < MAX_LINES
    if (!isWelcome || this.#closed.signal.aborted) {
      connection.end()
      return
    }
    const headers = { ':method': 'POST', ':path': peerPath(this.#options.lane) }
    const h2 = connection.session.request(headers, { endStream: false })
    this.#begin(connection, h2, { expected: peerId, isLowers: peerId < this.#options.self.peer })
  }

  /** Dials who is there and has no line, ends lines to who is not. */
  reconcile(): void {
    if (this.#closed.signal.aborted) return
    const nowMs = this.#options.clock.monotonicMs()
    for (const peer of this.#options.peers()) {
      if (!peer.isThere) this.#lines.get(peer.id)?.line.end()
      const isSteady = nowMs - (this.#absent.get(peer.id)?.metMs ?? nowMs) > STEADY_MS
      if (!peer.isThere || (isSteady && this.#lines.has(peer.id))) this.#absent.delete(peer.id)
      else if (!this.#lines.has(peer.id)) this.#look(peer, nowMs)
    }
  }

  async close(): Promise<void> {
    this.#closed.abort()
    await this.#loop
  }

  async #keepUp(): Promise<void> {
    const { signal } = this.#closed
    while (!signal.aborted) {
      await this.#options.clock.delay(RECONCILE_MS, signal).catch(() => undefined)
      this.reconcile()
    }
  }

  #look({ id, address }: Reachable, nowMs: number): void {
    const isFirst = this.#options.self.peer < id
    const absence = this.#absent.get(id) ?? {
      metMs: nowMs,
      pauseMs: MIN_PAUSE_MS,
      nextMs: isFirst ? nowMs : nowMs + PATIENCE_MS,
      isDialling: false,
    }
    this.#absent.set(id, absence)
    if (absence.isDialling || absence.nextMs > nowMs) return
    absence.isDialling = true
    this.#dial(id, address)
      .catch(() => undefined) // whoever cannot be reached now is tried again, and membership says why
      .finally(() => {
        absence.isDialling = false
        absence.nextMs = this.#options.clock.monotonicMs() + absence.pauseMs
        absence.pauseMs = Math.min(absence.pauseMs * 2, MAX_PAUSE_MS)
      })
  }

  async #dial(id: PeerId, address: string): Promise<void> {
    const { self, lane, keyring, clock } = this.#options
    const key = keyring.used
    const { socket, raw } = await dial({
      address: `http://${address}`,
      identity: formatPeerIdentity({ peerId: self.peer, keyTag: key.tag, lane, run: self.run }),
      key: derivePeerKey(key),
      clock,
      timeoutMs: DIAL_MS,
      signal: this.#closed.signal,
    })
    const session = http2.performServerHandshake(socket, sessionOptions)
    widen(session)
    const connection = new Connection(session, [socket, raw])
    let isBegun = false
    session.on('stream', (h2, headers) => {
      if (headers[':path'] !== peerPath(lane) || isBegun) {
        connection.end()
        return
      }
      isBegun = true
      h2.respond({ ':status': 200 })
      this.#begin(connection, h2, { expected: id, isLowers: self.peer < id })
    })
    this.#endUnused(connection)
  }

  /** A peer that was dialled and opens nothing is none. */
  #endUnused(connection: Connection): void {
    const { clock } = this.#options
    const begun = new AbortController()
    connection.session.once('stream', () => begun.abort())
    const over = AbortSignal.any([begun.signal, connection.ended, this.#closed.signal])
    clock.delay(PATIENCE_MS, over).then(
      () => connection.end(),
      () => this.#closed.signal.aborted && connection.end(),
    )
  }

  #begin(
    connection: Connection,
    h2: Http2Stream,
    { expected, isLowers }: { expected: string; isLowers: boolean },
  ): void {
    const { self, maxBytes, onRefused } = this.#options
    const line = new PeerLine(connection, h2, {
      self,
      expected,
      maxBytes,
      onOpen: (open) => this.#opened(open, isLowers),
      onRefused: (reason) => onRefused(expected, reason),
    })
    onEnd(connection, () => this.#ended(line))
    this.#keep(connection)
    this.#options.clock.delay(PATIENCE_MS, connection.ended).then(
      () => line.run === '' && line.refuse('it did not say who it is'),
      () => undefined, // ended before
    )
  }

  #opened(line: PeerLine, isLowers: boolean): void {
    const nowMs = this.#options.clock.monotonicMs()
    const former = this.#lines.get(line.peer)
    if (former && stays({ ...former, isOpen: former.line.isOpen }, isLowers, nowMs)) {
      line.end()
      return
    }
    this.#lines.set(line.peer, { line, isLowers, sinceMs: nowMs })
    const absence = this.#absent.get(line.peer)
    if (absence) absence.metMs = nowMs
    former?.line.end()
    this.#options.onLine(line)
  }

  #ended(line: PeerLine): void {
    if (this.#lines.get(line.peer)?.line === line) this.#lines.delete(line.peer)
    if (line.run !== '') this.#options.onLost(line)
    if (!this.#closed.signal.aborted) queueMicrotask(() => this.reconcile())
  }

  /** Until it is dead, or we are closed. */
  #keep(connection: Connection): void {
    const { clock } = this.#options
    const { signal } = this.#closed
    const end = () => connection.end()
    signal.addEventListener('abort', end, { once: true })
    onEnd(connection, () => signal.removeEventListener('abort', end))
    if (signal.aborted) end()
    const delay = (ms: number, until?: AbortSignal) => clock.delay(ms, until)
    void heartbeat(connection.session, { delay, onDead: end }, connection.ended)
  }
}
