// Whether a command said what its page shows, as far as that is the same every time. Pure.

/** What differs from run to run, by its form; both sides are compared with these in its place. */
const VARIABLE: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>'],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>'],
  [/\b[0-9a-f]{32,}\b/g, '<hash>'],
  [/(?:[0-9A-F]{2}:){7,}[0-9A-F]{2}/g, '<hash>'],
  [/\b[A-Z0-9]{4}-[A-Z0-9]{4}\b/g, '<code>'],
  [/(?<=#)[\w-]{20,}/g, '<token>'],
  [/(?<=[=/_: ])(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{20,}/g, '<token>'],
  [/\b\d+(?:\.\d+)? ?(?:ms|s|kB|MB|GB|minutes?|seconds?|days?)\b/g, '<amount>'],
]

/**
 * Undefined where it fits, else the first shown line that was not said. Shown lines are all that was said, in this order,
 * but for empty lines; a line `…` stands for any lines, and `…` in a line for anything.
 */
export function missingLine(shown: readonly string[], said: string): string | undefined {
  const lines = said
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
  let at = 0
  let mayPass = false
  for (const line of shown.filter((one) => one.trim() !== '')) {
    if (line.trim() === '…') mayPass = true
    else {
      const pattern = patternOf(line.trimEnd())
      const found = lines.findIndex((one, i) => i >= at && pattern.test(masked(one)))
      if (found < 0 || (found > at && !mayPass)) return line
      at = found + 1
      mayPass = false
    }
  }
  const more = mayPass ? undefined : lines[at]
  return more === undefined ? undefined : `(nothing) where it said: ${more}`
}

const masked = (line: string): string =>
  VARIABLE.reduce((text, [pattern, name]) => text.replace(pattern, name), line)

function patternOf(line: string): RegExp {
  const parts = masked(line).split('…')
  return new RegExp(
    `^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`,
  )
}
