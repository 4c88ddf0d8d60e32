// What stands behind the question mark, as its schema takes it.

import { z } from 'zod'

/** A list is what a name is given again and again; of anything else the first counts. */
export function queryIn({ shape }: z.ZodObject, search: URLSearchParams): Record<string, unknown> {
  const first = Object.fromEntries([...search].toReversed())
  const lists = Object.entries(shape).filter(([, schema]) => isList(schema))
  return { ...first, ...Object.fromEntries(lists.map(([name]) => [name, search.getAll(name)])) }
}

const isList = (schema: unknown): boolean =>
  schema instanceof z.ZodArray || (schema instanceof z.ZodDefault && isList(schema.unwrap()))
