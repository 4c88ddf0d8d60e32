// Waiting, a little, until others have what was written here. Nobody waits for a peer that is slow: the answer then says
// that it has not got it yet.

import type { Clock } from '../../clock.ts'
import type { Receipts, Received } from '../../records/replicable.ts'

/** For one other peer, ms: a round trip and two commits of an ordinary disk. */
export const ONE_MS = 50
/** For all that can be reached, ms: within it a revoked session is refused everywhere. */
export const ALL_MS = 100
/** For all that can be reached, where something is done once for ever and nobody minds waiting, ms: a busy machine's longest pause. */
export const EVERY_MS = 2000

const waitsMs = { one: ONE_MS, all: ALL_MS, every: EVERY_MS } as const

export interface ReceivingParts {
  readonly clock: Clock
  /** How many peers have our transaction of that number, of how many that are connected. */
  readonly count: (seq: number) => Received
}

export class Receiving implements Receipts {
  readonly #parts: ReceivingParts
  readonly #waiting = new Set<() => void>()

  constructor(parts: ReceivingParts) {
    this.#parts = parts
  }

  async received(seq: number, by: keyof typeof waitsMs): Promise<Received> {
    const { clock, count } = this.#parts
    const isEnough = ({ peers, of }: Received) => peers >= (by === 'one' ? Math.min(1, of) : of)
    if (isEnough(count(seq))) return count(seq)
    const over = new AbortController()
    const look = (): void => {
      if (isEnough(count(seq))) over.abort()
    }
    this.#waiting.add(look)
    await clock.delay(waitsMs[by], over.signal).catch(() => undefined)
    this.#waiting.delete(look)
    return count(seq)
  }

  /** Somebody has said what it has, has come or has gone. */
  changed(): void {
    for (const look of this.#waiting) look()
  }
}
