// What is offered at a place, and what is said of the word that stands there. Pure.

import { type Language, refusalOf, type Schema, type Shape, schemasAt, shapeOf } from './schema.ts'
import { type Entry, keysOf, type Place, placeAt, type Step, samePath } from './yaml-scan.ts'

export interface Suggestion {
  readonly label: string
  readonly kind: 'key' | 'value' | 'name'
  readonly info?: string | undefined
  /** What a key is followed by. */
  readonly shape?: Shape
}

export interface Suggestions {
  /** Where what they take the place of begins. */
  readonly from: number
  readonly all: readonly Suggestion[]
  readonly place: Place
}

/** `stored` are the names of variables and secrets, as they are written. */
export function suggest(
  language: Language,
  text: string,
  offset: number,
  stored: readonly string[] = [],
): Suggestions {
  const expression = expressionBefore(text, offset)
  const place = placeAt(text, offset)
  if (expression) {
    const { from, isFilter } = expression
    const all = isFilter ? described(language['x-filters']) : inExpression(language, text, stored)
    return { from, all, place }
  }
  if (place.inText) return { from: offset, all: [], place }
  const schemas = schemasAt(language, place.path)
  const entries = keysOf(text)
  const values = valuesAt(schemas, place, entries)
  const all = place.isValue ? values : [...keysAt(schemas, place, entries), ...values]
  return { from: place.from, all, place }
}

function keysAt(schemas: readonly Schema[], place: Place, entries: readonly Entry[]) {
  const taken = new Set(childrenOf(entries, place.path))
  const known = schemas.flatMap(({ properties = {} }) => Object.entries(properties))
  return known
    .filter(([key]) => key === place.typed || !taken.has(key))
    .map(
      ([label, schema]): Suggestion => ({
        ...{ label, kind: 'key', info: schema.description, shape: shapeOf(schema) },
      }),
    )
}

function valuesAt(
  schemas: readonly Schema[],
  place: Place,
  entries: readonly Entry[],
): readonly Suggestion[] {
  const value = (label: string): Suggestion => ({ label, kind: 'value' })
  const words = schemas.flatMap(({ enum: listed = [], examples = [] }) => [...listed, ...examples])
  const switches = schemas.some(({ type }) => type === 'boolean') ? ['true', 'false'] : []
  const names = namesAt(place.path, entries).map(
    (label): Suggestion => ({ label, kind: 'name', ...(!place.isValue && { shape: 'map' }) }),
  )
  return [...names, ...[...new Set([...words, ...switches])].map(value)]
}

/** Names of the template itself, where they are meant. */
function namesAt(path: readonly Step[], entries: readonly Entry[]): readonly string[] {
  const [first, second, third] = path
  if (first === 'main') return childrenOf(entries, ['services'])
  if (first === 'services' && third === 'depends_on') {
    return childrenOf(entries, ['services']).filter((name) => name !== second)
  }
  if (first === 'parameters' && third === 'when' && path.length === 3) {
    return childrenOf(entries, ['parameters']).filter((name) => name !== second)
  }
  return []
}

const childrenOf = (entries: readonly Entry[], path: readonly Step[]): string[] => [
  ...new Set(entries.filter((entry) => samePath(entry.path, path)).map(({ key }) => key)),
]

interface Expression {
  readonly from: number
  readonly isFilter: boolean
}

/** `${{ space.na` and, behind a bar, `${{ param.x | low`. */
function expressionBefore(text: string, offset: number): Expression | undefined {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset)
  const match = /\$\{\{((?:(?!\}\}).)*)$/.exec(line)
  if (!match) return undefined
  const inside = match[1] ?? ''
  const typed = /[\w.-]*$/.exec(inside)?.[0] ?? ''
  return { from: offset - typed.length, isFilter: inside.includes('|') }
}

/** A scope is offered by its name alone where nothing of it is known. */
function inExpression(language: Language, text: string, stored: readonly string[]): Suggestion[] {
  const answered = keysOf(text).filter(({ path }) => samePath(path, ['parameters']))
  const names = [...answered.map(({ key }) => ['param', key].join('.')), ...stored]
  const isNamed = (label: string) =>
    /^param\./.test(label) || names.some((name) => name.startsWith(label))
  return [
    ...names.map((label): Suggestion => ({ label, kind: 'name' })),
    ...described(language['x-values']).filter(({ label }) => !isNamed(label)),
  ]
}

const described = (docs: Readonly<Record<string, string>> = {}): Suggestion[] =>
  Object.entries(docs).map(([label, info]) => ({ label, kind: 'value', info }))

export interface Explanation {
  readonly from: number
  readonly to: number
  readonly word: string
  readonly doc: string
  /** What it asks of `policy`. */
  readonly asks?: string | undefined
}

/** Of the key, or the value in `${{ … }}`, on which the pointer rests. */
export function explain(language: Language, text: string, offset: number): Explanation | undefined {
  const entry = keysOf(text).find(({ from, to }) => from <= offset && offset <= to)
  if (entry) return explainKey(language, entry)
  const from = offset - (/[\w.]*$/.exec(text.slice(0, offset))?.[0].length ?? 0)
  const to = offset + (/^[\w.]*/.exec(text.slice(offset))?.[0].length ?? 0)
  const expression = expressionBefore(text, to)
  if (!expression) return undefined
  const word = text.slice(from, to)
  const docs = language[expression.isFilter ? 'x-filters' : 'x-values']
  const doc = docs?.[word] ?? docs?.[`${word.split('.')[0]}.`]
  return doc === undefined ? undefined : { from, to, word, doc }
}

function explainKey(language: Language, { path, key, from, to }: Entry): Explanation | undefined {
  const around = schemasAt(language, path)
  const refused = refusalOf(around, key)
  if (refused !== undefined) return { from, to, word: key, doc: refused }
  const word = around.map(({ properties }) => properties?.[key]).find((schema) => schema)
  if (word?.description === undefined) return undefined
  return { from, to, word: key, doc: word.description, asks: word['x-asks'] }
}
