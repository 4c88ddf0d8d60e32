// Three texts into one: what each of two people changed since the version that both began with. Where both changed the
// same lines mine stay, and the other's are shown beside them. Pure.

import { compareLines } from '../files/compare.ts'

export interface Merged {
  readonly text: string
  /** Places that both changed, each in another way. */
  readonly conflicts: number
}

export function merge(base: string, mine: string, theirs: string): Merged {
  if (mine === theirs || theirs === base) return { text: mine, conflicts: 0 }
  if (mine === base) return { text: theirs, conflicts: 0 }
  const myPlaces = places(base, mine)
  const theirPlaces = places(base, theirs)
  // Too different to be compared line by line.
  if (!myPlaces || !theirPlaces) return { text: mine, conflicts: 1 }
  return join(
    { base: base.split('\n'), mine: mine.split('\n'), theirs: theirs.split('\n') },
    myPlaces,
    theirPlaces,
  )
}

/** Where each line of the base is in another text; -1 where it is not there any more. */
function places(base: string, other: string): readonly number[] | undefined {
  const lines = compareLines(base, other)
  if (!lines) return undefined
  const found: number[] = []
  let at = 0
  for (const { side } of lines) {
    if (side !== 'theirs') found.push(side === 'both' ? at : -1)
    if (side !== 'mine') at++
  }
  return found
}

interface Texts {
  readonly base: readonly string[]
  readonly mine: readonly string[]
  readonly theirs: readonly string[]
}

interface Cursor {
  base: number
  mine: number
  theirs: number
}

function join(texts: Texts, inMine: readonly number[], inTheirs: readonly number[]): Merged {
  const out: string[] = []
  let conflicts = 0
  const at: Cursor = { base: 0, mine: 0, theirs: 0 }
  for (let line = 0; line <= texts.base.length; line++) {
    const isEnd = line === texts.base.length
    const mine = isEnd ? texts.mine.length : (inMine[line] ?? -1)
    const theirs = isEnd ? texts.theirs.length : (inTheirs[line] ?? -1)
    if (mine < 0 || theirs < 0) continue
    const piece = choose(texts, at, { base: line, mine, theirs })
    out.push(...piece.lines)
    if (piece.isConflict) conflicts++
    if (!isEnd) out.push(texts.base[line] ?? '')
    Object.assign(at, { base: line + 1, mine: mine + 1, theirs: theirs + 1 })
  }
  return { text: out.join('\n'), conflicts }
}

function choose(texts: Texts, from: Cursor, to: Cursor) {
  const base = texts.base.slice(from.base, to.base)
  const mine = texts.mine.slice(from.mine, to.mine)
  const theirs = texts.theirs.slice(from.theirs, to.theirs)
  const same = (a: readonly string[], b: readonly string[]) =>
    a.join('\n') === b.join('\n') && a.length === b.length
  if (same(mine, base)) return { lines: theirs, isConflict: false }
  const isConflict = !same(theirs, base) && !same(mine, theirs)
  return { lines: mine, isConflict }
}
