// One attached client: a position in the output, and the credit that it gives by its acks. It is sent output while
// its credit lasts; when it is too far behind it is sent nothing until it has drawn what it has, then a snapshot.
// Whether anybody waits for it is the terminal's decision (driver.ts).

import {
  AT_HEADER_BYTES,
  type Ended,
  encodeAt,
  encodeJson,
  encodeResize,
  NumberedType,
  putHeaderAt,
} from '#protocol/numbered/frames.ts'
import type { OutRing } from '#protocol/numbered/ring.ts'
import type { Snapshot } from './reader.ts'
import type { Size, Sizes } from './sizes.ts'

/** Output that a viewer may have unacked, and unsent before it is given up for a snapshot, bytes. */
export const CREDIT_BYTES = 256 * 1024
/** One frame's output, bytes: small enough that a keystroke's echo of another terminal fits between two. */
const MAX_OUT_BYTES = 64 * 1024

/** Where a viewer's frames go. */
export interface Sink {
  /** False when it is full: output waits until `Viewer.drained` is called. */
  send(frame: Uint8Array): boolean
  /** After the last frame. */
  finish(ended: Ended): void
  /** The client has attached again elsewhere. */
  replaced(): void
}

/** What a viewer reads. */
export interface Source {
  readonly ring: OutRing
  readonly sizes: Sizes
  readonly ended: Ended | undefined
  /** The screen at the newest position that is parsed. */
  snapshot(): Snapshot
  /** Monotonic. */
  nowMs(): number
}

export interface ViewerOptions {
  readonly client: string
  readonly label: string | undefined
  readonly size: Size
  readonly from: number
  readonly sink: Sink
  readonly source: Source
  /** It only looks on. */
  readonly watches: boolean
}

export class Viewer {
  readonly client: string
  readonly label: string | undefined
  readonly watches: boolean
  #sentMs: number
  /** The size of its own window: the terminal's when it drives. */
  size: Size
  readonly #sink: Sink
  readonly #source: Source
  #sent: number
  #acked: number
  #sizeNumber: number
  #full = false
  #needsSnapshot = false
  #finished = false

  constructor(options: ViewerOptions) {
    this.client = options.client
    this.label = options.label
    this.watches = options.watches
    this.size = options.size
    this.#sentMs = options.source.nowMs()
    this.#sink = options.sink
    this.#source = options.source
    this.#sent = options.from
    this.#acked = options.from
    this.#sizeNumber = options.source.sizes.at(options.from).number
  }

  /** Output that it was not sent yet, bytes. */
  get unsentBytes(): number {
    return this.#source.ring.end - this.#sent
  }

  /** Everything before it was drawn there. */
  get acked(): number {
    return this.#acked
  }

  /** When output last went to it, or it attached; monotonic ms. While it takes nothing this stands still. */
  get sentMs(): number {
    return this.#sentMs
  }

  ack(position: number): void {
    if (position <= this.#sent) this.#acked = Math.max(this.#acked, position)
  }

  /** It does not keep up and nobody waits for it: it will get a snapshot. */
  giveUp(): void {
    this.#needsSnapshot = true
  }

  /** Goes on from a snapshot. */
  sendSnapshot({ at, bytes, sizeNumber }: Snapshot): void {
    this.#needsSnapshot = false
    this.#sent = at
    this.#sizeNumber = sizeNumber
    this.#send(encodeAt(NumberedType.snapshot, at, bytes))
  }

  sendJson(type: NumberedType, value: unknown): void {
    this.#send(encodeJson(type, value))
  }

  sendAt(type: NumberedType, at: number): void {
    this.#send(encodeAt(type, at))
  }

  replaced(): void {
    this.#finished = true
    this.#sink.replaced()
  }

  /** The sink has room again. */
  drained(): void {
    this.#full = false
    this.flush()
  }

  /** Sends what credit and sink allow. */
  flush(): void {
    while (!this.#full && !this.#finished && this.#sendNext());
  }

  #sendNext(): boolean {
    const { ring } = this.#source
    const credit = CREDIT_BYTES - (this.#sent - this.#acked)
    if (this.#needsSnapshot || !ring.holds(this.#sent)) return this.#recover()
    const change = this.#source.sizes.after(this.#sizeNumber)
    if (change === 'missed') return this.#recover()
    if (change && change.at <= this.#sent) {
      this.#sizeNumber = change.number
      this.#send(encodeResize(this.#sent, change.cols, change.rows))
      return true
    }
    const to = Math.min(change?.at ?? ring.end, this.#sent + Math.min(MAX_OUT_BYTES, credit))
    if (to > this.#sent) {
      this.#send(outFrame(ring, this.#sent, to))
      this.#sent = to
      this.#sentMs = this.#source.nowMs()
      return true
    }
    return this.#finish()
  }

  /** Once it has drawn most of what it was sent, a snapshot; its size first. False until then. */
  #recover(): boolean {
    this.#needsSnapshot = true
    if (this.#sent - this.#acked > CREDIT_BYTES / 2) return false
    const snapshot = this.#source.snapshot()
    this.#send(encodeResize(snapshot.at, snapshot.cols, snapshot.rows))
    this.sendSnapshot(snapshot)
    return true
  }

  #finish(): boolean {
    const { ended, ring } = this.#source
    if (!ended || this.#sent < ring.end) return false
    const status = new TextEncoder().encode(JSON.stringify(ended))
    this.#send(encodeAt(NumberedType.fin, this.#sent, status))
    this.#finished = true
    this.#sink.finish(ended)
    return false
  }

  #send(frame: Uint8Array): void {
    if (!this.#sink.send(frame)) this.#full = true
  }
}

/** Copied once, into memory that small frames share. */
function outFrame(ring: OutRing, from: number, to: number): Uint8Array {
  const frame = Buffer.allocUnsafe(AT_HEADER_BYTES + to - from)
  putHeaderAt(frame, NumberedType.out, from)
  ring.copy(from, to, frame, AT_HEADER_BYTES)
  return frame
}
