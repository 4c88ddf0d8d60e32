// A scalar of a template with its `${{ … }}` found at parse time: a list of literal pieces and references. Values
// are put in between the pieces when a space starts, long after YAML, Compose's short forms and shell words were
// taken apart, so no value can become structure.

import type { ParameterValue } from '#protocol/api/spaces.ts'

export interface Reference {
  readonly ref: string
}
export type Text = readonly (string | Reference)[]

/** What `${{ … }}` may name beside `param.<name>`. */
export const scopeNames = ['space.id', 'space.name', 'user.username'] as const

export interface Scope {
  readonly space: { readonly id: string; readonly name: string }
  readonly user: { readonly username: string }
  readonly param: Readonly<Record<string, ParameterValue>>
}

/** No brace inside, so that no text makes the search begin anew from each of many openings. */
const EXPRESSION = /\$\{\{([^{}]*)\}\}/g

export function parseText(source: string): Text {
  const pieces: (string | Reference)[] = []
  let at = 0
  for (const match of source.matchAll(EXPRESSION)) {
    if (match.index > at) pieces.push(source.slice(at, match.index))
    pieces.push({ ref: (match[1] ?? '').trim() })
    at = match.index + match[0].length
  }
  if (at < source.length) pieces.push(source.slice(at))
  return pieces
}

export const references = (text: Text): readonly string[] =>
  text.flatMap((piece) => (typeof piece === 'string' ? [] : [piece.ref]))

/** The text when it has no reference in it. */
export function literal(text: Text): string | undefined {
  const pieces = text.filter((piece) => typeof piece === 'string')
  return pieces.length === text.length ? pieces.join('') : undefined
}

/** The text with its values; a reference that does not exist is empty, which the parser has ruled out. */
export function fill(text: Text, scope: Scope): string {
  return text
    .map((piece) => (typeof piece === 'string' ? piece : lookUp(piece.ref, scope)))
    .join('')
}

function lookUp(ref: string, scope: Scope): string {
  if (ref === 'space.id') return scope.space.id
  if (ref === 'space.name') return scope.space.name
  if (ref === 'user.username') return scope.user.username
  const name = ref.startsWith('param.') ? ref.slice('param.'.length) : ''
  const value = Object.hasOwn(scope.param, name) ? scope.param[name] : undefined
  return Array.isArray(value) ? value.join(',') : String(value ?? '')
}

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
