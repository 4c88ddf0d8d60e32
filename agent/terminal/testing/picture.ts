// Everything that can be told apart about a screen, as text, so that two of them can be compared in a test.

import type { Cell, Emulator, ScreenBuffer } from '../xterm.ts'

const COLOUR_MODE = 0x3000000
const RGB = 0xffffff
const HAS_EXTENDED = 0x10000000
const UNDERLINED = 0x10000000
const RGB_MODE = COLOUR_MODE
/** Left by a colour that was given as RGB before: xterm ignores it. */
const tidy = (packed: number) =>
  (packed & COLOUR_MODE) === RGB_MODE
    ? packed
    : (packed & ~RGB) | (packed & COLOUR_MODE ? packed & 0xff : 0)
const colour = (packed: number) => tidy(packed) & (COLOUR_MODE | RGB)

/**
 * Blank cells at the end. The last column may be a space: the cursor past it can be had by printing one only, also
 * where the cell was erased after.
 */
const BLANK_END = /(·|<>)*(<0\/0\/>)? ?$/

export function pictureOf({ core, cell }: Pick<Emulator, 'core' | 'cell'>): string {
  const { active, normal } = core.buffers
  const { _parser: parser, _utf8Decoder: decoder, _curAttrData: current } = core._inputHandler
  const { charset, glevel, _charsets: sets } = core._charsetService
  const state = {
    buffer: active === normal ? 'normal' : 'alternate',
    cursor: [active.x, active.y],
    saved: [Math.min(active.savedX, core.cols - 1), Math.max(0, active.savedY - active.ybase)],
    savedAttributes: [active.savedCurAttrData.fg, active.savedCurAttrData.bg].map(tidy),
    region: [active.scrollTop, active.scrollBottom],
    tabs: Object.keys(active.tabs).filter(
      (column) => Number(column) < core.cols && active.tabs[Number(column)],
    ),
    attributes: [current.fg, current.bg].map(tidy),
    parser: [parser.currentState, parser.precedingJoinState, [...decoder.interim]],
    charsets: [keys(charset), glevel, [0, 1, 2, 3].map((level) => keys(sets[level]))],
    savedCharset: keys(active.savedCharset),
    modes: [core.coreService.modes, core.coreService.decPrivateModes],
    hidden: core.coreService.isCursorHidden,
    mouse: [core.coreMouseService.activeProtocol, core.coreMouseService.activeEncoding],
    options: core.optionsService.rawOptions.convertEol,
    title: core._inputHandler._windowTitle,
  }
  const lines =
    active === normal ? drawn(normal, cell) : [...drawn(normal, cell), ...drawn(active, cell)]
  const states = Object.entries(state).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
  return [...lines, ...states].join('\n')
}

const keys = (charset: Readonly<Record<string, string>> | undefined) =>
  charset ? Object.keys(charset).length : 0

function drawn(buffer: ScreenBuffer, cell: Cell): string[] {
  return Array.from({ length: buffer.lines.length }, (_, index) => {
    const line = buffer.lines.get(index)
    if (!line) return 'none'
    const cells: string[] = []
    let style = ''
    for (let column = 0; column < line.length; column++) {
      line.loadCell(column, cell)
      const next = styleOf(cell)
      cells.push(
        `${next === style ? '' : `<${next}>`}${cell.getChars() || (cell.getWidth() ? '·' : '')}`,
      )
      style = next
    }
    // The oldest line's mark says that it continues one that is no longer there: nobody can tell.
    return `${line.isWrapped && index > 0 ? '+' : ' '}${cells.join('').replace(BLANK_END, '')}`
  })
}

/** Of a blank cell only its background shows; of an underline without a style, a single line. */
function styleOf(cell: Cell): string {
  if (cell.getChars() === '' && cell.getWidth() !== 0) return `${colour(cell.bg) || ''}`
  const { underlineStyle, underlineColor } = cell.extended
  const styled = (cell.bg & HAS_EXTENDED) !== 0 && underlineStyle !== 0
  const line = styled ? `${underlineStyle}/${colour(underlineColor)}` : '1/0'
  const underlined = (cell.fg & UNDERLINED) !== 0 ? line : ''
  return `${tidy(cell.fg)}/${tidy(cell.bg) & ~HAS_EXTENDED}/${underlined}`
}
