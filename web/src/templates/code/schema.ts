// The language as the server's JSON Schema tells it, and what of it stands at a place. Pure.

import type { Step } from './yaml-scan.ts'

/** The part of JSON Schema that the server writes; words of ours begin with `x-`. */
export interface Schema {
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly string[]
  readonly examples?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly 'x-refused'?: Readonly<Record<string, string>>
  readonly 'x-takes-values'?: boolean
  readonly 'x-asks'?: string
}

export interface Language extends Schema {
  readonly 'x-values'?: Readonly<Record<string, string>>
  readonly 'x-filters'?: Readonly<Record<string, string>>
  readonly 'x-permissions'?: Readonly<Record<string, string>>
}

/** All that may stand at a place: a schema and its alternatives. */
export function schemasAt(language: Schema, path: readonly Step[]): readonly Schema[] {
  let found: readonly Schema[] = [language]
  for (const step of path) found = alternatives(found).flatMap((schema) => below(schema, step))
  return alternatives(found)
}

const alternatives = (schemas: readonly Schema[]): readonly Schema[] =>
  schemas.flatMap((schema) => [schema, ...alternatives(schema.anyOf ?? [])])

function below({ properties, additionalProperties, items }: Schema, step: Step): readonly Schema[] {
  if (typeof step === 'number') return items ? [items] : []
  if (properties && Object.hasOwn(properties, step)) {
    const word = properties[step]
    return word ? [word] : []
  }
  return typeof additionalProperties === 'object' ? [additionalProperties] : []
}

export type Shape = 'map' | 'list' | 'value'

/** How it is mostly written. */
export function shapeOf(schema: Schema): Shape {
  const all = alternatives([schema])
  if (all.some(({ type, enum: words }) => words || isScalar(type))) return 'value'
  if (all.some(({ properties, additionalProperties }) => properties || additionalProperties)) {
    return 'map'
  }
  return all.some(({ type }) => type === 'array') ? 'list' : 'value'
}

const scalars = ['string', 'number', 'integer', 'boolean']
const isScalar = (type: Schema['type']): boolean =>
  [type ?? []].flat().some((one) => scalars.includes(one))

/** Why a word of Compose is not read at this place. */
export const refusalOf = (schemas: readonly Schema[], key: string): string | undefined =>
  schemas.map((schema) => schema['x-refused']?.[key]).find((reason) => reason !== undefined)
