// A word of the template language: how it is read, what it may hold and what it means, said once. From tables of these
// come the parser, the JSON Schema for editors (schema.ts) and the reference in docs/templates.md (reference.ts).

import type { Field } from './field.ts'
import { type Quantity, quantities } from './quantities.ts'

export type JsonSchema = { readonly [key: string]: unknown }

export interface Word<T> {
  /** One sentence or two, for a hover and for the reference. */
  readonly doc: string
  readonly schema: JsonSchema
  /** `keyField` is the place of the word itself, for what is wrong with it rather than with its value. */
  readonly read: (field: Field, keyField: Field) => T
  /** What stands below it, where that is a map of known words. */
  readonly table?: Table
}

export type Table = Readonly<Record<string, Word<unknown>>>
export type Read<T extends Table> = { readonly [K in keyof T]?: ReturnType<T[K]['read']> }
/** Words that exist elsewhere and not here, each with the reason. */
export type Refused = Readonly<Record<string, string>>

const SCALAR = { type: ['string', 'number', 'boolean'] }
/** Marks what a value may be put into; an editor offers `${{ … }}` there. */
const TAKES_VALUES = { 'x-takes-values': true }

export const word = <T>(doc: string, schema: JsonSchema, read: Word<T>['read']): Word<T> => ({
  doc,
  schema,
  read,
})

/** A single value that is known before any value is put in. */
export const literal = (doc: string, schema: JsonSchema = { type: 'string' }) =>
  word(doc, schema, (field) => field.literal())

/** A single value that is read where its neighbours are known. */
export const later = (doc: string, schema: JsonSchema) => word(doc, schema, (field) => field)

export const text = (doc: string) =>
  word(doc, { ...SCALAR, ...TAKES_VALUES }, (field) => field.openText())

export const flag = (doc: string) => word(doc, { type: 'boolean' }, (field) => field.flag())

export const quantity = (kind: Quantity, doc: string) =>
  word(
    doc,
    { type: ['string', 'number'], ...TAKES_VALUES, examples: [quantities[kind].example] },
    (field) => field.quantity(kind),
  )

const ENTRY = { ...SCALAR, ...TAKES_VALUES }

export const command = (doc: string) =>
  word(
    doc,
    { anyOf: [{ type: 'string' }, { type: 'array', items: ENTRY }], ...TAKES_VALUES },
    (field) => field.words(),
  )

export const environment = (doc: string) =>
  word(
    doc,
    {
      anyOf: [
        { type: 'object', additionalProperties: ENTRY },
        { type: 'array', items: { type: 'string' } },
      ],
      ...TAKES_VALUES,
    },
    (field) => field.environment(),
  )

export const oneOf = <const C extends string>(doc: string, choices: readonly C[]) =>
  word(doc, { enum: choices }, (field) => field.oneOf(choices))

export const list = <T>(doc: string, items: JsonSchema, read: (item: Field) => readonly T[]) =>
  word(doc, { type: 'array', items }, (field): readonly T[] => field.list().flatMap(read))

/** A map of known words, made into something. */
export const section = <T extends Table, R>(
  doc: string,
  table: T,
  make: (read: Read<T>, field: Field, keyField: Field) => R,
  refused: Refused = {},
): Word<R> => ({
  doc,
  schema: mapSchema(table, refused),
  table,
  read: (field, keyField) => make(field.fields(table, refused), field, keyField),
})

/** The schema of a map that has these words and no others. */
export function mapSchema(table: Table, refused: Refused = {}): JsonSchema {
  const properties = Object.entries(table).map(([key, { doc, schema }]) => [
    key,
    { description: doc, ...schema },
  ])
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    patternProperties: { '^x-': {} },
    additionalProperties: false,
    ...(Object.keys(refused).length > 0 && { 'x-refused': refused }),
  }
}
