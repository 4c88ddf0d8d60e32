// The client's half of plain bytes that outlive their connections (streams of kind `resumable`): pure, no socket, no
// clock. `skein proxy` and `skein port` run it. Unlike a terminal's there is no screen to fall back to, so nothing is
// ever dropped: each side keeps what the other has not acked, and its source waits when that is too much.
//
// Use, for something that is read and written (here `near`, such as stdin and stdout):
//   const client = new ResumableClient({ stream: randomName(), client: randomName() })
//   each connection:    send attach(); feed what arrives to receive() and act on its events, in order:
//     attached          send each frame of resend(); from now on `isAttached`
//     gone              what was connected is no more, and `lostBytes` may not have arrived: give up
//     output            near.write(bytes); when it is written: const ack = consumed(bytes.length), send it if there is one
//     room              near goes on being read
//     fin               near.end(); then send consumed(0) and it is over; `ok: false`: the far side broke
//     error             it could not be made or kept, and why: give up
//   near has bytes:     const frame = send(bytes); if (isAttached) send the frame; if (isFull) pause near until `room`
//   near has ended:     const frame = end(); if (isAttached) send the frame
//   near has broken:    if (isAttached) send cancel(), so that the far side need not be kept for ten minutes
// A connection that broke, or on which receive() threw: make another and begin it with attach(). What was sent
// meanwhile is kept and goes out with resend(). The far side is kept for ten minutes without a connection.

import { SkeinError } from '../errors.ts'
import {
  type ByteAttached,
  type ByteEnded,
  readByteAttached,
  readByteEnded,
} from './byte-messages.ts'
import {
  encodeAt,
  encodeJson,
  FrameReader,
  type NumberedFrame,
  NumberedType,
  readAt,
  readBytes,
} from './frames.ts'
import { HeardBytes } from './heard.ts'
import { KeptBytes } from './kept.ts'
import { readError } from './messages.ts'

export type ResumableEvent =
  | { readonly type: 'attached' }
  | { readonly type: 'gone'; readonly lostBytes: number }
  | { readonly type: 'output'; readonly bytes: Uint8Array }
  /** The far side has ended, and all that it wrote has been given. */
  | { readonly type: 'fin'; readonly ok: boolean }
  /** After `isFull` was true: enough has been acked to go on. */
  | { readonly type: 'room' }
  | { readonly type: 'error'; readonly error: SkeinError }

export interface ResumableClientOptions {
  /** Names what is resumed: random, at most 64 characters. */
  readonly stream: string
  /** Names this client for as long as it lives: random, at most 64 characters. */
  readonly client: string
}

export class ResumableClient {
  readonly #options: ResumableClientOptions
  readonly #kept = new KeptBytes(NumberedType.in)
  readonly #heard = new HeardBytes()
  #reader = new FrameReader()
  #run: string | undefined
  #attached = false
  #wasFull = false
  /** What the other side had heard when this connection began. */
  #resendFrom = 0

  constructor(options: ResumableClientOptions) {
    this.#options = options
  }

  /** True from `attached` until the next `attach`: what the methods give may be sent. */
  get isAttached(): boolean {
    return this.#attached
  }

  /** Bytes that were sent and nobody has acked, the end counted as one. */
  get unackedBytes(): number {
    return this.#kept.unackedBytes
  }

  /** The source should wait for `room`. */
  get isFull(): boolean {
    return this.#kept.isFull
  }

  /** Both directions have ended and the other side knows all of it. */
  get isDone(): boolean {
    return this.#kept.isDone && this.#heard.isEnded
  }

  /** The first frame of a new connection. */
  attach(): Uint8Array {
    this.#reader = new FrameReader()
    this.#attached = false
    const known = this.#run === undefined ? {} : { run: this.#run, seen: this.#heard.heard }
    return encodeJson(NumberedType.attach, { ...this.#options, ...known, sent: this.#kept.end })
  }

  /**
   * What arrived on this connection, in order. Throws `frame_invalid` for anything but a well-formed continuation:
   * the connection is then useless, and the next `attach` mends it.
   */
  receive(chunk: Uint8Array): ResumableEvent[] {
    return this.#reader.push(chunk).flatMap((frame) => this.#take(frame))
  }

  /** Numbers bytes and keeps a copy until they are acked. Throws `too_large` when more than 2 MB would wait. */
  send(bytes: Uint8Array): Uint8Array {
    const at = this.#kept.end
    this.#kept.add(bytes)
    this.#wasFull ||= this.isFull
    return encodeAt(NumberedType.in, at, bytes)
  }

  /** Numbers the end of the input, which is kept and acked like a byte. */
  end(): Uint8Array {
    this.#kept.finish({ ok: true })
    const [last] = this.#kept.framesFrom(this.#kept.end - 1)
    if (!last) throw new SkeinError('internal', { requestId: '-' })
    return last
  }

  /** The frames to send after `attached`: the last ack, which may be lost, and all that the other side has not heard. */
  resend(): Uint8Array[] {
    const ack = encodeAt(NumberedType.ackOut, this.#heard.restart())
    return [ack, ...this.#kept.framesFrom(this.#resendFrom)]
  }

  /** To be called with the length of each `output` once it is passed on; gives a frame when an ack is due. */
  consumed(bytes: number): Uint8Array | undefined {
    const position = this.#heard.passOn(bytes)
    return position === undefined ? undefined : encodeAt(NumberedType.ackOut, position)
  }

  /** Ends both directions at once and lets the other side forget; what is on its way is lost. */
  cancel(): Uint8Array {
    return encodeJson(NumberedType.error, { code: 'link_lost', details: {} })
  }

  #take(frame: NumberedFrame): ResumableEvent[] {
    const { type, body } = frame
    if (type === NumberedType.error) return [{ type: 'error', error: readError(body) }]
    if (type === NumberedType.attached) return [this.#answered(readByteAttached(body))]
    if (!this.#attached) {
      throw new SkeinError('frame_invalid', { reason: `type ${type} before attached` })
    }
    switch (type) {
      case NumberedType.out:
        return this.#output(readAt(body), readBytes(body))
      case NumberedType.ackIn:
        return this.#acked(readAt(body))
      case NumberedType.fin:
        return this.#ended(readAt(body), readByteEnded(readBytes(body)))
      default:
        throw new SkeinError('frame_invalid', { reason: `type ${type} from the agent` })
    }
  }

  #answered(answer: ByteAttached): ResumableEvent {
    if (this.#attached) throw new SkeinError('frame_invalid', { reason: 'attached twice' })
    if (answer.mode === 'gone') return { type: 'gone', lostBytes: this.unackedBytes }
    const { run, from, heard } = answer
    if (from !== this.#heard.heard || (this.#run !== undefined && this.#run !== run)) {
      throw new SkeinError('frame_invalid', { reason: `resumed at ${from}` })
    }
    if (!this.#kept.holds(heard)) {
      throw new SkeinError('frame_invalid', { reason: `heard ${heard}` })
    }
    this.#run = run
    this.#resendFrom = heard
    this.#attached = true
    return { type: 'attached' }
  }

  #output(at: number, bytes: Uint8Array): ResumableEvent[] {
    const fresh = this.#heard.take(at, bytes)
    return fresh.length === 0 ? [] : [{ type: 'output', bytes: fresh }]
  }

  #acked(position: number): ResumableEvent[] {
    this.#kept.ack(position)
    if (!this.#wasFull || this.isFull) return []
    this.#wasFull = false
    return [{ type: 'room' }]
  }

  #ended(at: number, ended: ByteEnded): ResumableEvent[] {
    return this.#heard.end(at) ? [{ type: 'fin', ok: ended.ok }] : []
  }
}
