// The events of a test run, file by file, and what each file came to. Node tells of files one after the other whatever
// ran side by side, so a file is over when the next one begins.

/** Told as they happen and not in the order of files; the report needs none of them. */
const UNORDERED = new Set(['test:enqueue', 'test:dequeue', 'test:complete'])
const COUNT_NAMES = { passed: 'pass', failed: 'fail' }

/**
 * Gives each file's events together. Tests that a file has from a module that it imports are told of under the module's
 * name, before the file's own end: they are the file's. What belongs to no file (Node's own closing lines) is left out.
 */
export async function* byFile(events, files) {
  const own = new Set(files)
  let current
  let borrowed = []
  for await (const event of events) {
    const { file } = event.data
    if (file === undefined || UNORDERED.has(event.type)) continue
    if (!own.has(file)) {
      borrowed.push(event)
      continue
    }
    if (current && current.file !== file) yield current
    if (current?.file !== file) current = { file, events: [] }
    current.events.push(...borrowed, event)
    borrowed = []
  }
  if (current) yield current
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
