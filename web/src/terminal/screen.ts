// One xterm on the page with its addons: draws what arrives in order, knows the size that would fit, and takes the
// size that it is told. A hidden one gives its WebGL context back, since a page has only sixteen.

import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { WebglAddon } from '@xterm/addon-webgl'
import { Terminal } from '@xterm/xterm'
import { words } from '../words.ts'
import { allowWriting } from './clipboard.ts'
import type { Screen } from './connection.ts'
import { letterSpacingPx, TERMINAL_FONT } from './font.ts'
import { MIN_CONTRAST, palettes } from './palettes.ts'
import { keepQuiet } from './quiet.ts'
import { isWebglFast } from './webgl.ts'

/** Lines kept above the screen; the agent keeps as many. */
const SCROLLBACK_LINES = 1_000
/** The smallest and largest that the wire takes. */
const MIN_COLS = 2
const MAX_COLS = 1_000
const MAX_ROWS = 500
/** Full reset, in the stream itself, so that it comes after everything that is still to be parsed. */
const RESET = '\x1bc'
const MAX_HIGHLIGHTS = 1_000

const letterSpacing = (fontPx: number): number =>
  letterSpacingPx(fontPx, window.devicePixelRatio, isWebglFast())

export interface ScreenLook {
  readonly theme: 'light' | 'dark'
  readonly fontPx: number
}

export interface ScreenHooks {
  typed(text: string): void
  /** Mouse reports in the old encoding, which is not text. */
  typedBinary(bytes: string): void
  /** The size that fits has changed, or the one that is shown. */
  sized(): void
  titled(title: string): void
  mayWriteClipboard(): boolean
  writeClipboard(text: string): void
  /** True when the key was the page's and not the terminal's. */
  pageKey(event: KeyboardEvent): boolean
}

export class XtermScreen implements Screen {
  readonly terminal: Terminal
  readonly search = new SearchAddon({ highlightLimit: MAX_HIGHLIGHTS })
  readonly #fit = new FitAddon()
  readonly #hooks: ScreenHooks
  #webgl: WebglAddon | undefined
  #fitted = { cols: 80, rows: 24 }

  constructor(look: ScreenLook, hooks: ScreenHooks) {
    this.#hooks = hooks
    this.terminal = new Terminal({
      allowProposedApi: true,
      cursorBlink: false,
      cursorInactiveStyle: 'outline',
      fontFamily: TERMINAL_FONT,
      fontSize: look.fontPx,
      fontWeightBold: 600,
      letterSpacing: letterSpacing(look.fontPx),
      lineHeight: 1.25,
      macOptionIsMeta: true,
      minimumContrastRatio: MIN_CONTRAST,
      scrollback: SCROLLBACK_LINES,
      theme: palettes[look.theme],
    })
    this.#load()
  }

  open(element: HTMLElement): void {
    this.terminal.open(element)
    this.terminal.textarea?.setAttribute('aria-description', words.terminal.leaveLong)
    this.fit()
  }

  size(): { cols: number; rows: number } {
    return this.#fitted
  }

  draw(bytes: Uint8Array, done: () => void): void {
    this.terminal.write(bytes, done)
  }

  snapshot(bytes: Uint8Array, cols: number, rows: number, done: () => void): void {
    this.terminal.write(RESET)
    this.resize(cols, rows)
    this.terminal.write(bytes, done)
  }

  /** An empty screen for a new process. */
  clear(): void {
    this.terminal.write(RESET)
  }

  /** In step with what is still to be parsed. */
  resize(cols: number, rows: number): void {
    this.terminal.write('', () => {
      this.terminal.resize(cols, rows)
      this.#hooks.sized()
    })
  }

  /** Measures what would fit; it becomes the size only when the agent says so. */
  fit(): boolean {
    const proposed = this.#fit.proposeDimensions()
    if (!proposed || !Number.isFinite(proposed.cols) || !Number.isFinite(proposed.rows))
      return false
    const cols = Math.min(MAX_COLS, Math.max(MIN_COLS, proposed.cols))
    const rows = Math.min(MAX_ROWS, Math.max(1, proposed.rows))
    if (cols === this.#fitted.cols && rows === this.#fitted.rows) return false
    this.#fitted = { cols, rows }
    return true
  }

  look({ theme, fontPx }: ScreenLook): void {
    this.terminal.options.theme = palettes[theme]
    this.terminal.options.fontSize = fontPx
    this.terminal.options.letterSpacing = letterSpacing(fontPx)
  }

  show(visible: boolean): void {
    if (!visible) {
      this.#giveBack()
      return
    }
    if (this.#webgl || !this.terminal.element || !isWebglFast()) return
    try {
      const webgl = new WebglAddon()
      webgl.onContextLoss(() => this.#giveBack())
      this.terminal.loadAddon(webgl)
      this.#webgl = webgl
    } catch {
      // No WebGL here: xterm draws with the DOM.
    }
  }

  dispose(): void {
    this.#giveBack()
    this.terminal.dispose()
  }

  #load(): void {
    const { terminal } = this
    const hooks = this.#hooks
    terminal.loadAddon(this.#fit)
    terminal.loadAddon(this.search)
    terminal.loadAddon(new Unicode11Addon())
    terminal.loadAddon(new WebLinksAddon())
    terminal.unicode.activeVersion = '11'
    terminal.onData((text) => hooks.typed(text))
    terminal.onBinary((bytes) => hooks.typedBinary(bytes))
    terminal.onTitleChange((title) => hooks.titled(title))
    terminal.attachCustomKeyEventHandler((event) => !hooks.pageKey(event))
    keepQuiet(terminal.parser)
    allowWriting(
      terminal.parser,
      () => hooks.mayWriteClipboard(),
      (text) => hooks.writeClipboard(text),
    )
  }

  #giveBack(): void {
    this.#webgl?.dispose()
    this.#webgl = undefined
  }
}
