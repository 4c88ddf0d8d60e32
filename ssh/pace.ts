// How many small packets somebody may send: what they cost is spread over time, whoever sends them. Who types sends some
// ten a second, who copies sends large ones; only a flood, or a program that asks thousands of small questions a second, is
// slowed, by reading on later. Nothing is refused and nothing lost.

/** Packets up to it are small, bytes: below, a packet costs by being one, above, by its length. */
export const SMALL_BYTES = 1024
/**
 * Each costs 20 to 40 µs with what it causes, and its answer, which counts as one more, as much again: a connection takes
 * less than a tenth of a processor. Burst: 10 to 20 ms of one, since those who type beside it feel what comes at once.
 */
export const CONNECTION_PACE = { perSecond: 2500, burst: 500 } as const
/** All connections of one key, or of one address as long as nobody has logged in. */
export const SENDER_PACE = { perSecond: 3000, burst: 600 } as const
/**
 * So many bytes of a transfer either way let one more packet pass: whoever downloads widens windows (OpenSSH each 96 kB)
 * and asks for the next piece (sftp each 32 kB) with small ones, and we widen theirs when they upload.
 */
export const EARNING_BYTES = 8 * 1024

export interface PaceRule {
  readonly perSecond: number
  /** What is saved up by who sends little. */
  readonly burst: number
}

export class Pace {
  readonly #rule: PaceRule
  readonly #nowMs: () => number
  #left: number
  #lastMs: number

  constructor(rule: PaceRule, nowMs: () => number) {
    this.#rule = rule
    this.#nowMs = nowMs
    this.#left = rule.burst
    this.#lastMs = nowMs()
  }

  /** May make a debt: packets are counted when they have been read. */
  spend(packets: number): void {
    this.#refill()
    this.#left -= packets
  }

  earn(packets: number): void {
    this.#left = Math.min(this.#rule.burst, this.#left + packets)
  }

  /** Ms until what was spent is paid; 0 for who may go on. */
  get owedMs(): number {
    this.#refill()
    return this.#left >= 0 ? 0 : (-this.#left / this.#rule.perSecond) * 1000
  }

  #refill(): void {
    const nowMs = this.#nowMs()
    this.earn(((nowMs - this.#lastMs) / 1000) * this.#rule.perSecond)
    this.#lastMs = nowMs
  }
}

/** About 1 MB; beyond it the one that was used longest ago is forgotten. */
const MAX_SENDERS = 4000

/** One pace for each sender, also after their connections: another connection brings no new burst. */
export class Paces {
  readonly #rule: PaceRule
  readonly #nowMs: () => number
  readonly #paces = new Map<string, Pace>()

  constructor(rule: PaceRule, nowMs: () => number) {
    this.#rule = rule
    this.#nowMs = nowMs
  }

  of(sender: string): Pace {
    const pace = this.#paces.get(sender) ?? new Pace(this.#rule, this.#nowMs)
    this.#paces.delete(sender)
    this.#paces.set(sender, pace)
    const [oldest] = this.#paces.keys()
    if (this.#paces.size > MAX_SENDERS && oldest !== undefined) this.#paces.delete(oldest)
    return pace
  }
}
