// All addresses at once, each again and again, until the first leads to a peer; then the others are let go. Each has a
// pace of its own: one that takes ten seconds to say nothing must not keep the others from being tried again.

import type { Clock } from '../clock.ts'
import { pauseMs } from './back-off.ts'
import { reasonOf } from './reason.ts'

export interface Failed {
  readonly address: string
  readonly reason: string
}

export interface Won<T> {
  readonly address: string
  readonly value: T
  /** Why other addresses failed; those that were only slower are not among them. */
  readonly failed: readonly Failed[]
}

export interface RaceOptions<T> {
  readonly addresses: readonly string[]
  readonly attempt: (address: string, signal: AbortSignal) => Promise<T>
  /** Gets what came in after the winner. */
  readonly discard: (late: T) => void
  readonly clock: Clock
  /** In [0, 1). */
  readonly chance: () => number
  /** Told once, when each address has failed once. */
  readonly onAllFailed: (failed: readonly Failed[]) => void
  readonly signal: AbortSignal
}

/** Rejects only with the signal's reason. */
export async function race<T>(options: RaceOptions<T>): Promise<Won<T>> {
  const { addresses, clock, chance, onAllFailed } = options
  const over = new AbortController()
  const stop = AbortSignal.any([options.signal, over.signal])
  const reasons = new Map<string, string>()
  const { promise, resolve, reject } = Promise.withResolvers<Won<T>>()
  const abort = () => reject(options.signal.reason)
  options.signal.addEventListener('abort', abort, { once: true })
  if (options.signal.aborted) abort()

  const note = (address: string, error: unknown) => {
    const isFirst = !reasons.has(address)
    reasons.set(address, reasonOf(error))
    if (isFirst && reasons.size === addresses.length) onAllFailed(list(reasons))
  }
  const run = async (address: string) => {
    for (let failures = 1; !stop.aborted; failures++) {
      try {
        const value = await options.attempt(address, stop)
        if (stop.aborted) {
          options.discard(value)
          return
        }
        reasons.delete(address)
        resolve({ address, value, failed: list(reasons) })
        over.abort(new Error('another address was faster'))
        return
      } catch (error) {
        if (stop.aborted) return
        note(address, error)
      }
      await clock.delay(pauseMs(failures, chance()), stop).catch(() => undefined)
    }
  }
  try {
    await Promise.race([promise, Promise.all([...new Set(addresses)].map(run))])
    return await promise
  } finally {
    over.abort()
    options.signal.removeEventListener('abort', abort)
  }
}

const list = (reasons: ReadonlyMap<string, string>): Failed[] =>
  [...reasons].map(([address, reason]) => ({ address, reason }))
