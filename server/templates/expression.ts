// What stands between `${{` and `}}`: a name and filters, `param.memory | mb`. Read when the template is parsed, worked out
// when values are in. There is no other syntax: no operators, no calls, nothing that could take long.

import type { ParameterValue } from '#protocol/api/spaces.ts'
import { nearest } from './nearest.ts'

export interface Filter {
  readonly name: FilterName
  readonly argument?: string
}

export interface Reference {
  readonly ref: string
  readonly filters?: readonly Filter[]
  /** Why it cannot be read. */
  readonly problem?: { readonly message: string; readonly hint: string }
}

const MIB = 1024 ** 2
/** A host's label in DNS, characters. */
const MAX_SLUG_CHARS = 63
/** Beyond this an expression is a mistake. */
const MAX_FILTERS = 8

interface FilterRow {
  readonly doc: string
  readonly takes?: string
  readonly apply: (value: ParameterValue, argument: string) => ParameterValue
}

export const plain = (value: ParameterValue): string =>
  Array.isArray(value) ? value.join(',') : String(value)

const onText = (doc: string, change: (text: string) => string): FilterRow => ({
  doc,
  apply: (value) => change(plain(value)),
})

export const filters = {
  default: {
    doc: 'This instead, when there is no value or an empty one.',
    takes: 'text',
    apply: (value, argument) => (plain(value) === '' ? argument : value),
  },
  lower: onText('In lower case.', (text) => text.toLowerCase()),
  upper: onText('In upper case.', (text) => text.toUpperCase()),
  trim: onText('Without white space at both ends.', (text) => text.trim()),
  slug: onText('As a name for hosts: lower-case letters, digits and hyphens.', slug),
  join: {
    doc: 'The choices of a `many` with this between them, instead of a comma.',
    takes: 'text',
    apply: (value, argument) => (Array.isArray(value) ? value.join(argument) : value),
  },
  json: { doc: 'As JSON: text in quotes, a `many` as a list.', apply: (value) => jsonOf(value) },
  base64: onText('In base64.', (text) => Buffer.from(text).toString('base64')),
  mb: { doc: 'A size in whole megabytes, without its unit.', apply: (value) => inMegabytes(value) },
} as const satisfies Record<string, FilterRow>

export type FilterName = keyof typeof filters
export const filterNames = Object.keys(filters) as FilterName[]

function slug(text: string): string {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? []
  return words.join('-').slice(0, MAX_SLUG_CHARS).replace(/-$/, '')
}

const jsonOf = (value: ParameterValue): string => JSON.stringify(value)

function inMegabytes(value: ParameterValue): string {
  const bytes = Number(value)
  return plain(value) === '' || !Number.isFinite(bytes) ? '' : String(Math.floor(bytes / MIB))
}

/** A name, then filters, each behind “|” with at most one argument in quotes or as a bare word. */
export function parseExpression(source: string): Reference {
  const [name = '', ...rest] = splitPipes(source)
  const ref = name.trim()
  if (rest.length === 0) return { ref }
  if (rest.length > MAX_FILTERS) return broken(ref, 'There are too many filters.', '')
  const read: Filter[] = []
  for (const part of rest) {
    const filter = parseFilter(part.trim())
    if ('message' in filter) return broken(ref, filter.message, filter.hint)
    read.push(filter)
  }
  return { ref, filters: read }
}

const broken = (ref: string, message: string, hint: string): Reference => ({
  ref,
  problem: { message, hint: hint || `Filters: ${filterNames.join(', ')}.` },
})

/** No repetition inside a repetition: the time grows with the length alone. */
const FILTER = /^([a-z0-9_]*)(?:\s+|:\s*|$)(?:'([^']*)'|"([^"]*)"|([\w./:@-]+))?$/i

function parseFilter(source: string): Filter | { message: string; hint: string } {
  const match = FILTER.exec(source)
  const name = match?.[1] ?? ''
  if (!match) return { message: `“${source.slice(0, 40)}” is not a filter.`, hint: '' }
  if (!isFilter(name)) {
    const near = nearest(name, filterNames)
    const hint = near ? `Did you mean “${near}”?` : ''
    return { message: `There is no filter “${name}”.`, hint }
  }
  const argument = match[2] ?? match[3] ?? match[4]
  const row: FilterRow = filters[name]
  if (row.takes !== undefined && argument === undefined) {
    return { message: `The filter “${name}” needs a value.`, hint: `Write ${name} 'value'.` }
  }
  if (row.takes === undefined && argument !== undefined) {
    return { message: `The filter “${name}” takes no value.`, hint: `Write ${name} alone.` }
  }
  return { name, ...(argument !== undefined && { argument }) }
}

const isFilter = (name: string): name is FilterName => Object.hasOwn(filters, name)

function splitPipes(source: string): string[] {
  const parts: string[] = []
  let quote = ''
  let from = 0
  for (let at = 0; at < source.length; at++) {
    const char = source.charAt(at)
    if (quote !== '') quote = char === quote ? '' : quote
    else if (char === "'" || char === '"') quote = char
    else if (char === '|') {
      parts.push(source.slice(from, at))
      from = at + 1
    }
  }
  parts.push(source.slice(from))
  return parts
}

/** What the expression is worth; a value that is not there is empty before the first filter. */
export function evaluate({ filters: chain = [] }: Reference, value: ParameterValue): string {
  let result = value
  for (const { name, argument = '' } of chain) result = filters[name].apply(result, argument)
  return plain(result)
}

/** Whether a missing value is provided for. */
export const hasDefault = ({ filters: chain = [] }: Reference): boolean =>
  chain.some(({ name }) => name === 'default')
