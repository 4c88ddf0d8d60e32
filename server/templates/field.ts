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
import { filterNames, type Reference } from './expression.ts'
import { nearest } from './nearest.ts'
import { type Quantity, quantities } from './quantities.ts'
import type { ReachKind } from './reach.ts'
import {
  literal,
  parseText,
  references,
  scopeNames,
  splitWords,
  storedName,
  type Text,
} from './text.ts'
import type { Read, Refused, Table } from './word.ts'

const OPENING = '$'.concat('{{')
/** After so many problems the rest is not worth reading. */
const MAX_PROBLEMS = 50
/** Of a word that is shown in a problem, characters. */
const MAX_SHOWN_CHARS = 64
/** The most stored variables, and the most secrets, that one template names. */
const MAX_STORED = 100
/** The most entries of one list or map. */
const MAX_ENTRIES = 500

export interface Report {
  readonly lines: LineCounter
  readonly problems: TemplateProblem[]
  /** Names of parameters, known before anything may refer to one. */
  readonly parameters: Set<string>
  /** What the template's `policy` asks to be allowed. */
  readonly asked: Set<ReachKind>
  /** Stored variables and secrets that are named somewhere. */
  readonly stored: { readonly vars: Set<string>; readonly secrets: Set<string> }
}

const MERGE_HINT = 'Write the keys out; anchors and merge keys are not read.'

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

  problem(message: string, hint?: string, fix?: TemplateProblem['fix']): undefined {
    const offset = (this.#node ?? this.#at)?.range?.[0] ?? 0
    const { line, col } = this.#report.lines.linePos(offset)
    const { problems } = this.#report
    // The head is read twice, since everything may refer to its parameters.
    const isKnown = problems.some(
      (known) => known.line === line && known.column === col && known.message === message,
    )
    if (!isKnown && problems.length < MAX_PROBLEMS) {
      problems.push({ line, column: col, message, ...(hint && { hint }), ...(fix && { fix }) })
    }
    return undefined
  }

  /** A problem with what was probably meant instead. */
  mistyped(message: string, word: string, by: string): undefined {
    return this.problem(message, `Did you mean “${by}”?`, { word, by })
  }

  get isMap(): boolean {
    return isMap(this.#node)
  }

  get isList(): boolean {
    return isSeq(this.#node)
  }

  /** The entries of a map with a place for each key, keys in order. */
  entries(): readonly { readonly key: string; readonly keyField: Field; readonly value: Field }[] {
    if (!isMap(this.#node) || !this.#isUntagged()) {
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
        keyField.problem(
          `The key “${key.slice(0, MAX_SHOWN_CHARS)}” stands here twice.`,
          'Keep one of them.',
        )
      seen.add(key)
      return [{ key, keyField, value }]
    })
  }

  list(): readonly Field[] {
    if (!isSeq(this.#node) || !this.#isUntagged()) {
      this.problem('Here belongs a list, each entry behind “- ”.')
      return []
    }
    return this.#bounded(this.#node.items as Node[]).map((item) => new Field(item, this.#report))
  }

  /** Notes a tag: it would make something else of what is written, and nothing here is anything else. */
  #isUntagged(): boolean {
    if (this.#node === null || isAlias(this.#node) || this.#node.tag === undefined) return true
    this.problem('Tags are not read.', 'Remove it.')
    return false
  }

  #bounded<T>(items: T[]): T[] {
    if (items.length > MAX_ENTRIES) this.problem(`There are more than ${MAX_ENTRIES} entries.`)
    return items.slice(0, MAX_ENTRIES)
  }

  /** Reads a map by a table of its keys; `refused` says why for keys that exist elsewhere but not here. */
  fields<T extends Table>(table: T, refused: Refused = {}): Read<T> {
    const read: Record<string, unknown> = {}
    for (const { key, keyField, value } of this.entries()) {
      const known = Object.hasOwn(table, key) ? table[key] : undefined
      if (known !== undefined) read[key] = known.read(value, keyField)
      else if (key === '<<') keyField.problem('Merge keys are not read.', MERGE_HINT)
      else if (Object.hasOwn(refused, key)) {
        keyField.problem(`“${key}” is not allowed in a template.`, refused[key])
      } else if (!key.startsWith('x-')) {
        const near = nearest(key, Object.keys(table))
        const all = `Known here: ${Object.keys(table).join(', ')}.`
        const shown = key.slice(0, MAX_SHOWN_CHARS)
        const message = `There is no key “${shown}” here.`
        if (near === undefined) keyField.problem(message, all)
        else keyField.mistyped(message, key, near)
      }
    }
    return read as Read<T>
  }

  /** A scalar with its references, each of which must exist. Numbers and switches are taken as they are written. */
  text(): Text | undefined {
    const source = this.#scalar()
    if (source === undefined) return undefined
    const text = parseText(source)
    for (const reference of references(text)) this.#checkReference(reference)
    if (text.some((piece) => typeof piece === 'string' && piece.includes(OPENING))) {
      return this.problem(`“${OPENING}” has no “}}”.`, `Write ${OPENING} param.name }}.`)
    }
    if (source.includes('\0')) return this.problem('A value may not contain a zero byte.')
    return text
  }

  /** A scalar with references that are not secrets: what it says is seen on pages, in lists and by other programs. */
  openText(): Text | undefined {
    const text = this.text()
    const secret = text && references(text).find(({ ref }) => ref.startsWith('secret.'))
    if (secret === undefined) return text
    return this.problem(
      `A secret cannot be put in here (“${secret.ref}”).`,
      'Secrets go into `environment`, `env`, and commands.',
    )
  }

  #checkReference({ ref, problem }: Reference): undefined {
    if (problem !== undefined) return this.problem(problem.message, problem.hint)
    if ((scopeNames as readonly string[]).includes(ref)) return undefined
    const stored = storedName(ref)
    if (stored !== undefined) {
      const { vars, secrets } = this.#report.stored
      const names = stored.kind === 'var' ? vars : secrets
      names.add(stored.name)
      if (names.size > MAX_STORED) this.problem(`More than ${MAX_STORED} are named.`)
      return undefined
    }
    const known = [...scopeNames, ...[...this.#report.parameters].map((name) => `param.${name}`)]
    if (known.includes(ref)) return undefined
    const near = nearest(ref, known)
    const message = `There is nothing called “${ref.slice(0, MAX_SHOWN_CHARS)}”.`
    if (near !== undefined) return this.mistyped(message, ref, near)
    const all = `${known.join(', ')}, var.NAME, secret.NAME; filters: ${filterNames.join(', ')}`
    return this.problem(message, `Known: ${all}.`)
  }

  /** Whether the template's `policy` asks for what this word reaches; the problem stands at the word. */
  asks(kind: ReachKind, message: string, reason: string): boolean {
    if (this.#report.asked.has(kind)) return true
    const hint = `${reason} An administrator can allow it for a template that says \`policy: { allow: [${kind}] }\`.`
    this.problem(message, hint)
    return false
  }

  /** One of a few words. */
  oneOf<const C extends string>(choices: readonly C[]): C | undefined {
    const written = this.literal()
    if (written === undefined) return undefined
    const found = choices.find((choice) => choice === written)
    if (found !== undefined) return found
    const near = nearest(written, choices)
    const message = `“${written.slice(0, MAX_SHOWN_CHARS)}” is not known here.`
    if (near !== undefined) return this.mistyped(message, written, near)
    return this.problem(message, `Known: ${choices.join(', ')}.`)
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
    if (!this.#isUntagged()) return undefined
    return typeof node.value === 'string' ? node.value : (node.source ?? '')
  }

  /** A switch, which no value can turn. */
  flag(): boolean | undefined {
    if (this.#scalar() === undefined) return undefined
    const value = isScalar(this.#node) ? this.#node.value : undefined
    return typeof value === 'boolean' ? value : this.problem('Here belongs true or false.')
  }

  /** A quantity, now if it is written out and otherwise once its values are in. */
  quantity(kind: Quantity): { readonly kind: Quantity; readonly text: Text } | undefined {
    const text = this.openText()
    if (text === undefined) return undefined
    const written = literal(text)
    if (written !== undefined && quantities[kind].read(written) === undefined) {
      return this.problem(
        `“${written.slice(0, MAX_SHOWN_CHARS)}” is not ${quantities[kind].shape}.`,
      )
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
      if (/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(key) && key !== 'SKEIN_AGENT') read[key] = text
      else keyField.problem(`“${key.slice(0, MAX_SHOWN_CHARS)}” cannot be a variable’s name.`)
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
