// A place in a template's YAML, with everything that can be read there. Each reading notes its problems with line
// and column and goes on, so that an author sees them all at once; what could not be read is undefined.

import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml'
import type { TemplateProblem } from '#protocol/api/templates.ts'
import { nearest } from './nearest.ts'
import { type Quantity, quantities } from './quantities.ts'
import { literal, parseText, references, scopeNames, splitWords, type Text } from './text.ts'

const OPENING = '$'.concat('{{')
/** After so many problems the rest is not worth reading. */
const MAX_PROBLEMS = 50
/** The most entries of one list or map. */
const MAX_ENTRIES = 500

export interface Report {
  readonly lines: LineCounter
  readonly problems: TemplateProblem[]
  /** Names of parameters, known before anything may refer to one. */
  readonly parameters: Set<string>
}

type Reader<T> = (field: Field) => T
export type Table = Readonly<Record<string, Reader<unknown>>>
export type Read<T extends Table> = { readonly [K in keyof T]?: ReturnType<T[K]> }

export class Field {
  readonly #node: Node | null
  readonly #report: Report
  readonly #at: Node | null

  /** `at` is where a problem points when there is no node, i.e. at the key of an empty value. */
  constructor(node: Node | null, report: Report, at: Node | null = node) {
    this.#node = node
    this.#report = report
    this.#at = at
  }

  problem(message: string, hint?: string): undefined {
    const offset = (this.#node ?? this.#at)?.range?.[0] ?? 0
    const { line, col } = this.#report.lines.linePos(offset)
    const { problems } = this.#report
    // The head is read twice, since everything may refer to its parameters.
    const isKnown = problems.some(
      (known) => known.line === line && known.column === col && known.message === message,
    )
    if (!isKnown && problems.length < MAX_PROBLEMS) {
      problems.push({ line, column: col, message, ...(hint && { hint }) })
    }
    return undefined
  }

  get isMap(): boolean {
    return isMap(this.#node)
  }

  get isList(): boolean {
    return isSeq(this.#node)
  }

  /** The entries of a map with a place for each key, keys in order. */
  entries(): readonly { readonly key: string; readonly keyField: Field; readonly value: Field }[] {
    if (!isMap(this.#node)) {
      this.problem('Here belong keys with values, each on a line of its own.')
      return []
    }
    const seen = new Set<string>()
    return this.#bounded(this.#node.items as Pair<Node, Node | null>[]).flatMap((pair) => {
      const keyField = new Field(pair.key, this.#report)
      const key = keyField.literal()
      const value = new Field(pair.value, this.#report, pair.key)
      if (key === undefined) return []
      if (seen.has(key))
        keyField.problem(`The key “${key}” stands here twice.`, 'Keep one of them.')
      seen.add(key)
      return [{ key, keyField, value }]
    })
  }

  list(): readonly Field[] {
    if (!isSeq(this.#node)) {
      this.problem('Here belongs a list, each entry behind “- ”.')
      return []
    }
    return this.#bounded(this.#node.items as Node[]).map((item) => new Field(item, this.#report))
  }

  #bounded<T>(items: T[]): T[] {
    if (items.length > MAX_ENTRIES) this.problem(`There are more than ${MAX_ENTRIES} entries.`)
    return items.slice(0, MAX_ENTRIES)
  }

  /** Reads a map by a table of its keys; `refused` says why for keys that exist elsewhere but not here. */
  fields<T extends Table>(table: T, refused: Readonly<Record<string, string>> = {}): Read<T> {
    const read: Record<string, unknown> = {}
    for (const { key, keyField, value } of this.entries()) {
      const reader = Object.hasOwn(table, key) ? table[key] : undefined
      if (reader !== undefined) read[key] = reader(value)
      else if (Object.hasOwn(refused, key)) {
        keyField.problem(`“${key}” is not allowed in a template.`, refused[key])
      } else if (!key.startsWith('x-')) {
        const near = nearest(key, Object.keys(table))
        const known = `Known here: ${Object.keys(table).join(', ')}.`
        keyField.problem(`There is no key “${key}” here.`, near ? `Did you mean “${near}”?` : known)
      }
    }
    return read as Read<T>
  }

  /** A scalar with its references, each of which must exist. Numbers and switches are taken as they are written. */
  text(): Text | undefined {
    const source = this.#scalar()
    if (source === undefined) return undefined
    const text = parseText(source)
    for (const ref of references(text)) this.#checkReference(ref)
    if (text.some((piece) => typeof piece === 'string' && piece.includes(OPENING))) {
      return this.problem(`“${OPENING}” has no “}}”.`, `Write ${OPENING} param.name }}.`)
    }
    if (source.includes('\0')) return this.problem('A value may not contain a zero byte.')
    return text
  }

  #checkReference(ref: string): void {
    if ((scopeNames as readonly string[]).includes(ref)) return
    const known = [...scopeNames, ...[...this.#report.parameters].map((name) => `param.${name}`)]
    if (known.includes(ref)) return
    const near = nearest(ref, known)
    const hint = near ? `Did you mean “${near}”?` : `Known: ${known.join(', ')}.`
    this.problem(`There is nothing called “${ref}”.`, hint)
  }

  /** A scalar without references. */
  literal(): string | undefined {
    const source = this.#scalar()
    if (source === undefined) return undefined
    if (!source.includes(OPENING)) return source
    return this.problem(
      'No value can be put in here.',
      'Values go into single settings, never into names, keys or scripts; give it by `env` or `environment`.',
    )
  }

  #scalar(): string | undefined {
    const node = this.#node
    if (isAlias(node) || (node as Scalar | null)?.anchor !== undefined) {
      return this.problem('Anchors and aliases are not read.', 'Write the value out.')
    }
    if (!isScalar(node) || node.value === null) return this.problem('Here belongs one value.')
    if (node.tag?.startsWith('!') === true) return this.problem('Tags are not read.', 'Remove it.')
    return typeof node.value === 'string' ? node.value : (node.source ?? '')
  }

  /** A switch, which no value can turn. */
  flag(): boolean | undefined {
    const value = isScalar(this.#node) ? this.#node.value : undefined
    return typeof value === 'boolean' ? value : this.problem('Here belongs true or false.')
  }

  /** A quantity, now if it is written out and otherwise once its values are in. */
  quantity(kind: Quantity): { readonly kind: Quantity; readonly text: Text } | undefined {
    const text = this.text()
    if (text === undefined) return undefined
    const written = literal(text)
    if (written !== undefined && quantities[kind].read(written) === undefined) {
      return this.problem(`“${written}” is not ${quantities[kind].shape}.`)
    }
    return { kind, text }
  }

  /** A command: a list of words, or a line that is split as a shell would. */
  words(): readonly Text[] | undefined {
    if (this.isList) return this.list().flatMap((item) => [item.text() ?? []])
    const text = this.text()
    if (text === undefined) return undefined
    return splitWords(text) ?? this.problem('A quote is not closed.')
  }

  /** `NAME: value` or `- NAME=value`. */
  environment(): Readonly<Record<string, Text>> {
    const pairs = this.isList
      ? this.list().flatMap((item) => item.#assignment())
      : this.entries().map(({ key, keyField, value }) => ({
          key,
          keyField,
          text: value.text() ?? [],
        }))
    const read: Record<string, Text> = Object.create(null)
    for (const { key, keyField, text } of pairs) {
      if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key) && key !== 'SKEIN_AGENT') read[key] = text
      else keyField.problem(`“${key}” cannot be a variable’s name.`)
    }
    return read
  }

  #assignment(): { key: string; keyField: Field; text: Text }[] {
    const text = this.text()
    if (text === undefined) return []
    const [first, ...rest] = text
    const at = typeof first === 'string' ? first.indexOf('=') : -1
    if (typeof first !== 'string' || at < 0) {
      this.problem('Here belongs NAME=value.', 'The peer’s own variables are never passed on.')
      return []
    }
    const tail = first.slice(at + 1)
    return [{ key: first.slice(0, at), keyField: this, text: tail === '' ? rest : [tail, ...rest] }]
  }
}
