// Keeps one terminal connected for as long as it is open: dials at once, then with back-off, always as the same
// client, so that not one byte is lost or doubled. What is typed meanwhile is kept by the numbered client. It knows
// neither xterm nor React; its socket, clock and dice are given to it.

import type { ErrorBody } from '#protocol/errors.ts'
import type { NumberedClient, NumberedEvent } from '#protocol/numbered/client.ts'
import type { Ended, Viewers } from '#protocol/numbered/frames.ts'
import { backoffMs } from '../net/backoff.ts'
import { Store } from '../net/store.ts'

/** How often the echo is measured. */
const PING_EVERY_MS = 2_000
/** A connection on which nothing came for this long after a ping is dead, whatever the browser thinks of it. */
const DEAD_AFTER_MS = 5_000

export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly echoMs?: number }
  | { readonly kind: 'reconnecting'; readonly sinceMs: number }
  | { readonly kind: 'ended'; readonly ended: Ended; readonly lostBytes: number }
  | { readonly kind: 'refused'; readonly error: ErrorBody }

/** Refusals that pass by themselves; all others are told and waited for nobody. */
const passing: ReadonlySet<string> = new Set([
  'agent_not_linked',
  'internal',
  'link_lost',
  'timeout',
  'unavailable',
])

/** The part of a browser's WebSocket that is used here. */
export interface Socket {
  binaryType: string
  readonly readyState: number
  onopen: (() => void) | null
  onmessage: ((event: { readonly data: unknown }) => void) | null
  onclose: (() => void) | null
  send(bytes: Uint8Array<ArrayBuffer>): void
  close(): void
}

const OPEN = 1

export interface ConnectionParts {
  readonly client: () => NumberedClient
  readonly dial: (cols: number, rows: number) => Socket
  readonly screen: Screen
  readonly random: () => number
}

/** What is drawn on. `done` is called once the bytes are parsed, which is what gives the other side credit. */
export interface Screen {
  /** The size that fits here now. */
  size(): { readonly cols: number; readonly rows: number }
  draw(bytes: Uint8Array, done: () => void): void
  snapshot(bytes: Uint8Array, cols: number, rows: number, done: () => void): void
  resize(cols: number, rows: number): void
}

export class TerminalConnection {
  readonly state = new Store<ConnectionState>({ kind: 'connecting' })
  readonly viewers = new Store<Viewers>({ count: 1, labels: [] })
  /** More was typed without a connection than is kept. */
  readonly overflowed = new Store(false)
  readonly #parts: ConnectionParts
  #client: NumberedClient
  #socket: Socket | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #ping: ReturnType<typeof setInterval> | undefined
  #attempt = 0
  /** The size that the attach told; the screen may have found another one since. */
  #told = { cols: 0, rows: 0 }
  #heardAtMs = 0
  #closed = false

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    this.#client = parts.client()
    this.#dial()
  }

  type(bytes: Uint8Array): void {
    const { kind } = this.state.get()
    if (kind === 'ended' || kind === 'refused') return
    try {
      this.#send(this.#client.type(bytes))
    } catch {
      this.overflowed.set(true)
    }
  }

  resize(cols: number, rows: number): void {
    if (this.#client.isAttached) this.#send(this.#client.resize(cols, rows))
  }

  /** A new process under the same name, after the old one has ended. */
  startAgain(): void {
    this.#drop()
    this.#client = this.#parts.client()
    this.#attempt = 0
    this.overflowed.set(false)
    this.state.set({ kind: 'connecting' })
    this.#dial()
  }

  /** Tries at once instead of waiting for the next attempt. */
  tryNow(): void {
    if (this.state.get().kind !== 'reconnecting' || this.#socket) return
    clearTimeout(this.#retry)
    this.#dial()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#retry)
    this.#drop()
  }

  #dial(): void {
    const { cols, rows } = this.#parts.screen.size()
    this.#told = { cols, rows }
    const socket = this.#parts.dial(cols, rows)
    socket.binaryType = 'arraybuffer'
    this.#socket = socket
    this.#heardAtMs = Date.now()
    this.#ping = setInterval(() => this.#measure(), PING_EVERY_MS)
    socket.onopen = () => this.#send(this.#client.attach(cols, rows), true)
    socket.onmessage = ({ data }) => {
      if (this.#socket === socket && data instanceof ArrayBuffer) this.#hear(new Uint8Array(data))
    }
    socket.onclose = () => {
      if (this.#socket === socket) this.#lost()
    }
  }

  #hear(chunk: Uint8Array): void {
    this.#heardAtMs = Date.now()
    let events: NumberedEvent[]
    try {
      events = this.#client.receive(chunk)
    } catch {
      // Not a continuation of what we know: the next attach mends it.
      this.#lost()
      return
    }
    for (const event of events) this.#take(event)
  }

  #take(event: NumberedEvent): void {
    const { screen } = this.#parts
    switch (event.type) {
      case 'attached':
        this.#attached(event)
        return
      case 'output':
        screen.draw(event.bytes, this.#credit(event.bytes.length))
        return
      case 'snapshot': {
        const { bytes, cols, rows } = event
        screen.snapshot(bytes, cols, rows, this.#credit(bytes.length))
        return
      }
      case 'resize':
        screen.resize(event.cols, event.rows)
        return
      case 'viewers':
        this.viewers.set(event.viewers)
        return
      case 'pong':
        this.state.set({ kind: 'connected', echoMs: event.ms })
        return
      case 'fin':
        this.#end(event.ended, 0)
        return
      case 'error':
        this.#refused(event.error.body)
        return
    }
  }

  #attached(event: Extract<NumberedEvent, { type: 'attached' }>): void {
    if (event.mode === 'gone') {
      this.#end({}, event.lostBytes)
      return
    }
    this.#attempt = 0
    this.overflowed.set(false)
    if (event.mode === 'resume') this.#parts.screen.resize(event.resize.cols, event.resize.rows)
    for (const frame of this.#client.resend()) this.#send(frame)
    const { cols, rows } = this.#parts.screen.size()
    if (cols !== this.#told.cols || rows !== this.#told.rows) this.resize(cols, rows)
    this.state.set({ kind: 'connected' })
    this.#measure()
  }

  /** Credit is given to the connection that earned it, and to no later one. */
  #credit(bytes: number): () => void {
    const client = this.#client
    const socket = this.#socket
    return () => {
      if (client !== this.#client || socket !== this.#socket) return
      const ack = client.drawn(bytes)
      if (ack) this.#send(ack)
    }
  }

  #measure(): void {
    if (Date.now() - this.#heardAtMs > DEAD_AFTER_MS) {
      this.#lost()
      return
    }
    if (this.#client.isAttached) this.#send(this.#client.ping())
  }

  #send(frame: Uint8Array, attaching = false): void {
    const socket = this.#socket
    if (socket?.readyState !== OPEN || !(attaching || this.#client.isAttached)) return
    socket.send(frame as Uint8Array<ArrayBuffer>)
  }

  #refused(error: ErrorBody): void {
    if (passing.has(error.code)) {
      this.#lost()
      return
    }
    this.#drop()
    this.state.set({ kind: 'refused', error })
  }

  #end(ended: Ended, lostBytes: number): void {
    this.#drop()
    this.state.set({ kind: 'ended', ended, lostBytes })
  }

  #lost(): void {
    this.#drop()
    if (this.#closed) return
    const before = this.state.get()
    if (before.kind !== 'reconnecting')
      this.state.set({ kind: 'reconnecting', sinceMs: Date.now() })
    const waitMs = backoffMs(this.#attempt++, this.#parts.random())
    this.#retry = setTimeout(() => this.#dial(), waitMs)
  }

  #drop(): void {
    clearInterval(this.#ping)
    const socket = this.#socket
    this.#socket = undefined
    socket?.close()
  }
}
