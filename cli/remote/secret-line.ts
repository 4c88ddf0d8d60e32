// What somebody types who must not be seen typing: keys as a terminal sends them, to a secret. Enter ends it; what is
// pasted may have lines, where the terminal says what is pasted. Pure.

/** The terminal is asked to say what is pasted (xterm's “bracketed paste”), and not to, after it. */
export const PASTE_ON = '\x1b[?2004h'
export const PASTE_OFF = '\x1b[?2004l'
const PASTE_BEGINS = '\x1b[200~'
const PASTE_ENDS = '\x1b[201~'

const CTRL_C = '\x03'
const CTRL_D = '\x04'
const CTRL_U = '\x15'
const ENDS: ReadonlySet<string> = new Set(['\r', '\n', CTRL_D])
const ERASES: ReadonlySet<string> = new Set(['\x7f', '\b'])
/** A key that is none of a text: an arrow, Home. It types nothing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's keys begin with Escape.
const OTHER_KEY = /^\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O.|)/

export type SecretState = 'typing' | 'done' | 'cancelled'

export class SecretLine {
  #typed: string[] = []
  #left = ''
  #isPasting = false

  get text(): string {
    return this.#typed.join('')
  }

  /** What comes after the end in one piece with it is thrown away: it is the rest of a paste, and no command. */
  feed(piece: string): SecretState {
    this.#left += piece
    while (this.#left !== '') {
      if (isCut(this.#left)) return 'typing'
      const state = this.#next()
      if (state !== 'typing') return state
    }
    return 'typing'
  }

  #next(): SecretState {
    const mark = this.#isPasting ? PASTE_ENDS : PASTE_BEGINS
    if (this.#left.startsWith(mark)) {
      this.#isPasting = !this.#isPasting
      this.#left = this.#left.slice(mark.length)
      return 'typing'
    }
    const [key = ''] = this.#left
    const other = this.#isPasting ? undefined : OTHER_KEY.exec(this.#left)?.[0]
    this.#left = this.#left.slice((other ?? key).length)
    if (other !== undefined) return 'typing'
    return this.#isPasting ? this.#take(key === '\r' ? '\n' : key) : this.#press(key)
  }

  #press(key: string): SecretState {
    if (ENDS.has(key)) return 'done'
    if (key === CTRL_C) return 'cancelled'
    if (key === CTRL_U) this.#typed = []
    else if (ERASES.has(key)) this.#typed.pop()
    else if (key >= ' ' || key === '\t') this.#take(key)
    return 'typing'
  }

  #take(key: string): SecretState {
    this.#typed.push(key)
    return 'typing'
  }
}

/** Whether the rest of a mark is still to come. */
const isCut = (text: string): boolean =>
  [PASTE_BEGINS, PASTE_ENDS].some((mark) => text.length < mark.length && mark.startsWith(text)) &&
  text !== ''
