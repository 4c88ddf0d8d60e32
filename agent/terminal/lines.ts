// A buffer's lines as text that draws them: after it, on a screen that was blank, every cell, its attributes and
// the marks of wrapped lines are the same. Each line begins on a blank row with default attributes, so what one
// line leaves behind never colours the next.

import { hasBackground, sameAttributes, toSgr } from './attributes.ts'
import type { Attributes, Cell, Line, ScreenBuffer } from './xterm.ts'

const DEFAULT: Attributes = { fg: 0, bg: 0, extended: { underlineStyle: 0, underlineColor: 0 } }

/** The second column of a wide character. */
export const isBehindWide = (cell: Cell): boolean => cell.getWidth() === 0 && cell.getChars() === ''

/** Draws a buffer from one of its lines on, from the top left corner of a blank screen. Leaves the default attributes. */
export function drawLines(buffer: ScreenBuffer, from: number, rows: number, cell: Cell): string {
  const parts: string[] = []
  let before: Line | undefined
  for (let index = Math.max(0, from); index < buffer.lines.length; index++) {
    const line = buffer.lines.get(index)
    if (!line) continue
    // On a screen of one row nothing above can be mended; its lines only lose their marks.
    if (before) parts.push(line.isWrapped && rows > 1 ? wrapAfter(before, cell) : '\r\n')
    parts.push(drawCells(line, 0, cell))
    before = line
  }
  return parts.join('')
}

/**
 * Makes the next line a wrapped one. Only a character printed past the last column does that: so two spaces are
 * printed there, the second is erased, and the cell that the first one fell on is drawn again.
 */
function wrapAfter(line: Line, cell: Cell): string {
  const last = line.length - 1
  const from = isBehindWide(line.loadCell(last, cell)) ? last - 1 : last
  const redrawn = `\x1b[${from + 1}G\x1b[${line.length - from}X${drawCells(line, from, cell)}`
  return `\x1b[${last + 1}G  \x1b[D\x1b[X\x1b[A${redrawn}\x1b[B\r`
}

/** Draws cells from where the cursor is. Blank cells are stepped over; coloured blank ones are erased into their colour. */
function drawCells(line: Line, from: number, cell: Cell): string {
  let text = ''
  let current = DEFAULT
  let steps = 0
  let erased = 0
  const move = () => {
    text += (erased > 0 ? `\x1b[${erased}X` : '') + (steps > 0 ? `\x1b[${steps}C` : '')
    steps = 0
    erased = 0
  }
  for (let column = from; column < line.length; column++) {
    line.loadCell(column, cell)
    if (isBehindWide(cell)) continue
    const chars = cell.getChars()
    const blank = chars === ''
    if (blank && !hasBackground(cell)) {
      if (erased > 0) move()
      steps += 1
      continue
    }
    // A combining mark without a base has no width; setting the attributes keeps it from joining the cell before.
    const same = sameAttributes(cell, current) && cell.getWidth() > 0
    if (!blank || !same || erased < steps) move()
    if (!same) {
      text += toSgr(cell)
      current = { fg: cell.fg, bg: cell.bg, extended: cell.extended }
    }
    if (blank) {
      erased += 1
      steps += 1
    } else {
      text += chars
    }
  }
  if (erased > 0) move()
  return current === DEFAULT ? text : `${text}\x1b[m`
}
