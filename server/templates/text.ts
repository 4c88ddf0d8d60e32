// A scalar of a template with its `${{ … }}` found at parse time: a list of literal pieces and references. Values
// are put in between the pieces when a space starts, long after YAML, Compose's short forms and shell words were
// taken apart, so no value can become structure.

import type { ParameterValue } from '#protocol/api/spaces.ts'
import { evaluate, parseExpression, type Reference } from './expression.ts'

export type Text = readonly (string | Reference)[]

/** What `${{ … }}` may name beside `param.<name>`, `var.<name>` and `secret.<name>`. */
export const scopeDocs = {
  'space.id': 'The space’s id, which never changes.',
  'space.name': 'The space’s name.',
  'user.id': 'The id of the space’s owner.',
  'user.username': 'The name with which the owner signs in.',
  'user.name': 'The owner’s name in full.',
  'server.url': 'Where people open this server; empty when it has no public address.',
  'server.host': 'The name of the host on which the space is.',
  'server.version': 'The version of Skein that starts the space.',
} as const
export type ScopeName = keyof typeof scopeDocs
export const scopeNames = Object.keys(scopeDocs) as ScopeName[]

type Values = Readonly<Record<string, string>>

export interface Scope {
  readonly space: { readonly id: string; readonly name: string }
  readonly user: { readonly username: string; readonly id?: string; readonly name?: string }
  readonly server?: { readonly url?: string; readonly host?: string; readonly version?: string }
  readonly param: Readonly<Record<string, ParameterValue>>
  readonly vars?: Values
  readonly secrets?: Values
  /** For plans: stored values are not known, and their names stand for them. */
  readonly isSketch?: true
}

/** Of `var.<name>` and `secret.<name>`. */
const VALUE_NAME = /^(var|secret)\.([A-Za-z_][A-Za-z0-9_-]{0,63})$/

/** `var.NAME` or `secret.NAME` taken apart. */
export function storedName(ref: string): { kind: 'var' | 'secret'; name: string } | undefined {
  const match = VALUE_NAME.exec(ref)
  if (match === null) return undefined
  return { kind: match[1] === 'secret' ? 'secret' : 'var', name: match[2] ?? '' }
}

/** No brace inside, so that no text makes the search begin anew from each of many openings. */
const EXPRESSION = /\$\{\{([^{}]*)\}\}/g

export function parseText(source: string): Text {
  const pieces: (string | Reference)[] = []
  let at = 0
  for (const match of source.matchAll(EXPRESSION)) {
    if (match.index > at) pieces.push(source.slice(at, match.index))
    pieces.push(parseExpression(match[1] ?? ''))
    at = match.index + match[0].length
  }
  if (at < source.length) pieces.push(source.slice(at))
  return pieces
}

export const references = (text: Text): readonly Reference[] =>
  text.filter((piece) => typeof piece !== 'string')

/** As it may be written, for showing. */
export const textSource = (text: Text): string =>
  text.map((piece) => (typeof piece === 'string' ? piece : `$\{{ ${piece.ref} }}`)).join('')

/** The text when it has no reference in it. */
export function literal(text: Text): string | undefined {
  const pieces = text.filter((piece) => typeof piece === 'string')
  return pieces.length === text.length ? pieces.join('') : undefined
}

/** The text with its values; one that does not exist is empty, which the parser and render.ts have ruled out. */
export function fill(text: Text, scope: Scope): string {
  return text.map((piece) => (typeof piece === 'string' ? piece : worth(piece, scope))).join('')
}

export const worth = (reference: Reference, scope: Scope): string =>
  evaluate(reference, lookUp(reference.ref, scope) ?? '')

/** The value that a name stands for, before its filters. */
export function lookUp(ref: string, scope: Scope): ParameterValue | undefined {
  const { space, user, server } = scope
  if (ref.startsWith('param.')) return own(scope.param, ref.slice('param.'.length))
  const stored = storedName(ref)
  if (stored?.kind === 'var') return own(scope.vars ?? {}, stored.name)
  if (stored?.kind === 'secret') return own(scope.secrets ?? {}, stored.name)
  const known: Readonly<Record<ScopeName, string | undefined>> = {
    'space.id': space.id,
    'space.name': space.name,
    'user.id': user.id,
    'user.username': user.username,
    'user.name': user.name,
    'server.url': server?.url,
    'server.host': server?.host,
    'server.version': server?.version,
  }
  return own(known, ref)
}

const own = <T>(values: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined

/** Splits at the first `separator` outside references. */
export function splitFirst(text: Text, separator: string): [Text, Text] | undefined {
  for (const [index, piece] of text.entries()) {
    if (typeof piece !== 'string') continue
    const at = piece.indexOf(separator)
    if (at < 0) continue
    const tail = piece.slice(at + separator.length)
    return [
      [...text.slice(0, index), ...solid(piece.slice(0, at))],
      [...solid(tail), ...text.slice(index + 1)],
    ]
  }
  return undefined
}

const solid = (piece: string): Text => (piece === '' ? [] : [piece])

/**
 * A command line as words, by the shell's rules for quotes and backslashes and none of its other ones. A reference is
 * part of its word, whatever its value. Undefined when a quote is left open.
 */
export function splitWords(text: Text): readonly Text[] | undefined {
  const words: (string | Reference)[][] = []
  let word: (string | Reference)[] | undefined
  let quote = ''
  const add = (piece: string | Reference) => {
    word ??= []
    const last = word.at(-1)
    if (typeof piece === 'string' && typeof last === 'string') word[word.length - 1] = last + piece
    else word.push(piece)
  }
  const end = () => {
    if (word !== undefined) words.push(word)
    word = undefined
  }
  for (const piece of text) {
    if (typeof piece !== 'string') {
      add(piece)
      continue
    }
    for (let at = 0; at < piece.length; at++) {
      const char = piece.charAt(at)
      if (quote !== "'" && char === '\\' && at + 1 < piece.length) add(piece.charAt(++at))
      else if (char === quote) quote = ''
      else if (quote === '' && (char === '"' || char === "'")) {
        quote = char
        add('')
      } else if (quote === '' && /\s/.test(char)) end()
      else add(char)
    }
  }
  end()
  return quote === '' ? words : undefined
}
