// Waiting with an end: what another end shall answer, the caller's signal, or the deadline, whichever is first.

import { SkeinError } from '#protocol/errors.ts'
import type { Clock } from '../clock.ts'

export interface Wait {
  readonly clock: Clock
  readonly timeoutMs: number
  /** For whom we wait, as the start of a sentence. */
  readonly thing: string
  readonly signal?: AbortSignal
}

/** Rejects with what `promise` rejects with, with the signal's reason, or with `timeout`. */
export async function within<T>(promise: Promise<T>, wait: Wait): Promise<T> {
  const { clock, timeoutMs, thing } = wait
  const answered = new AbortController()
  const stop = wait.signal ? AbortSignal.any([wait.signal, answered.signal]) : answered.signal
  const deadline = clock.delay(timeoutMs, stop).then(() => {
    throw new SkeinError('timeout', { thing, seconds: timeoutMs / 1000 })
  })
  // Whichever of the two loses must not be an unhandled rejection.
  deadline.catch(() => undefined)
  promise.catch(() => undefined)
  try {
    return await Promise.race([promise, deadline])
  } finally {
    answered.abort()
  }
}
