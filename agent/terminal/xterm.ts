// The one place that knows @xterm/headless from the inside. Its public interface can neither parse at once nor tell
// scroll regions, tab stops, saved cursors and charsets, so these are typed here as version 6.0.0 has them; the
// snapshot's property test fails when another version differs.

import type { Terminal as PublicTerminal } from '@xterm/headless'

export type Charset = Readonly<Record<string, string>> | undefined

/** Colours and flags as xterm packs them (attributes.ts reads them). */
export interface Attributes {
  readonly fg: number
  readonly bg: number
  readonly extended: { readonly underlineStyle: number; readonly underlineColor: number }
}

export interface Cell extends Attributes {
  getChars(): string
  /** 2 for a wide character, 0 for the cell behind it. */
  getWidth(): number
}

export interface Line {
  readonly length: number
  readonly isWrapped: boolean
  loadCell(column: number, cell: Cell): Cell
}

export interface ScreenBuffer {
  readonly x: number
  readonly y: number
  readonly ybase: number
  readonly scrollTop: number
  readonly scrollBottom: number
  readonly savedX: number
  readonly savedY: number
  readonly savedCurAttrData: Attributes
  readonly savedCharset: Charset
  readonly tabs: Readonly<Record<number, boolean | undefined>>
  readonly lines: { readonly length: number; get(index: number): Line | undefined }
}

export interface Core {
  readonly cols: number
  readonly rows: number
  readonly buffers: {
    readonly normal: ScreenBuffer
    readonly alt: ScreenBuffer
    readonly active: ScreenBuffer
  }
  readonly coreService: {
    readonly isCursorHidden: boolean
    readonly modes: { readonly insertMode: boolean }
    readonly decPrivateModes: {
      readonly applicationCursorKeys: boolean
      readonly applicationKeypad: boolean
      readonly bracketedPasteMode: boolean
      readonly cursorBlink?: boolean
      readonly cursorStyle?: 'block' | 'underline' | 'bar'
      readonly origin: boolean
      readonly reverseWraparound: boolean
      readonly sendFocus: boolean
      readonly synchronizedOutput: boolean
      readonly wraparound: boolean
    }
  }
  readonly coreMouseService: { readonly activeProtocol: string; readonly activeEncoding: string }
  readonly optionsService: {
    readonly rawOptions: { readonly convertEol: boolean; readonly cursorBlink: boolean }
  }
  readonly _charsetService: {
    readonly charset: Charset
    readonly glevel: number
    readonly _charsets: readonly Charset[]
  }
  readonly _inputHandler: {
    readonly _curAttrData: Attributes
    readonly _windowTitle: string
    readonly _parser: { readonly currentState: number; readonly precedingJoinState: number }
    readonly _utf8Decoder: { readonly interim: Uint8Array }
    /** Parses at once: only asynchronous handlers, of which there are none, would defer. */
    parse(bytes: Uint8Array): void
  }
}

/** `_parser.currentState` when no sequence is unfinished. */
export const GROUND_STATE = 0

export interface Emulator {
  readonly core: Core
  /** An empty cell for `loadCell`; one of xterm's own must not be used, since it draws with them. */
  readonly cell: Cell
  onAnswer(listener: (text: string) => void): void
  onTitle(listener: (title: string) => void): void
  resize(cols: number, rows: number): void
  dispose(): void
}

export type MakeEmulator = (cols: number, rows: number, scrollbackLines: number) => Emulator

interface XtermModule {
  readonly Terminal: typeof PublicTerminal
}

let loaded: Promise<MakeEmulator> | undefined

/** Imports headless xterm on first use: an agent without a terminal is 10 MB smaller for it. */
export function loadXterm(): Promise<MakeEmulator> {
  loaded ??= importXterm()
  return loaded
}

async function importXterm(): Promise<MakeEmulator> {
  // It is CommonJS: its names are on `default` in Node, and on the namespace where it is bundled.
  const module: { default?: XtermModule } & Partial<XtermModule> = await import('@xterm/headless')
  const { Terminal } = module.default ?? (module as XtermModule)
  return (cols, rows, scrollback) => {
    const terminal = new Terminal({
      cols,
      rows,
      scrollback,
      allowProposedApi: true,
      logLevel: 'off',
    })
    return wrap(terminal)
  }
}

function wrap(terminal: PublicTerminal): Emulator {
  return {
    core: (terminal as unknown as { readonly _core: Core })._core,
    cell: terminal.buffer.active.getNullCell() as unknown as Cell,
    onAnswer: (listener) => void terminal.onData(listener),
    onTitle: (listener) => void terminal.onTitleChange(listener),
    resize: (cols, rows) => terminal.resize(cols, rows),
    dispose: () => terminal.dispose(),
  }
}
