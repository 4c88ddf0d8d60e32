// What a test waits for comes, or the test fails and says what did not: a wait without an end would take the whole run's
// time, and leave no word of where it stood.

/** Far beyond what a loaded machine takes for anything that these tests wait for, milliseconds. */
const PATIENCE_MS = 60_000

/** Answers as `promise` does. Rejects when that takes longer than `timeoutMs`. */
export async function soon<T>(
  promise: Promise<T>,
  what: string,
  timeoutMs = PATIENCE_MS,
): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new Error(`${what}: not within ${timeoutMs} ms`)),
    timeoutMs,
  )
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
