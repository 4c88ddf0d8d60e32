// Which counters of one sender were seen: the sliding window of IPsec (RFC 6479), so that a datagram counts once even
// when the network brings it twice or late.

/** How far behind the newest a datagram may come. At 20 a second this is most of a minute. */
export const WINDOW_BITS = 1024
const WORD_BITS = 32

export class ReplayWindow {
  readonly #words = new Uint32Array(WINDOW_BITS / WORD_BITS)
  #newest = -1

  /** Whether the counter is new; it is not any more after this. */
  admit(counter: number): boolean {
    if (counter <= this.#newest - WINDOW_BITS) return false
    if (counter > this.#newest) this.#advance(counter)
    else if (this.#has(counter)) return false
    this.#set(counter)
    return true
  }

  #advance(counter: number): void {
    const steps = counter - this.#newest
    if (steps >= WINDOW_BITS) this.#words.fill(0)
    else for (let i = this.#newest + 1; i <= counter; i++) this.#clear(i)
    this.#newest = counter
  }

  #has(counter: number): boolean {
    const { word, bit } = place(counter)
    return ((this.#words[word] ?? 0) & bit) !== 0
  }

  #set(counter: number): void {
    const { word, bit } = place(counter)
    this.#words[word] = (this.#words[word] ?? 0) | bit
  }

  #clear(counter: number): void {
    const { word, bit } = place(counter)
    this.#words[word] = (this.#words[word] ?? 0) & ~bit
  }
}

function place(counter: number): { word: number; bit: number } {
  const at = counter % WINDOW_BITS
  return { word: Math.floor(at / WORD_BITS), bit: 1 << (at % WORD_BITS) }
}
