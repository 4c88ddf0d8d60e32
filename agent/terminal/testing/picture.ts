// Everything that can be told apart about a screen, as text, so that two of them can be compared in a test.

import type { Cell, Emulator, ScreenBuffer } from '../xterm.ts'

const COLOUR = 0x3ffffff

export function pictureOf({ core, cell }: Pick<Emulator, 'core' | 'cell'>): string {
  const { active, normal } = core.buffers
  const { _parser: parser, _utf8Decoder: decoder, _curAttrData: current } = core._inputHandler
  const { charset, glevel, _charsets: sets } = core._charsetService
  const state = {
    buffer: active === normal ? 'normal' : 'alternate',
    cursor: [active.x, active.y],
    saved: [Math.min(active.savedX, core.cols - 1), Math.max(0, active.savedY - active.ybase)],
    savedAttributes: [active.savedCurAttrData.fg, active.savedCurAttrData.bg],
    region: [active.scrollTop, active.scrollBottom],
    tabs: Object.keys(active.tabs).filter((column) => active.tabs[Number(column)]),
    attributes: [current.fg, current.bg],
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
  return [...lines, JSON.stringify(state, undefined, 1)].join('\n')
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
    return `${line.isWrapped && index > 0 ? '+' : ' '}${cells.join('').replace(/·+$/, '')}`
  })
}

/** Of a blank cell only its background shows. */
function styleOf(cell: Cell): string {
  if (cell.getChars() === '' && cell.getWidth() !== 0)
    return cell.bg & COLOUR ? `${cell.bg & COLOUR}` : ''
  const extended = cell.bg & 0x10000000
  const line = extended ? `${cell.extended.underlineStyle}/${cell.extended.underlineColor}` : ''
  return `${cell.fg}/${cell.bg & ~0x10000000}/${line}`
}
