// Work done again and again until the agent stops: one round at a time, and a round that fails ends nothing.

import type { Clock } from './clock.ts'
import type { Log } from './log.ts'

export interface Round {
  readonly what: string
  readonly everyMs: number
  readonly work: () => Promise<void>
}

/** Runs the first round at once and resolves when the signal is aborted. A repeated failure is logged once. */
export async function repeat(
  round: Round,
  { clock, log, signal }: { clock: Clock; log: Log; signal: AbortSignal },
): Promise<void> {
  let failing = false
  while (!signal.aborted) {
    try {
      await round.work()
      failing = false
    } catch (error) {
      if (!failing) log.warn(`${round.what} failed`, { error })
      failing = true
    }
    await clock.delay(round.everyMs, signal).catch(() => undefined)
  }
}
