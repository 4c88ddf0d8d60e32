// From xterm's packed attributes to the SGR sequence that sets them. Always from a reset, so that the result does
// not depend on what was set before.

import type { Attributes } from './xterm.ts'

const COLOUR_MODE = 0x3000000
const PALETTE_16 = 0x1000000
const PALETTE_256 = 0x2000000
const HAS_EXTENDED = 0x10000000
const UNDERLINE = 0x10000000

/** [bit, SGR code] of the foreground's and the background's word. */
const FOREGROUND_FLAGS: readonly (readonly [number, number])[] = [
  [0x8000000, 1],
  [0x4000000, 7],
  [0x20000000, 5],
  [0x40000000, 8],
  [0x80000000, 9],
]
const BACKGROUND_FLAGS: readonly (readonly [number, number])[] = [
  [0x8000000, 2],
  [0x4000000, 3],
  [0x40000000, 53],
]
/** DECSCA is not an SGR, but it is kept with them: characters that selective erase leaves alone. */
const PROTECTED = 0x20000000

/** True when two attributes look the same. */
export function sameAttributes(a: Attributes, b: Attributes): boolean {
  if (a.fg !== b.fg || a.bg !== b.bg) return false
  if ((a.bg & HAS_EXTENDED) === 0) return true
  return (
    a.extended.underlineStyle === b.extended.underlineStyle &&
    a.extended.underlineColor === b.extended.underlineColor
  )
}

export const hasBackground = ({ bg }: Attributes): boolean => (bg & COLOUR_MODE) !== 0

/** Begins with a reset, which in xterm ends protection (DECSCA) too. */
export function toSgr(attributes: Attributes): string {
  const { fg, bg } = attributes
  let codes = `0${colour(fg, 30, '38')}${colour(bg, 40, '48')}${underline(attributes)}`
  for (const [bit, code] of FOREGROUND_FLAGS) if ((fg & bit) !== 0) codes += `;${code}`
  for (const [bit, code] of BACKGROUND_FLAGS) if ((bg & bit) !== 0) codes += `;${code}`
  const sgr = `\x1b[${codes}m`
  return (bg & PROTECTED) === 0 ? sgr : `${sgr}\x1b[1"q`
}

/** Each code has its semicolon before it. */
function colour(packed: number, base: number, extended: string): string {
  const mode = packed & COLOUR_MODE
  const index = packed & 0xff
  if (mode === 0) return ''
  if (mode === PALETTE_16) return `;${index < 8 ? base + index : base + 60 + index - 8}`
  if (mode === PALETTE_256) return `;${extended};5;${index}`
  return `;${extended};2;${(packed >>> 16) & 0xff};${(packed >>> 8) & 0xff};${index}`
}

function underline({ fg, bg, extended }: Attributes): string {
  const style = (bg & HAS_EXTENDED) === 0 ? 0 : extended.underlineStyle
  const line = (fg & UNDERLINE) === 0 ? '' : `;4:${style === 0 ? 1 : style}`
  if (style === 0) return line
  const packed = extended.underlineColor
  const mode = packed & COLOUR_MODE
  const index = packed & 0xff
  if (mode === 0) return line
  if (mode === PALETTE_16 || mode === PALETTE_256) return `${line};58:5:${index}`
  return `${line};58:2::${(packed >>> 16) & 0xff}:${(packed >>> 8) & 0xff}:${index}`
}
