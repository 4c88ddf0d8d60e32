// The client's half of numbered bytes: pure, no socket, no clock but `now` for pings. Whoever owns a connection
// sends what the methods return and feeds what arrives to `receive`; when the connection breaks, `attach` begins
// the next one where this one ended. The browser, the bench and the tests all run this class.
//
// One connection: send `attach()`; when `receive` gives `attached`, send every frame of `resend()`; from then on
// send what `type`, `drawn`, `resize` and `ping` return. What is typed while there is no connection is kept.

import { SkeinError } from '../errors.ts'
import { DrawnPosition } from './drawn.ts'
import {
  type Attached,
  type Ended,
  encodeAt,
  encodeJson,
  encodeResize,
  FrameReader,
  type NumberedFrame,
  NumberedType,
  readAt,
  readBytes,
  readResize,
  type Viewers,
} from './frames.ts'
import { readAttached, readEnded, readError, readViewers } from './messages.ts'
import { UnackedInput } from './unacked.ts'

export type NumberedEvent =
  /**
   * The answer to `attach`. `gone`: the process that this client knew has ended and `lostBytes` of input never
   * reached it; the other side ends the connection, and the next `attach` asks for a new process.
   */
  | {
      readonly type: 'attached'
      readonly mode: Attached['mode']
      readonly resize: { readonly cols: number; readonly rows: number }
      readonly lostBytes: number
    }
  | { readonly type: 'output'; readonly bytes: Uint8Array }
  /** Reset the screen to this size, then draw the bytes. */
  | {
      readonly type: 'snapshot'
      readonly bytes: Uint8Array
      readonly cols: number
      readonly rows: number
    }
  | { readonly type: 'resize'; readonly cols: number; readonly rows: number }
  | { readonly type: 'viewers'; readonly viewers: Viewers }
  /** The process has ended and all of its output has been given. */
  | { readonly type: 'fin'; readonly ended: Ended }
  | { readonly type: 'error'; readonly error: SkeinError }
  | { readonly type: 'pong'; readonly ms: number }

export interface NumberedClientOptions {
  /** The terminal's name. */
  readonly stream: string
  /** Names this viewer for as long as it lives: random, at most 64 characters. */
  readonly client: string
  /** Who watches, as the other viewers are told. */
  readonly label?: string
  /** Monotonic milliseconds, for pings. */
  readonly now?: () => number
}

export class NumberedClient {
  readonly #options: NumberedClientOptions
  readonly #drawn = new DrawnPosition()
  #reader = new FrameReader()
  #input = new UnackedInput()
  #run: string | undefined
  #seen: number | undefined
  #attached = false
  #size = { cols: 80, rows: 24 }

  constructor(options: NumberedClientOptions) {
    this.#options = options
  }

  /** True from `attached` until the next `attach`: input may be sent. */
  get isAttached(): boolean {
    return this.#attached
  }

  /** Input that nobody has confirmed yet, bytes. */
  get unackedBytes(): number {
    return this.#input.unackedBytes
  }

  /** The stream position up to which output was received. */
  get seen(): number {
    return this.#seen ?? 0
  }

  /** The first frame of a new connection. */
  attach(cols: number, rows: number): Uint8Array {
    this.#reader = new FrameReader()
    this.#attached = false
    const { stream, client, label } = this.#options
    return encodeJson(NumberedType.attach, {
      stream,
      run: this.#run,
      seen: this.#seen,
      client,
      sent: this.#input.sent,
      cols,
      rows,
      label,
    })
  }

  /**
   * What arrived on this connection, in order. Throws `frame_invalid` for anything but a well-formed continuation:
   * the connection is then useless, and the next `attach` mends it.
   */
  receive(chunk: Uint8Array): NumberedEvent[] {
    return this.#reader.push(chunk).flatMap((frame) => this.#take(frame))
  }

  /** Numbers input and keeps it until it is acked. Throws `too_large` when more than 1 MB waits. */
  type(bytes: Uint8Array): Uint8Array {
    const chunk = this.#input.add(bytes)
    return encodeAt(NumberedType.in, chunk.at, chunk.bytes)
  }

  /** The frames to send after `attached`: all input that the other side has not typed. */
  resend(): Uint8Array[] {
    return this.#input.pending().map(({ at, bytes }) => encodeAt(NumberedType.in, at, bytes))
  }

  /** To be called with the length of each `output` or `snapshot` once it is drawn; gives a frame when an ack is due. */
  drawn(bytes: number): Uint8Array | undefined {
    const position = this.#drawn.draw(bytes)
    return position === undefined ? undefined : encodeAt(NumberedType.ackOut, position)
  }

  resize(cols: number, rows: number): Uint8Array {
    return encodeResize(this.seen, cols, rows)
  }

  ping(): Uint8Array {
    return encodeAt(NumberedType.ping, Math.round(this.#now() * 1000))
  }

  #take(frame: NumberedFrame): NumberedEvent[] {
    if (frame.type === NumberedType.error) return [{ type: 'error', error: readError(frame.body) }]
    if (frame.type === NumberedType.attached) return [this.#answered(readAttached(frame.body))]
    if (!this.#attached) {
      throw new SkeinError('frame_invalid', { reason: `type ${frame.type} before attached` })
    }
    switch (frame.type) {
      case NumberedType.out:
        return this.#output(readAt(frame.body), readBytes(frame.body))
      case NumberedType.snapshot:
        return [this.#snapshot(readAt(frame.body), readBytes(frame.body))]
      case NumberedType.ackIn:
        this.#input.ack(readAt(frame.body))
        return []
      case NumberedType.resize: {
        const { cols, rows } = readResize(frame.body)
        this.#size = { cols, rows }
        return [{ type: 'resize', cols, rows }]
      }
      case NumberedType.fin:
        return [{ type: 'fin', ended: readEnded(readBytes(frame.body)) }]
      case NumberedType.viewers:
        return [{ type: 'viewers', viewers: readViewers(frame.body) }]
      case NumberedType.pong:
        return [{ type: 'pong', ms: Math.max(0, this.#now() - readAt(frame.body) / 1000) }]
      case NumberedType.attach:
      case NumberedType.in:
      case NumberedType.ackOut:
      case NumberedType.ping:
        throw new SkeinError('frame_invalid', { reason: `type ${frame.type} from the agent` })
    }
  }

  #answered({ run, mode, from, heard, cols, rows }: Attached): NumberedEvent {
    if (this.#attached) throw new SkeinError('frame_invalid', { reason: 'attached twice' })
    if (mode === 'gone') return this.#forget({ cols, rows })
    if (mode === 'resume' && from !== this.seen) {
      throw new SkeinError('frame_invalid', { reason: `resumed at ${from}, not ${this.seen}` })
    }
    this.#input.ack(heard)
    this.#run = run
    this.#seen = from
    this.#attached = true
    this.#size = { cols, rows }
    this.#drawn.restart(from)
    return { type: 'attached', mode, resize: { cols, rows }, lostBytes: 0 }
  }

  /** The process that was known is gone: its numbers mean nothing any more, and its input is typed nowhere else. */
  #forget(resize: { cols: number; rows: number }): NumberedEvent {
    const lostBytes = this.#input.unackedBytes
    this.#input = new UnackedInput()
    this.#drawn.forget()
    this.#run = undefined
    this.#seen = undefined
    return { type: 'attached', mode: 'gone', resize, lostBytes }
  }

  #output(at: number, bytes: Uint8Array): NumberedEvent[] {
    if (at > this.seen) throw new SkeinError('frame_invalid', { reason: `a gap before ${at}` })
    const fresh = bytes.subarray(Math.min(bytes.length, this.seen - at))
    if (fresh.length === 0) return []
    this.#seen = this.seen + fresh.length
    this.#drawn.received(fresh.length, this.seen, 'output')
    return [{ type: 'output', bytes: fresh }]
  }

  #snapshot(at: number, bytes: Uint8Array): NumberedEvent {
    if (at < this.seen) throw new SkeinError('frame_invalid', { reason: 'a snapshot of the past' })
    this.#seen = at
    this.#drawn.received(bytes.length, at, 'snapshot')
    return { type: 'snapshot', bytes, ...this.#size }
  }

  #now(): number {
    return (this.#options.now ?? (() => performance.now()))()
  }
}
