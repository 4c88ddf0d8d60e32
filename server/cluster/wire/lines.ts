// The control connections between peers, for membership alone: dialled when there is something to say that a datagram
// cannot carry, and closed when nobody has used them for a while. TLS 1.3 with a key of the cluster's is the only proof,
// and there is nothing to switch off.

import { hkdfSync } from 'node:crypto'
import http2, { type ClientHttp2Session } from 'node:http2'
import { formatPeerIdentity, type PeerIdentity, peerPath } from '#protocol/link.ts'
import { Connection, onEnd } from '../../../link/connection.ts'
import { dial } from '../../../link/dial.ts'
import { heartbeat } from '../../../link/heartbeat.ts'
import { sessionOptions, widen } from '../../../link/session.ts'
import type { Clock } from '../../clock.ts'
import type { ClusterKey, Keyring } from '../seal/keyring.ts'
import { Line } from './line.ts'

/** An unused line is closed after this, ms. */
const IDLE_MS = 60_000
/** Lines that others dialled; the one that was used longest ago makes room. */
export const MAX_ACCEPTED_LINES = 256
/** What waits for a line that is being dialled, messages. */
const MAX_WAITING = 16
/** After a failed dial an address is left alone for this long, ms: what was to be said is said again anyway. */
const DIAL_PAUSE_MS = 1000

export interface LinesParts {
  readonly peerId: string
  readonly run: string
  readonly keyring: Keyring
  readonly clock: Clock
  /** `from` is what `send` takes to answer on the same line. */
  readonly onMessage: (bytes: Buffer, from: string) => void
}

interface Dialled {
  line: Line | undefined
  readonly waiting: Uint8Array[]
  failedMs: number
}

export class PeerLines {
  readonly #parts: LinesParts
  readonly #dialled = new Map<string, Dialled>()
  readonly #accepted = new Map<string, Line>()
  readonly #closed = new AbortController()
  #count = 0

  constructor(parts: LinesParts) {
    this.#parts = parts
  }

  keyOf({ keyTag }: PeerIdentity): Buffer | undefined {
    const key = this.#parts.keyring.find(keyTag)
    return key && derivePeerKey(key)
  }

  /** Another peer has dialled, and proved a key. */
  accepted(_: PeerIdentity, connection: Connection<ClientHttp2Session>): void {
    this.#count += 1
    const name = `#${this.#count}`
    const headers = { ':method': 'POST', ':path': peerPath('control') }
    const h2 = connection.session.request(headers, { endStream: false })
    const line = new Line(h2, (bytes) => this.#heard(name, bytes))
    this.#keep(connection)
    this.#accepted.set(name, line)
    onEnd(connection, () => this.#accepted.delete(name))
    this.#makeRoom()
  }

  /** To an address, or back to where a message came from. What cannot be said is dropped. */
  send(to: string, bytes: Uint8Array): void {
    this.#closeIdle()
    if (to.startsWith('#')) {
      this.#accepted.get(to)?.send(bytes)
      return
    }
    const dialled = this.#dialled.get(to)
    if (dialled?.line?.isOpen) dialled.line.send(bytes)
    else if (dialled && !dialled.line) wait(dialled, bytes)
    else this.#dial(to, bytes)
  }

  close(): void {
    this.#closed.abort()
  }

  #dial(address: string, first: Uint8Array): void {
    const nowMs = this.#parts.clock.monotonicMs()
    const before = this.#dialled.get(address)
    if (before && nowMs - before.failedMs < DIAL_PAUSE_MS) return
    const dialled: Dialled = {
      line: undefined,
      waiting: [first],
      failedMs: Number.NEGATIVE_INFINITY,
    }
    this.#dialled.set(address, dialled)
    this.#open(address, dialled).catch(() => {
      dialled.failedMs = this.#parts.clock.monotonicMs()
      dialled.waiting.length = 0
      if (this.#dialled.get(address) === dialled) this.#dialled.delete(address)
    })
  }

  async #open(address: string, dialled: Dialled): Promise<void> {
    const { peerId, run, keyring, clock } = this.#parts
    const key = keyring.used
    const { socket, raw } = await dial({
      address: `http://${address}`,
      identity: formatPeerIdentity({ peerId, keyTag: key.tag, lane: 'control', run }),
      key: derivePeerKey(key),
      clock,
      signal: this.#closed.signal,
    })
    const session = http2.performServerHandshake(socket, sessionOptions)
    widen(session)
    const connection = new Connection(session, [socket, raw])
    onEnd(connection, () => {
      if (this.#dialled.get(address) === dialled) this.#dialled.delete(address)
    })
    session.on('stream', (h2, headers) => {
      if (headers[':path'] !== peerPath('control') || dialled.line) {
        connection.end()
        return
      }
      h2.respond({ ':status': 200 })
      dialled.line = new Line(h2, (bytes) => this.#heard(address, bytes))
      for (const bytes of dialled.waiting.splice(0)) dialled.line.send(bytes)
    })
    this.#keep(connection)
  }

  /** Until it is idle, dead, or we are closed. */
  #keep(connection: Connection): void {
    const { clock } = this.#parts
    const end = () => connection.end()
    this.#closed.signal.addEventListener('abort', end, { once: true })
    onEnd(connection, () => this.#closed.signal.removeEventListener('abort', end))
    if (this.#closed.signal.aborted) end()
    const delay = (ms: number, signal?: AbortSignal) => clock.delay(ms, signal)
    void heartbeat(connection.session, { delay, onDead: end }, connection.ended)
  }

  #heard(from: string, bytes: Buffer): void {
    if (!this.#closed.signal.aborted) this.#parts.onMessage(bytes, from)
  }

  #closeIdle(): void {
    const beforeMs = performance.now() - IDLE_MS
    for (const [address, { line }] of this.#dialled) {
      if (!line || line.usedMs > beforeMs) continue
      line.end()
      this.#dialled.delete(address)
    }
  }

  #makeRoom(): void {
    if (this.#accepted.size <= MAX_ACCEPTED_LINES) return
    const byUse = [...this.#accepted].toSorted(([, a], [, b]) => a.usedMs - b.usedMs)
    const [oldest] = byUse
    oldest?.[1].end()
    if (oldest) this.#accepted.delete(oldest[0])
  }
}

function wait(dialled: Dialled, bytes: Uint8Array): void {
  if (dialled.waiting.length < MAX_WAITING) dialled.waiting.push(bytes)
}

export const derivePeerKey = ({ secret }: ClusterKey): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'skein peer link 1', secret.length))
