// What a template would make, and what a change of it would do to the spaces that are made from it.

import { z } from 'zod'
import { refSchema } from './parts.ts'
import type { Shown } from './shown.ts'
import { parameterValueSchema, spaceStates } from './spaces.ts'
import { MAX_TEMPLATE_CHARS, templateHeadSchema, templateProblemSchema } from './templates.ts'

/** A container, volume or network. One that is kept is made again from the same words when its space restarts. */
const itemSchema = z
  .object({
    name: z.string(),
    do: z.enum(['create', 'replace', 'keep', 'remove']),
    /** The words that differ, never their values. */
    changes: z.array(z.string()),
  })
  .meta({ id: 'PlanItem' })
export type PlanItem = Shown<typeof itemSchema>

/**
 * `restart`: it runs, and takes the change when it is restarted. `start`: it takes it at its next start. `none`: it
 * would be the same. `refused`: it could not start any more.
 */
const effects = z.enum(['restart', 'start', 'none', 'refused'])

export const spacePlanSchema = z
  .object({
    space: refSchema,
    owner: refSchema,
    state: z.enum(spaceStates),
    effect: effects,
    /** One sentence. */
    reason: z.string(),
    containers: z.array(itemSchema),
    volumes: z.array(itemSchema),
    settings: z.array(z.string()),
  })
  .meta({ id: 'SpacePlan' })
export type SpacePlan = Shown<typeof spacePlanSchema>

export const templatePlanSchema = z.object({
  problems: z.array(templateProblemSchema),
  head: templateHeadSchema.optional(),
  /** Against the newest version, or for a first one, each with the values that are given or the defaults. */
  containers: z.array(itemSchema),
  volumes: z.array(itemSchema),
  networks: z.array(itemSchema),
  settings: z.array(z.string()),
  /** Why it cannot be made with these values. */
  refused: z.string().optional(),
  /** What it reaches outside its spaces and must be allowed. */
  reaches: z.array(z.string()),
  /** The first of those that are made from it, most affected first. */
  spaces: z.array(spacePlanSchema),
  /** Of all. */
  totals: z.record(effects, z.number()),
})
export type TemplatePlan = Shown<typeof templatePlanSchema>

export const planTemplateSchema = z.strictObject({
  /** The text as it is being written. Absent: the newest version of the template. */
  source: z.string().max(MAX_TEMPLATE_CHARS).optional(),
  /** Of which template it would be the next version. */
  templateId: z.uuid().optional(),
  /** Against another version than the newest. */
  from: z.uuid().optional(),
  parameters: z.record(z.string().max(64), parameterValueSchema).default({}),
})
export type PlanTemplate = z.input<typeof planTemplateSchema>
