// The events of one test file's run, and what the file came to.

/** Told as they happen and not in the order of tests; the report needs none of them. */
const UNORDERED = new Set(['test:enqueue', 'test:dequeue', 'test:complete'])
const COUNT_NAMES = { passed: 'pass', failed: 'fail' }

/**
 * What a report says of a file. Tests that it has from a module that it imports are told of under the module's name, and
 * are the file's. What belongs to no file (Node's own closing lines) is left out: the whole run has its own.
 */
export async function eventsOf(run) {
  const events = []
  for await (const event of run) {
    if (event.data.file !== undefined && !UNORDERED.has(event.type)) events.push(event)
  }
  return events
}

/** The counts of one file as Node's closing lines name them. A file that died before it could count is one failure. */
export function countsOf(events) {
  const summary = events.findLast(({ type }) => type === 'test:summary')
  const counts = {}
  for (const [name, count] of Object.entries(summary?.data.counts ?? {})) {
    counts[COUNT_NAMES[name] ?? name] = count
  }
  const hasFailed = events.some(({ type }) => type === 'test:fail')
  if (!hasFailed || (counts.fail ?? 0) + (counts.cancelled ?? 0) > 0) return counts
  return { ...counts, tests: (counts.tests ?? 0) + 1, fail: 1 }
}

export const isBad = ({ fail = 0, cancelled = 0 }) => fail + cancelled > 0

/** Each failure in a few lines: what was tested, and why it is not so. */
export function failuresOf(events) {
  return events
    .filter(({ type, data }) => type === 'test:fail' && data.details?.type !== 'suite')
    .map(({ data }) => `${data.name}: ${reasonOf(data.details?.error)}`)
}

function reasonOf(error) {
  const cause = error?.cause ?? error
  return String(cause?.stack ?? cause?.message ?? cause ?? 'it ended without a reason')
}
