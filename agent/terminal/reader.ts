// The screen as a reader of the ring: where it is, which slice comes next, and what of it need not be parsed.

import type { OutRing } from '#protocol/numbered/ring.ts'
import { MAX_PENDING_BYTES } from './pending.ts'
import type { Screen } from './screen.ts'
import type { Size, Sizes } from './sizes.ts'

/** Parsed in one go, bytes: about a millisecond. */
const SLICE_BYTES = 32 * 1024
/** From here on it is worth looking whether most of the text scrolls away unseen, bytes. */
const SKIP_FROM_BYTES = 64 * 1024
const ESC = 0x1b

export interface Snapshot extends Size {
  readonly at: number
  readonly bytes: Uint8Array
  /** The last change of size that it has met. */
  readonly sizeNumber: number
}

export class ScreenReader {
  readonly #ring: OutRing
  readonly #screen: Screen
  readonly #sizes: Sizes
  #position = 0
  #sizeNumber = 0

  constructor(ring: OutRing, screen: Screen, sizes: Sizes) {
    this.#ring = ring
    this.#screen = screen
    this.#sizes = sizes
  }

  /** All output before it is on the screen. */
  get position(): number {
    return this.#position
  }

  get behindBytes(): number {
    return this.#ring.end - this.#position
  }

  /** Parses one slice, or takes a new size; true while there is more. */
  parseSlice(): boolean {
    const change = this.#sizes.after(this.#sizeNumber)
    const resize = change === 'missed' ? this.#sizes.latest : change
    if (resize && resize.at <= this.#position) {
      this.#screen.resize(resize.cols, resize.rows)
      this.#sizeNumber = resize.number
    } else {
      this.#parse(resize?.at ?? this.#ring.end)
    }
    return this.behindBytes > 0 || this.#sizes.latest.number > this.#sizeNumber
  }

  /** Parses until no byte before `position` is left. */
  parseTo(position: number): void {
    while (this.#position < position && this.parseSlice());
  }

  parseAll(): void {
    while (this.parseSlice());
  }

  /**
   * Leaves out what has scrolled away unseen, where all that waits is plain text, and parses no more than the rest of its
   * first line. False when nothing may be left out.
   */
  leap(): boolean {
    if (this.#sizes.latest.number > this.#sizeNumber) return false
    const { end } = this.#ring
    const [view, wrapped] = this.#ring.views(this.#position, end)
    const waiting = wrapped ? this.#ring.read(this.#position, end) : view
    const skip = waiting && this.#screen.skippable(waiting)
    if (!skip) return false
    this.#screen.writePlain(waiting.subarray(0, skip.from))
    this.#position += skip.to
    return true
  }

  /** The screen as it is at `position`. */
  snapshot(): Snapshot {
    const { cols, rows } = this.#screen
    const bytes = this.#screen.snapshot(this.#recent())
    return { at: this.#position, bytes, cols, rows, sizeNumber: this.#sizeNumber }
  }

  /** Keeps the screen as a snapshot until it is needed again. */
  sleep(): void {
    this.#screen.sleep(this.#recent())
  }

  #recent(): Uint8Array {
    const from = Math.max(this.#ring.start, this.#position - MAX_PENDING_BYTES)
    return this.#ring.read(from, this.#position)
  }

  #parse(to: number): void {
    const [view] = this.#ring.views(this.#position, to)
    if (!view) return
    const skip = view.length < SKIP_FROM_BYTES ? undefined : this.#skip(view)
    const slice = view.subarray(0, skip?.from ?? SLICE_BYTES)
    this.#screen.write(slice)
    this.#position += skip?.to ?? slice.length
  }

  #skip(view: Uint8Array): { from: number; to: number } | undefined {
    const at = view.indexOf(ESC)
    const plain = at === -1 ? view : view.subarray(0, at)
    return plain.length < SKIP_FROM_BYTES ? undefined : this.#screen.skippable(plain)
  }
}
