// All addresses at once; the first that completes wins and the others are let go. Why they failed is kept, because
// the space's page shows it.

import { reasonOf } from './reason.ts'

export interface Failed {
  readonly address: string
  readonly reason: string
}

export interface Won<T> {
  readonly address: string
  readonly value: T
  readonly failed: readonly Failed[]
}

/** Rejects with `AllFailed` when every address failed. `discard` gets what finished after the winner. */
export async function race<T>(
  addresses: readonly string[],
  attempt: (address: string, signal: AbortSignal) => Promise<T>,
  discard: (late: T) => void,
): Promise<Won<T>> {
  const others = new AbortController()
  const failed: Failed[] = []
  let won = false
  const attempts = addresses.map(async (address) => {
    try {
      const value = await attempt(address, others.signal)
      if (won) {
        discard(value)
        throw new Error('slower than the one chosen')
      }
      won = true
      return { address, value }
    } catch (error) {
      if (!won) failed.push({ address, reason: reasonOf(error) })
      throw error
    }
  })
  try {
    const winner = await Promise.any(attempts)
    const slower = addresses.filter(
      (address) => address !== winner.address && !failed.some((each) => each.address === address),
    )
    const late = slower.map((address) => ({ address, reason: 'slower than the one chosen' }))
    return { ...winner, failed: [...failed, ...late] }
  } catch {
    throw new AllFailed(failed)
  } finally {
    others.abort()
  }
}

export class AllFailed extends Error {
  override readonly name = 'AllFailed'
  readonly failed: readonly Failed[]

  constructor(failed: readonly Failed[]) {
    super(failed.map(({ address, reason }) => `${address}: ${reason}`).join('; ') || 'no address')
    this.failed = failed
  }
}
