// What a template would make, and what a change of it would do to the spaces that are made from it.

import { z } from 'zod'
import { parameterValueSchema, type Ref, type SpaceState } from './spaces.ts'
import { MAX_TEMPLATE_CHARS, type TemplateHead, type TemplateProblem } from './templates.ts'

/** A container, volume or network. One that is kept is made again from the same words when its space restarts. */
export interface PlanItem {
  readonly name: string
  readonly do: 'create' | 'replace' | 'keep' | 'remove'
  /** The words that differ, never their values. */
  readonly changes: readonly string[]
}

export interface SpacePlan {
  readonly space: Ref
  readonly owner: Ref
  readonly state: SpaceState
  /**
   * `restart`: it runs, and takes the change when it is restarted. `start`: it takes it at its next start. `none`: it
   * would be the same. `refused`: it could not start any more.
   */
  readonly effect: 'restart' | 'start' | 'none' | 'refused'
  /** One sentence. */
  readonly reason: string
  readonly containers: readonly PlanItem[]
  readonly volumes: readonly PlanItem[]
  readonly settings: readonly string[]
}

export interface TemplatePlan {
  readonly problems: readonly TemplateProblem[]
  readonly head?: TemplateHead
  /** Against the newest version, or for a first one, each with the values that are given or the defaults. */
  readonly containers: readonly PlanItem[]
  readonly volumes: readonly PlanItem[]
  readonly networks: readonly PlanItem[]
  readonly settings: readonly string[]
  /** Why it cannot be made with these values. */
  readonly refused?: string
  /** What it reaches outside its spaces and must be allowed. */
  readonly reaches: readonly string[]
  /** The first of those that are made from it, most affected first. */
  readonly spaces: readonly SpacePlan[]
  /** Of all. */
  readonly totals: Readonly<Record<SpacePlan['effect'], number>>
}

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
