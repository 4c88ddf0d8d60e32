// One open terminal: its screen and its connection, joined. React only mounts it, shows it and hides it.

import { urlOf } from '#protocol/api/client.ts'
import { newId } from '#protocol/ids.ts'
import { NumberedClient } from '#protocol/numbered/client.ts'
import { roads } from '../api/client.ts'
import { preferences } from '../app/preferences.ts'
import { shownTheme } from '../app/theme.ts'
import { Race } from '../net/race.ts'
import { Store } from '../net/store.ts'
import { copyText } from '../parts/copy-text.ts'
import { type Socket, TerminalConnection } from './connection.ts'
import { withControl } from './key-bytes.ts'
import { XtermScreen } from './screen.ts'

const text = new TextEncoder()

export interface Sizes {
  readonly shown: { readonly cols: number; readonly rows: number }
  readonly fitting: { readonly cols: number; readonly rows: number }
}

interface SessionOptions {
  readonly spaceId: string
  readonly name: string
  /** Who watches, as the other viewers are told. */
  readonly label: string
  /** Only looks on: nothing is typed, and the size is others'. */
  readonly watching: boolean
  readonly onSearch: () => void
  /** The keys are to go elsewhere on the page: a terminal keeps Tab and Escape for itself. */
  readonly onLeave: () => void
}

export class TerminalSession {
  readonly screen: XtermScreen
  readonly connection: TerminalConnection
  readonly sizes: Store<Sizes>
  /** The on-screen Ctrl, for the next key. */
  readonly control = new Store(false)
  readonly #options: SessionOptions
  readonly #stop: (() => void)[] = []

  constructor(options: SessionOptions, element: HTMLElement) {
    this.#options = options
    this.screen = new XtermScreen(look(), {
      typed: (typed) => this.type(typed),
      typedBinary: (bytes) => this.#typeBinary(bytes),
      sized: () => this.#measured(),
      titled: () => undefined,
      mayWriteClipboard: () => preferences.get().terminalClipboard,
      writeClipboard: (copied) => void copyText(copied),
      pageKey: (event) => this.#pageKey(event),
    })
    this.sizes = new Store(this.#sizes())
    this.screen.open(element)
    // The renderer decides how large a cell is, so it comes before the size is told to anyone.
    this.screen.show(true)
    this.screen.fit()
    // One client for as long as this terminal is open here, whatever becomes of its connections.
    const client = newId()
    this.connection = new TerminalConnection({
      client: () => new NumberedClient({ stream: options.name, client, label: options.label }),
      dial: (cols, rows) => this.#dial(cols, rows),
      screen: this.screen,
      random: Math.random,
    })
    this.#follow(element)
  }

  type(typed: string): void {
    if (this.#options.watching) return
    const control = this.control.get()
    if (control) this.control.set(false)
    this.connection.type(text.encode(control ? withControl(typed) : typed))
  }

  /** A new process under the same name, after the old one has ended. */
  startAgain(): void {
    this.screen.clear()
    this.connection.startAgain()
    this.focus()
  }

  show(visible: boolean): void {
    this.screen.show(visible)
    if (visible) this.#refit()
  }

  focus(): void {
    this.screen.terminal.focus()
  }

  close(): void {
    for (const stop of this.#stop) stop()
    this.connection.close()
    this.screen.dispose()
  }

  #dial(cols: number, rows: number): Socket {
    const { spaceId, name } = this.#options
    const params = { id: spaceId, name }
    const query = { cols: String(cols), rows: String(rows) }
    return new Race(roads, urlOf('GET /spaces/:id/terminals/:name/attach', { params, query }))
  }

  #follow(element: HTMLElement): void {
    const resized = new ResizeObserver(() => this.#refit())
    resized.observe(element)
    const restyle = () => {
      this.screen.look(look())
      this.#refit()
    }
    const online = () => this.connection.tryNow()
    window.addEventListener('online', online)
    this.#stop.push(
      () => resized.disconnect(),
      preferences.subscribe(restyle),
      shownTheme.subscribe(restyle),
      () => window.removeEventListener('online', online),
    )
  }

  #refit(): void {
    if (this.screen.fit()) {
      const { cols, rows } = this.screen.size()
      this.connection?.resize(cols, rows)
    }
    this.#measured()
  }

  #measured(): void {
    const next = this.#sizes()
    const { shown, fitting } = this.sizes?.get() ?? {}
    const same =
      shown?.cols === next.shown.cols &&
      shown.rows === next.shown.rows &&
      fitting?.cols === next.fitting.cols &&
      fitting.rows === next.fitting.rows
    if (!same) this.sizes?.set(next)
  }

  #sizes(): Sizes {
    const { cols, rows } = this.screen.terminal
    return { shown: { cols, rows }, fitting: this.screen.size() }
  }

  #typeBinary(bytes: string): void {
    if (this.#options.watching) return
    this.connection.type(Uint8Array.from(bytes, (char) => char.charCodeAt(0)))
  }

  #pageKey(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown' || !event.ctrlKey || !event.shiftKey) return false
    switch (event.key.toLowerCase()) {
      case 'f':
        this.#options.onSearch()
        break
      case 'c':
        this.#copy()
        break
      case 'v':
        this.#paste()
        break
      // Ctrl and X alone is the shell's.
      case 'x':
        this.#options.onLeave()
        break
      default:
        return false
    }
    event.preventDefault()
    return true
  }

  #copy(): void {
    const selected = this.screen.terminal.getSelection()
    if (selected) void copyText(selected)
  }

  #paste(): void {
    navigator.clipboard.readText().then(
      (pasted) => this.screen.terminal.paste(pasted),
      () => undefined,
    )
  }
}

const look = () => ({ theme: shownTheme.get(), fontPx: preferences.get().terminalFontPx })
