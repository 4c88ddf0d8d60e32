// One attempt at each of several addresses at once; the first that succeeds ends the others.

import { reasonOf } from './reason.ts'

export interface FirstOfOptions<T> {
  readonly signal: AbortSignal
  /** Gets what succeeded too late. */
  readonly discard: (late: T) => void
}

/** Rejects with the reasons of all, or the signal's. */
export async function firstOf<T>(
  addresses: readonly string[],
  attempt: (address: string, signal: AbortSignal) => Promise<T>,
  { signal, discard }: FirstOfOptions<T>,
): Promise<T> {
  const over = new AbortController()
  const stop = AbortSignal.any([signal, over.signal])
  let isWon = false
  const attempts = addresses.map(async (address) => {
    const value = await attempt(address, stop)
    if (isWon) {
      discard(value)
      throw new Error('another was faster')
    }
    isWon = true
    return value
  })
  try {
    return await Promise.any(attempts)
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof AggregateError ? new Error(summary(addresses, error)) : error
  } finally {
    over.abort(new Error('another was faster'))
  }
}

/** What went wrong, each reason once: sockets of peers that have died fail alike. */
function summary(addresses: readonly string[], { errors }: AggregateError): string {
  if (addresses.length === 0) return 'no peer has a socket there'
  return [...new Set(errors.map(reasonOf))].join('; ')
}
