// Which lines differ between two texts: what is alike at both ends is set aside, the middle is compared by the longest
// common sequence as far as that is cheap. Pure.

export interface Line {
  readonly side: 'mine' | 'theirs' | 'both'
  readonly text: string
}

/** Cells of the table: 4 million are 16 MB and some 20 ms. */
const MAX_CELLS = 4_000_000

/** Undefined where the texts differ too much. */
export function compareLines(mine: string, theirs: string): readonly Line[] | undefined {
  const a = mine.split(/\r?\n/)
  const b = theirs.split(/\r?\n/)
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end))
    end++
  const middle = differing(a.slice(start, a.length - end), b.slice(start, b.length - end))
  if (!middle) return undefined
  const both = (text: string): Line => ({ side: 'both', text })
  return [...a.slice(0, start).map(both), ...middle, ...a.slice(a.length - end).map(both)]
}

function differing(a: readonly string[], b: readonly string[]): Line[] | undefined {
  const width = b.length + 1
  if ((a.length + 1) * width > MAX_CELLS) return undefined
  const longest = new Uint32Array((a.length + 1) * width)
  const at = (i: number, j: number): number => longest[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] =
        a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const lines: Line[] = []
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const [mine, theirs] = [a[i], b[j]]
    if (mine !== undefined && mine === theirs) {
      lines.push({ side: 'both', text: mine })
      i++
      j++
    } else if (theirs === undefined || (mine !== undefined && at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ side: 'mine', text: mine ?? '' })
      i++
    } else {
      lines.push({ side: 'theirs', text: theirs })
      j++
    }
  }
  return lines
}
