// A screen as bytes that draw it on another xterm that was just reset: both buffers with their scrollback, then
// everything that is not in a cell, then the unfinished sequence. The bytes hold no query, so drawing them makes no
// terminal answer. Lost: OSC 8 links, palette changes (OSC 4), and the saved cursor of the screen that is not shown
// when it is the alternate one.

import { MAX_NUMBERED_BODY_BYTES } from '#protocol/numbered/frames.ts'
import { toSgr } from './attributes.ts'
import { drawLines, isBehindWide } from './lines.ts'
import { pendingBytes } from './pending.ts'
import type { Cell, Charset, Core, Emulator, ScreenBuffer } from './xterm.ts'

const CURSOR_STYLES = { block: 1, underline: 3, bar: 5 } as const
const MOUSE_PROTOCOLS: Readonly<Record<string, number>> = {
  X10: 9,
  VT200: 1000,
  DRAG: 1002,
  ANY: 1003,
}
const MOUSE_ENCODINGS: Readonly<Record<string, number>> = { SGR: 1006, SGR_PIXELS: 1016 }
const DESIGNATE = ['(', ')', '*', '+'] as const
const DEFAULT_TAB = 8
/** A program may set a title of megabytes. */
export const MAX_TITLE_CHARS = 256
/** A frame's body less its position. */
const MAX_SNAPSHOT_BYTES = MAX_NUMBERED_BODY_BYTES - 8

type Drawn = Pick<Emulator, 'core' | 'cell'>

/** `recent`: the newest bytes that were parsed, as for `pendingBytes`. Draw it on a reset screen of the same size. */
export function snapshotOf(drawn: Drawn, recent: Uint8Array): Uint8Array {
  // All of it; where that does not fit a frame (wide, and a colour for each cell) without scrollback, or blank.
  for (const scrollback of [Number.POSITIVE_INFINITY, 0, -Number.POSITIVE_INFINITY]) {
    const bytes = drawAll(drawn, scrollback, recent)
    if (bytes.length <= MAX_SNAPSHOT_BYTES) return bytes
  }
  return new Uint8Array(0)
}

function drawAll({ core, cell }: Drawn, scrollback: number, recent: Uint8Array): Uint8Array {
  const { normal, alt, active } = core.buffers
  let text = drawBuffer(core, normal, scrollback, cell)
  if (active === alt) {
    text += `${moveTo(normal)}\x1b[?47h\x1b[H${drawBuffer(core, alt, scrollback, cell)}`
  }
  text += modes(core) + title(core) + charsets(core) + cursor(core, cell)
  const drawn = new TextEncoder().encode(text)
  const pending = pendingBytes(core, recent)
  const bytes = new Uint8Array(drawn.length + pending.length)
  bytes.set(drawn)
  bytes.set(pending, drawn.length)
  return bytes
}

/** What each of the two buffers has of its own: lines, tab stops, saved cursor, scroll region. */
function drawBuffer(core: Core, buffer: ScreenBuffer, scrollback: number, cell: Cell): string {
  const { scrollTop, scrollBottom } = buffer
  const drawn = drawLines(buffer, buffer.ybase - scrollback, core.rows, cell)
  const lines = drawn + tabStops(buffer, core.cols) + savedCursor(core, buffer)
  if (scrollTop === 0 && scrollBottom === core.rows - 1) return lines
  return `${lines}\x1b[${scrollTop + 1};${scrollBottom + 1}r`
}

function tabStops(buffer: ScreenBuffer, cols: number): string {
  const columns = Array.from({ length: cols }, (_, column) => column)
  const stops = columns.filter((column) => buffer.tabs[column] === true)
  const usual = columns.filter((column) => column % DEFAULT_TAB === 0)
  if (stops.join() === usual.join()) return ''
  return `\x1b[3g${stops.map((column) => `\x1b[${column + 1}G\x1bH`).join('')}`
}

function savedCursor(core: Core, buffer: ScreenBuffer): string {
  const { savedX, savedY, savedCurAttrData: attributes, savedCharset } = buffer
  const untouched = savedX === 0 && savedY === 0 && attributes.fg === 0 && attributes.bg === 0
  if (untouched && savedCharset === undefined) return ''
  const row = Math.max(0, savedY - buffer.ybase) + 1
  const column = Math.min(savedX, core.cols - 1) + 1
  const [on, off] = savedCharset ? [`\x1b(${charsetName(savedCharset)}`, '\x1b(B'] : ['', '']
  return `${toSgr(attributes)}${on}\x1b[${row};${column}H\x1b7${off}\x1b[m`
}

const moveTo = ({ x, y }: ScreenBuffer): string => `\x1b[${y + 1};${x + 1}H`

function modes(core: Core): string {
  const { modes: ansi, decPrivateModes: dec, isCursorHidden } = core.coreService
  const { convertEol, cursorBlink } = core.optionsService.rawOptions
  const { activeProtocol, activeEncoding } = core.coreMouseService
  const on: readonly (readonly [boolean, string])[] = [
    [ansi.insertMode, '\x1b[4h'],
    [convertEol, '\x1b[20h'],
    [dec.applicationCursorKeys, '\x1b[?1h'],
    [dec.applicationKeypad, '\x1b='],
    [dec.bracketedPasteMode, '\x1b[?2004h'],
    [dec.sendFocus, '\x1b[?1004h'],
    [dec.reverseWraparound, '\x1b[?45h'],
    [!dec.wraparound, '\x1b[?7l'],
    [dec.synchronizedOutput, '\x1b[?2026h'],
    [cursorBlink, '\x1b[?12h'],
    [isCursorHidden, '\x1b[?25l'],
  ]
  const numbers = [MOUSE_PROTOCOLS[activeProtocol], MOUSE_ENCODINGS[activeEncoding]]
  const mouse = numbers.map((mode) => (mode === undefined ? '' : `\x1b[?${mode}h`)).join('')
  const style = dec.cursorStyle
    ? `\x1b[${CURSOR_STYLES[dec.cursorStyle] + (dec.cursorBlink ? 0 : 1)} q`
    : ''
  return on.map(([is, sequence]) => (is ? sequence : '')).join('') + mouse + style
}

/** The window's title, without what would end the sequence. */
function title(core: Core): string {
  const text = core._inputHandler._windowTitle.slice(0, MAX_TITLE_CHARS).replace(/\p{Cc}/gu, '')
  return text === '' ? '' : `\x1b]2;${text}\x07`
}

function charsets(core: Core): string {
  const { _charsets: sets, glevel, charset } = core._charsetService
  const designated = DESIGNATE.map((intermediate, level) => {
    const set = sets[level]
    return set ? `\x1b${intermediate}${charsetName(set)}` : ''
  }).join('')
  const shift = ['', '\x0e', '\x1bn', '\x1bo'][glevel] ?? ''
  // Restoring a cursor brings back its charset and leaves the designation: only another restore does that again.
  const restored = charset !== sets[glevel] && charset === core.buffers.active.savedCharset
  return designated + shift + (restored ? '\x1b8' : '')
}

/** Xterm keeps only the table. `0` draws lines; of the others only the British is in use, and it has one entry. */
const charsetName = (charset: NonNullable<Charset>): string =>
  '`' in charset ? '0' : '#' in charset ? 'A' : 'B'

/**
 * Position, attributes, and the two things that only a printed character leaves: the cursor past the last column,
 * and the character that REP (CSI b) repeats. So the character before the cursor is printed again.
 */
function cursor(core: Core, cell: Cell): string {
  const { active } = core.buffers
  const { _curAttrData: attributes, _parser: parser } = core._inputHandler
  const { decPrivateModes, modes: ansi } = core.coreService
  const origin = decPrivateModes.origin ? active.scrollTop : 0
  const at = (x: number) => `\x1b[${active.y - origin + 1};${x + 1}H`
  const start = (decPrivateModes.origin ? '\x1b[?6h' : '') + at(Math.min(active.x, core.cols - 1))
  const repeats = parser.precedingJoinState !== 0
  const line = active.lines.get(active.ybase + active.y)
  if (!line || active.x === 0 || (!repeats && active.x < core.cols))
    return start + toSgr(attributes)
  line.loadCell(active.x - 1, cell)
  const width = isBehindWide(cell) && active.x > 1 ? 2 : 1
  if (width === 2) line.loadCell(active.x - 2, cell)
  const sgr = toSgr(attributes)
  const style = repeats ? sgr : toSgr(cell)
  const room = ansi.insertMode ? `\x1b[${width}P` : ''
  const again = `${at(active.x - width)}${style}${room}${cell.getChars() || ' '}`
  return start + again + (repeats ? '' : sgr)
}
