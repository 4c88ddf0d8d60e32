// The schemas of the API's description: those with a name of their own (`.meta({ id })`) once, under `components`.

import { z } from 'zod'

type Json = { readonly [name: string]: unknown }

const HOME = '#/components/schemas/'

export class Schemas {
  readonly #named: Map<string, unknown>

  constructor(given: Json) {
    this.#named = new Map(Object.entries(given))
  }

  /** As it is sent, before defaults. What JSON Schema has no word for is left open. */
  describe(schema: z.ZodType): Json {
    const made = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', override: plain })
    const { $schema: _, $defs, ...json } = moved(made) as { $schema?: string; $defs?: Json }
    for (const [name, one] of Object.entries($defs ?? {})) this.#named.set(name, one)
    return json
  }

  /** All that were met, by name. */
  named(): Json {
    const sorted = [...this.#named].toSorted(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(sorted)
  }
}

/** A format says what its pattern, a line long, says again. */
function plain({
  jsonSchema,
}: {
  jsonSchema: { format?: unknown; pattern?: unknown; id?: unknown }
}) {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern
  delete jsonSchema.id
}

/** References into the document that all of them are in. */
const moved = (value: object): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll('"$ref":"#/$defs/', `"$ref":"${HOME}`))
