// Templates as the HTTP API shows and takes them.

import { z } from 'zod'
import type { ParameterValue, Ref, SpaceApp, SpaceSchedule } from './spaces.ts'

/** The largest template, characters: a hand-written one is below 10,000. */
export const MAX_TEMPLATE_CHARS = 200_000

export const parameterTypes = [
  'text',
  'number',
  'choice',
  'many',
  'switch',
  'size',
  'secret',
] as const
export type ParameterType = (typeof parameterTypes)[number]

export interface Parameter {
  readonly name: string
  readonly type: ParameterType
  readonly label: string
  readonly help?: string
  readonly default?: ParameterValue
  readonly required: boolean
  readonly choices?: readonly { readonly value: string; readonly label: string }[]
  readonly min?: number
  readonly max?: number
  readonly pattern?: string
  /** For `text`: several lines. */
  readonly multiline?: boolean
  /** Asked only when each of these parameters has one of these values, as text. */
  readonly when?: Readonly<Record<string, readonly string[]>>
}

export interface TemplateProblem {
  readonly line: number
  readonly column: number
  readonly message: string
  readonly hint?: string
  /** What was probably meant: `by` in place of the first `word` that stands here. */
  readonly fix?: { readonly word: string; readonly by: string }
}

/** What a template's head says, for forms and galleries. */
export interface TemplateHead {
  readonly name: string
  readonly icon?: string
  readonly description?: string
  readonly parameters: readonly Parameter[]
  readonly apps: readonly SpaceApp[]
  readonly main: string
  readonly services: readonly { readonly name: string; readonly image: string }[]
  /** What its host must have. */
  readonly placement?: { readonly zone?: string; readonly labels: Readonly<Record<string, string>> }
  readonly volumes?: readonly {
    readonly name: string
    readonly owner?: string
    readonly size?: string
  }[]
  /** When its spaces start and stop by themselves: `mon,tue 08:00`, in the zone's time. */
  readonly schedule?: SpaceSchedule
  /** What it reaches outside its space, e.g. `db: device /dev/kvm (rwm)`; each version must be allowed to. */
  readonly reaches?: readonly string[]
  /** The stored variables and secrets that it names. */
  readonly stored?: { readonly vars: readonly string[]; readonly secrets: readonly string[] }
}

export interface TemplateVersion {
  readonly id: string
  readonly number: number
  readonly note: string
  readonly author: Ref
  readonly createdAt: string
  /** What it may reach outside its spaces, and who allowed it when. */
  readonly permission?: {
    readonly reaches: readonly string[]
    readonly by: Ref
    readonly at: string
  }
}

export interface Template {
  readonly id: string
  readonly name: string
  readonly icon?: string
  readonly description?: string
  readonly head: TemplateHead
  readonly version: TemplateVersion
  readonly spaces: number
  readonly createdAt: string
}

export interface TemplateDetail extends Template {
  readonly source: string
  readonly versions: readonly TemplateVersion[]
}

/** A template that comes with Skein; `ready` says whether its images are on the host or can be pulled. */
export interface Starter {
  readonly key: string
  readonly name: string
  readonly icon?: string
  readonly description: string
  readonly source: string
}

export const saveTemplateSchema = z.strictObject({
  id: z.uuid().optional(),
  source: z.string().min(1).max(MAX_TEMPLATE_CHARS),
  note: z.string().max(500).default(''),
  /** Refused with `conflict` when the newest version is not this one any more. */
  base: z.uuid().optional(),
  /** Allows what the text reaches outside its spaces. Who does it must be allowed to. */
  allow: z.boolean().default(false),
})
export type SaveTemplate = z.input<typeof saveTemplateSchema>

export const checkTemplateSchema = z.strictObject({ source: z.string().max(MAX_TEMPLATE_CHARS) })

export interface TemplateCheck {
  readonly head?: TemplateHead
  readonly problems: readonly TemplateProblem[]
}

/** All versions of an exported template together, characters; a request of it stays below 1 MB. */
export const MAX_BUNDLE_CHARS = 250_000

export const templateBundleSchema = z.strictObject({
  format: z.literal('skein-template'),
  name: z.string().max(200),
  exportedAt: z.string().max(64),
  /** Oldest first. */
  versions: z
    .array(
      z.strictObject({
        number: z.int().min(1),
        note: z.string().max(10_000),
        author: z.string().max(200),
        createdAt: z.string().max(64),
        source: z.string().min(1).max(MAX_TEMPLATE_CHARS),
      }),
    )
    .min(1)
    .max(1000),
})
export type TemplateBundle = z.output<typeof templateBundleSchema>

export const importTemplateSchema = z.strictObject({
  id: z.uuid().optional(),
  bundle: templateBundleSchema,
  /** As of `SaveTemplate`; for the newest version. */
  allow: z.boolean().default(false),
})

export interface TemplateImport {
  readonly template: TemplateDetail
  /** Older versions that this server does not take. */
  readonly skipped: readonly { readonly number: number; readonly reason: string }[]
}

export const convertComposeSchema = z.strictObject({
  source: z.string().min(1).max(MAX_TEMPLATE_CHARS),
  /** The template's name; else the file's own, or “Imported”. */
  name: z.string().min(1).max(64).optional(),
})

/** One word of a Compose file that did not come over as it stands. */
export interface ComposeNote {
  readonly line: number
  readonly column: number
  /** Where it stands: `services.web.ports`. */
  readonly word: string
  /** `changed`: it says nearly the same now. `left`: it is not there any more. */
  readonly what: 'changed' | 'left'
  readonly message: string
}

/** A Compose file as a template, which is not saved. */
export interface ComposeImport {
  readonly source: string
  readonly notes: readonly ComposeNote[]
  /** Of the Compose file where there is no `source`, else of the template: what is still to be done by hand. */
  readonly problems: readonly TemplateProblem[]
}
