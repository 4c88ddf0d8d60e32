// Where one is in a template's YAML: enough to know which word of the schema stands there, also while the text is half
// written and no parser would read it. It goes by indentation and brackets, line by line. Pure.

/** A key, or the line of a list's entry. */
export type Step = string | number

export interface Entry {
  readonly path: readonly Step[]
  readonly key: string
  readonly from: number
  readonly to: number
}

interface Frame {
  readonly indent: number
  readonly step: Step
}

interface Bracket {
  readonly kind: '{' | '['
  step: Step | undefined
}

const KEY =
  /^(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'#&*!|>%@`{}[\],?-][^#]*?|-[^\s#][^#]*?))\s*:(?=\s|$)/
const SCALAR = /^[|>][-+\d]*\s*(?:#.*)?$/

/** Reads lines in their order; `frames` and `brackets` say where the end of what was read is. */
export class YamlScan {
  readonly entries: Entry[] = []
  #frames: Frame[] = []
  #brackets: Bracket[] = []
  /** The indentation of the key whose block of text we are in. */
  #text: number | undefined
  /** What was typed since the last key, bracket or comma. */
  #typed = ''
  #typedAt = 0
  #isValue = false

  feed(line: string, at: number): void {
    const indent = line.search(/\S/)
    const isWithin = indent === -1 || indent > (this.#text ?? indent)
    if (this.#brackets.length > 0) this.#flow(line, at)
    else if (this.#text === undefined || !isWithin) this.#line(line, at, indent)
  }

  #line(line: string, at: number, indent: number): void {
    this.#text = undefined
    this.#isValue = false
    this.#typed = ''
    if (indent === -1) this.#blank(line, at)
    else if (line[indent] !== '#') this.#block(line, at, indent)
  }

  get inText(): boolean {
    return this.#text !== undefined
  }

  get isFlow(): boolean {
    return this.#brackets.length > 0
  }

  get isValue(): boolean {
    const bracket = this.#brackets.at(-1)
    if (bracket === undefined) return this.#isValue
    return bracket.kind === '[' || bracket.step !== undefined
  }

  /** How far the word under the cursor is typed, and where it begins. */
  get typed(): { readonly text: string; readonly from: number } {
    const text = this.#typed.trimStart()
    return { text, from: this.#typedAt + this.#typed.length - text.length }
  }

  get path(): Step[] {
    const steps = this.#brackets.map(({ step }) => step).filter((step) => step !== undefined)
    return [...this.#frames.map(({ step }) => step), ...steps]
  }

  #blank(line: string, at: number): void {
    this.#leave(line.length, false)
    this.#typedAt = at + line.length
  }

  #block(line: string, at: number, first: number): void {
    let indent = first
    let rest = line.slice(indent)
    this.#leave(indent, /^-(\s|$)/.test(rest))
    for (let dash = /^-(\s+|$)/.exec(rest); dash; dash = /^-(\s+|$)/.exec(rest)) {
      this.#frames.push({ indent, step: at + indent })
      indent += dash[0].length
      rest = rest.slice(dash[0].length)
    }
    const match = KEY.exec(rest)
    const key = match?.[1] ?? match?.[2] ?? match?.[3]
    if (match && key !== undefined) {
      this.#note(key, at + indent + match[0].indexOf(key))
      this.#frames.push({ indent, step: key })
      indent += match[0].length
      rest = rest.slice(match[0].length)
      this.#isValue = true
      if (SCALAR.test(rest.trim())) this.#text = this.#frames.at(-1)?.indent ?? 0
    }
    this.#typed = rest
    this.#typedAt = at + indent
    if (/^\s*[[{]/.test(rest)) this.#flow(rest, at + indent)
  }

  /** Up to the map or list to which a line of this indentation belongs; a list may stand as far left as its key. */
  #leave(indent: number, isEntry: boolean): void {
    for (let top = this.#frames.at(-1); top; top = this.#frames.at(-1)) {
      const keeps = isEntry && typeof top.step === 'string' && top.indent === indent
      if (top.indent < indent || keeps) return
      this.#frames.pop()
    }
  }

  #flow(text: string, at: number): void {
    this.#typed = ''
    this.#typedAt = at
    for (let i = 0; i < text.length; i++) {
      const skipped = this.#skip(text, i)
      if (skipped === undefined) break
      if (skipped > i) {
        this.#typed += text.slice(i, skipped)
        i = skipped - 1
      } else this.#sign(text, i, at)
    }
  }

  /** Past quotes and `${{ … }}`; undefined where a remark begins. */
  #skip(text: string, i: number): number | undefined {
    const sign = text[i]
    if (sign === '#' && /\s/.test(text[i - 1] ?? ' ')) return undefined
    const closing = sign === '"' || sign === "'" ? sign : text.startsWith('${{', i) ? '}}' : ''
    if (closing === '') return i
    const end = text.indexOf(closing, i + 1)
    return end === -1 ? text.length : end + closing.length
  }

  #sign(text: string, i: number, at: number): void {
    const sign = text[i] ?? ''
    const top = this.#brackets.at(-1)
    const isKey = sign === ':' && top?.kind === '{' && /^(\s|$)/.test(text.slice(i + 1))
    if (!isKey && !'{}[],'.includes(sign)) {
      this.#typed += sign
      return
    }
    if (top && isKey) {
      const key = this.#typed.trim().replace(/^(["'])(.*)\1$/, '$2')
      this.#note(key, this.typed.from)
      top.step = key
    }
    if (sign === '{' || sign === '[') {
      this.#brackets.push({ kind: sign, step: sign === '[' ? at + i : undefined })
    }
    if (sign === '}' || sign === ']') this.#brackets.pop()
    if (sign === ',' && top?.kind === '{') top.step = undefined
    if (sign === ',' && top?.kind === '[') top.step = at + i
    this.#typed = ''
    this.#typedAt = at + i + 1
  }

  #note(key: string, from: number): void {
    this.entries.push({ path: this.path, key, from, to: from + key.length })
  }
}

function feedAll(text: string): YamlScan {
  const scan = new YamlScan()
  let at = 0
  for (const line of text.split('\n')) {
    scan.feed(line, at)
    at += line.length + 1
  }
  return scan
}

/** Every key of the text. */
export const keysOf = (text: string): readonly Entry[] => feedAll(text).entries

export interface Place {
  readonly path: readonly Step[]
  readonly isValue: boolean
  readonly isFlow: boolean
  /** In a block of text, where nothing is a word. */
  readonly inText: boolean
  readonly typed: string
  readonly from: number
}

/** What belongs at this offset. */
export function placeAt(text: string, offset: number): Place {
  const scan = feedAll(text.slice(0, offset))
  const { path, isValue, isFlow, inText, typed } = scan
  return { path, isValue, isFlow, inText, typed: typed.text, from: typed.from }
}

export const samePath = (a: readonly Step[], b: readonly Step[]): boolean =>
  a.length === b.length && a.every((step, i) => step === b[i])
