// Waits for something to become true, for tests of real parts: never a fixed sleep, always a deadline.

import { setTimeout as sleep } from 'node:timers/promises'

/** Between two looks, milliseconds: short beside any deadline, long enough not to keep a core busy. */
const LOOK_AGAIN_MS = 10

/**
 * Resolves with the first answer of `check` that is neither undefined, null nor false. A `check` that throws is asked
 * again; at the deadline the test fails with `what` and the last error.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  options: { readonly timeoutMs: number; readonly what: string },
): Promise<NonNullable<Exclude<T, false>>> {
  const endMs = performance.now() + options.timeoutMs
  let last: unknown
  for (;;) {
    try {
      const answer = await check()
      if (answer !== undefined && answer !== null && answer !== false) {
        return answer as NonNullable<Exclude<T, false>>
      }
    } catch (error) {
      last = error
    }
    if (performance.now() > endMs) {
      throw new Error(`${options.what}: not within ${options.timeoutMs} ms`, { cause: last })
    }
    await sleep(LOOK_AGAIN_MS)
  }
}

/**
 * Resolves with a value once it has stood for so long: the only way to see that something waits. Fails at the deadline
 * when it never stands still.
 */
export async function stands<T>(
  read: () => T,
  { stillMs, timeoutMs, what }: { stillMs: number; timeoutMs: number; what: string },
): Promise<T> {
  let value = read()
  let sinceMs = performance.now()
  await eventually(
    () => {
      const now = read()
      if (now !== value) [value, sinceMs] = [now, performance.now()]
      return performance.now() - sinceMs >= stillMs
    },
    { timeoutMs, what },
  )
  return value
}
