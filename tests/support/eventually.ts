// Waits for something to become true, for tests of real parts: never a fixed sleep, always a deadline.

import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Between two looks, milliseconds: at first short beside what anything takes, then a tenth of what it has taken so far,
 * since the looks themselves keep a core from what is waited for.
 */
const LOOK_AGAIN_MS = { least: 10, most: 100 }
const lookAgainMs = (waitedMs: number): number =>
  Math.min(LOOK_AGAIN_MS.most, Math.max(LOOK_AGAIN_MS.least, waitedMs / 10))

/**
 * Resolves with the first answer of `check` that is neither undefined, null nor false. A `check` that throws is asked
 * again; at the deadline the test fails with `what` (as it is by then, where that changes) and the last error.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  options: { readonly timeoutMs: number; readonly what: string | (() => string) },
): Promise<NonNullable<Exclude<T, false>>> {
  const beganMs = performance.now()
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
    const waitedMs = performance.now() - beganMs
    if (waitedMs > options.timeoutMs) {
      const what = typeof options.what === 'string' ? options.what : options.what()
      throw new Error(`${what}: not within ${options.timeoutMs} ms`, { cause: last })
    }
    await sleep(lookAgainMs(waitedMs))
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
