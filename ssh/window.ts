// How much the client may send us on each channel. A window that is granted cannot be taken back, so the first channels
// get wide ones and the many narrow ones: with all of them full and nobody reading, a connection holds its budget and
// 64 kB for each channel, and no more.

/** At 30 ms round trip this carries 66 MB/s; it is OpenSSH's own. */
const WIDEST_BYTES = 2 * 1024 * 1024
const NARROWEST_BYTES = 64 * 1024
/** A channel gets at most this share of what is left. */
const SHARE = 1 / 4
/** A window is given back when so much of it is free: fewer packets, and never an idle sender. */
const GIVE_BACK = 1 / 4

export class WindowBudget {
  #left: number

  constructor(bytes: number) {
    this.#left = bytes
  }

  take(): number {
    const share = Math.floor(this.#left * SHARE)
    const bytes = Math.max(NARROWEST_BYTES, Math.min(WIDEST_BYTES, share))
    this.#left -= bytes
    return bytes
  }

  give(bytes: number): void {
    this.#left += bytes
  }
}

export class InboundWindow {
  readonly bytes: number
  /** What the client may still send. */
  #open: number
  /** What it sent and nobody has taken yet. */
  #unread = 0

  constructor(bytes: number) {
    this.bytes = bytes
    this.#open = bytes
  }

  /** False when the client sends what it may not. */
  take(bytes: number): boolean {
    this.#open -= bytes
    this.#unread += bytes
    return this.#open >= 0
  }

  /** The number of bytes by which the window is now to be widened, often none. */
  read(bytes: number): number {
    this.#unread -= bytes
    const free = this.bytes - this.#unread - this.#open
    if (free < this.bytes * GIVE_BACK) return 0
    this.#open += free
    return free
  }
}
