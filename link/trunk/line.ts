// One connection on a trunk: bytes both ways, each side's end, and a window for each direction, since all lines share one
// stream and nobody who reads slowly may stop the others.

import { LARGE_BYTES, MAX_TEXT_CHARS } from './batch.ts'
import type { Carrier, CarrierEvents } from './carrier.ts'
import { invalidFrame, MAX_DATA_BYTES, TrunkFrame } from './frames.ts'

/** What may be on its way to a side that has not said more, bytes. */
export const FIRST_WINDOW_BYTES = 256 * 1024
/** What a line that is read at once grows to, bytes: at 30 ms round trip 256 kB carry 8 MB/s, these 60. */
const MAX_WINDOW_BYTES = 2 * 1024 * 1024

/** What a line needs of its trunk. */
export interface LineTrunk {
  readonly isFull: boolean
  send(type: TrunkFrame, line: number, payload?: Buffer): void
  sendText(line: number, text: string): void
  sendNumber(type: TrunkFrame, line: number, value: number): void
  /** Whether the line's window may grow by so much; it is given back at its end. */
  borrow(bytes: number): boolean
  /** The line is over. */
  forget(line: number, borrowedBytes: number): void
}

export class Line implements Carrier {
  readonly id: number
  isClosed = false
  readonly #trunk: LineTrunk
  #events: CarrierEvents | undefined
  #isPaused = false
  /** What came while nobody listened. */
  readonly #held: Buffer[] = []
  /** What waits for the other side's window. */
  readonly #waiting: Buffer[] = []
  #isBlocked = false
  #mayWrite = FIRST_WINDOW_BYTES
  #mayCome = FIRST_WINDOW_BYTES
  #window = FIRST_WINDOW_BYTES
  /** Read, and not yet allowed anew. */
  #taken = 0
  #ours: 'open' | 'ending' | 'ended' = 'open'
  #theirs: 'open' | 'ending' | 'ended' = 'open'

  constructor(id: number, trunk: LineTrunk) {
    this.id = id
    this.#trunk = trunk
  }

  attach(events: CarrierEvents): void {
    this.#events = events
    this.#tellHeld()
  }

  write(bytes: Buffer | string): boolean {
    if (this.isClosed || this.#ours !== 'open') return true
    const { length } = bytes
    if (this.#isFree(length)) this.#send(bytes)
    else this.#wait(bytes)
    this.#isBlocked = this.#waiting.length > 0 || this.#mayWrite === 0 || this.#trunk.isFull
    return !this.#isBlocked
  }

  /** As `write`, of bytes that are overwritten afterwards. A batch copies what is small in any case. */
  writeShared(bytes: Buffer): boolean {
    const isCopied = bytes.length < LARGE_BYTES && this.#isFree(bytes.length)
    return this.write(isCopied ? bytes : Buffer.from(bytes))
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#tellHeld()
  }

  end(): void {
    if (this.isClosed || this.#ours !== 'open') return
    this.#ours = 'ending'
    this.#endIfSent()
  }

  abort(): void {
    if (this.isClosed) return
    this.#trunk.send(TrunkFrame.reset, this.id)
    this.close()
  }

  // What the trunk tells.

  /** Throws `frame_invalid` for more than was allowed. */
  dataCame(piece: Buffer): void {
    this.#mayCome -= piece.length
    if (this.#mayCome < 0 || this.#theirs !== 'open')
      throw invalidFrame('data beyond a line’s window')
    if (this.#events === undefined || this.#isPaused || this.#held.length > 0) {
      this.#held.push(piece)
    } else {
      this.#events.data(piece)
      this.#allow(piece.length)
    }
  }

  /** Throws `frame_invalid`. */
  creditCame(bytes: number): void {
    this.#mayWrite += bytes
    if (this.#mayWrite > 2 * MAX_WINDOW_BYTES) throw invalidFrame('a line’s window')
    this.goOn()
  }

  endCame(): void {
    if (this.#theirs !== 'open') throw invalidFrame('a line’s second end')
    this.#theirs = 'ending'
    if (this.#held.length === 0 && this.#events) this.#tellEnd()
  }

  /** The trunk, or this line's window, has room again. */
  goOn(): void {
    this.#sendWaiting()
    this.#endIfSent()
    if (!this.#isBlocked || this.#waiting.length > 0) return
    if (this.#mayWrite === 0 || this.#trunk.isFull || this.isClosed) return
    this.#isBlocked = false
    this.#events?.drained()
  }

  /** Nothing more either way. */
  close(error?: Error): void {
    if (this.isClosed) return
    this.isClosed = true
    this.#waiting.length = 0
    this.#held.length = 0
    this.#trunk.forget(this.id, this.#window - FIRST_WINDOW_BYTES)
    this.#events?.closed(error)
  }

  #isFree(bytes: number): boolean {
    return this.#waiting.length === 0 && bytes <= this.#mayWrite
  }

  #wait(bytes: Buffer | string): void {
    this.#waiting.push(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
    this.#sendWaiting()
  }

  #sendWaiting(): void {
    while (this.#mayWrite > 0) {
      const first = this.#waiting.shift()
      if (!first) return
      const now = first.subarray(0, this.#mayWrite)
      if (now.length < first.length) this.#waiting.unshift(first.subarray(now.length))
      this.#send(now)
    }
  }

  #send(bytes: Buffer | string): void {
    this.#mayWrite -= bytes.length
    if (typeof bytes === 'string' && bytes.length <= MAX_TEXT_CHARS && bytes.length > 0) {
      this.#trunk.sendText(this.id, bytes)
      return
    }
    const all = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes
    for (let at = 0; at < all.length; at += MAX_DATA_BYTES) {
      this.#trunk.send(TrunkFrame.data, this.id, all.subarray(at, at + MAX_DATA_BYTES))
    }
  }

  #endIfSent(): void {
    if (this.#ours !== 'ending' || this.#waiting.length > 0 || this.isClosed) return
    this.#ours = 'ended'
    this.#trunk.send(TrunkFrame.end, this.id)
    this.#closeIfEnded()
  }

  #tellHeld(): void {
    while (this.#events && !this.#isPaused && !this.isClosed) {
      const piece = this.#held.shift()
      if (!piece) break
      this.#events.data(piece)
      this.#allow(piece.length)
    }
    const isAllTold = this.#held.length === 0 && !this.#isPaused && !this.isClosed
    if (isAllTold && this.#theirs === 'ending') this.#tellEnd()
  }

  #tellEnd(): void {
    this.#theirs = 'ended'
    this.#events?.ended()
    this.#closeIfEnded()
  }

  #closeIfEnded(): void {
    if (this.#ours === 'ended' && this.#theirs === 'ended') this.close()
  }

  /** Allows anew what was read, by halves of the window; one that is used up and read at once grows. */
  #allow(bytes: number): void {
    this.#taken += bytes
    if (this.#taken < this.#window / 2 || this.isClosed || this.#theirs !== 'open') return
    let more = this.#taken
    this.#taken = 0
    if (!this.#isPaused && this.#window < MAX_WINDOW_BYTES && this.#trunk.borrow(this.#window)) {
      more += this.#window
      this.#window *= 2
    }
    this.#mayCome += more
    this.#trunk.sendNumber(TrunkFrame.credit, this.id, more)
  }
}
