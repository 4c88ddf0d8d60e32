// What the plain editor needs to know of its text: lines, and what Tab does to them. Pure.

const INDENT = '  '

export interface Edit {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** Where a line and column (both from 1) are in the text; past the end is the end. */
export function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split('\n')
  const before = lines
    .slice(0, Math.max(0, line - 1))
    .reduce((sum, each) => sum + each.length + 1, 0)
  const within = Math.min(Math.max(0, column - 1), lines[line - 1]?.length ?? 0)
  return Math.min(text.length, before + within)
}

export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

/** Tab puts in two spaces, or moves the selected lines; with Shift it takes them away. */
export function indent({ text, start, end }: Edit, back: boolean): Edit {
  if (start === end && !back) {
    return {
      text: text.slice(0, start) + INDENT + text.slice(end),
      start: start + INDENT.length,
      end: start + INDENT.length,
    }
  }
  const from = text.lastIndexOf('\n', start - 1) + 1
  const lines = text.slice(from, end).split('\n')
  const moved = lines.map((line) => (back ? line.replace(/^ {1,2}/, '') : INDENT + line))
  const changes = moved.map((line, index) => line.length - (lines[index]?.length ?? 0))
  const total = changes.reduce((sum, change) => sum + change, 0)
  return {
    text: text.slice(0, from) + moved.join('\n') + text.slice(end),
    start: Math.max(from, start + (changes[0] ?? 0)),
    end: end + total,
  }
}

/** Enter keeps the indentation of the line, and goes one deeper after a colon. */
export function newLine({ text, start, end }: Edit): Edit {
  const from = text.lastIndexOf('\n', start - 1) + 1
  const line = text.slice(from, start)
  const kept = /^ */.exec(line)?.[0] ?? ''
  const added = `\n${kept}${line.trimEnd().endsWith(':') ? INDENT : ''}`
  const at = start + added.length
  return { text: text.slice(0, start) + added + text.slice(end), start: at, end: at }
}
