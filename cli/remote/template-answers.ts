// The server's answers about templates, as far as the commands use them.

import { z } from 'zod'
import { templateBundleSchema } from '#protocol/api/bundles.ts'
import { text } from './answers.ts'

const problem = z.looseObject({
  line: z.number(),
  column: z.number(),
  message: text(4096),
  hint: text(4096).optional(),
})
const item = z.looseObject({
  name: text(200),
  do: z.enum(['create', 'replace', 'keep', 'remove']),
  changes: z.array(text(200)),
})
export type PlanLine = z.output<typeof item>

export const checkSchema = z.looseObject({
  head: z.looseObject({ name: text(200) }).optional(),
  problems: z.array(problem),
})

export const planSchema = checkSchema.extend({
  containers: z.array(item),
  volumes: z.array(item),
  networks: z.array(item),
  settings: z.array(text(200)),
  refused: text(4096).optional(),
  reaches: z.array(text(1000)),
  spaces: z.array(
    z.looseObject({
      space: z.looseObject({ name: text(64) }),
      owner: z.looseObject({ name: text(64) }),
      effect: z.enum(['restart', 'start', 'none', 'refused']),
      reason: text(4096),
    }),
  ),
  totals: z.record(z.string().max(16), z.number()),
})
export type Plan = z.output<typeof planSchema>

export const savedSchema = z.looseObject({
  name: text(200),
  version: z.looseObject({ number: z.number() }),
})

export const exportedSchema = templateBundleSchema

export const importedSchema = z.looseObject({
  template: savedSchema,
  skipped: z.array(z.looseObject({ number: z.number(), reason: text(4096) })),
})

export const convertedSchema = z.looseObject({
  source: z.string().max(1_000_000),
  notes: z.array(
    z.looseObject({
      line: z.number(),
      column: z.number(),
      word: text(200),
      what: z.enum(['changed', 'left']),
      message: text(4096),
    }),
  ),
  problems: z.array(problem),
})
