// Templates as the HTTP API shows and takes them.

import { z } from 'zod'
import { refSchema, timeSchema } from './parts.ts'
import type { Shown } from './shown.ts'
import { appSchema, parameterValueSchema, scheduleSchema } from './spaces.ts'

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

export const parameterSchema = z
  .object({
    name: z.string(),
    type: z.enum(parameterTypes),
    label: z.string(),
    help: z.string().optional(),
    default: parameterValueSchema.optional(),
    required: z.boolean(),
    choices: z.array(z.object({ value: z.string(), label: z.string() })).optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    pattern: z.string().optional(),
    /** For `text`: several lines. */
    multiline: z.boolean().optional(),
    /** Asked only when each of these parameters has one of these values, as text. */
    when: z.record(z.string(), z.array(z.string())).optional(),
  })
  .meta({ id: 'Parameter' })
export type Parameter = Shown<typeof parameterSchema>

export const templateProblemSchema = z
  .object({
    line: z.number(),
    column: z.number(),
    message: z.string(),
    hint: z.string().optional(),
    /** What was probably meant: `by` in place of the first `word` that stands here. */
    fix: z.object({ word: z.string(), by: z.string() }).optional(),
  })
  .meta({ id: 'TemplateProblem' })
export type TemplateProblem = Shown<typeof templateProblemSchema>

/** What a template's head says, for forms and galleries. */
export const templateHeadSchema = z
  .object({
    name: z.string(),
    icon: z.string().optional(),
    description: z.string().optional(),
    parameters: z.array(parameterSchema),
    apps: z.array(appSchema),
    main: z.string(),
    services: z.array(z.object({ name: z.string(), image: z.string() })),
    /** What its host must have. */
    placement: z
      .object({ zone: z.string().optional(), labels: z.record(z.string(), z.string()) })
      .optional(),
    volumes: z
      .array(
        z.object({
          name: z.string(),
          owner: z.string().optional(),
          size: z.string().optional(),
        }),
      )
      .optional(),
    /** When its spaces start and stop by themselves. */
    schedule: scheduleSchema.optional(),
    /** What it reaches outside its space, e.g. `db: device /dev/kvm (rwm)`; each version must be allowed to. */
    reaches: z.array(z.string()).optional(),
    /** The stored variables and secrets that it names. */
    stored: z.object({ vars: z.array(z.string()), secrets: z.array(z.string()) }).optional(),
  })
  .meta({ id: 'TemplateHead' })
export type TemplateHead = Shown<typeof templateHeadSchema>

export const templateVersionSchema = z
  .object({
    id: z.string(),
    number: z.number(),
    note: z.string(),
    author: refSchema,
    createdAt: timeSchema,
    /** What it may reach outside its spaces, and who allowed it when. */
    permission: z
      .object({ reaches: z.array(z.string()), by: refSchema, at: timeSchema })
      .optional(),
  })
  .meta({ id: 'TemplateVersion' })
export type TemplateVersion = Shown<typeof templateVersionSchema>

export const versionWithSourceSchema = templateVersionSchema.extend({ source: z.string() })
export type VersionWithSource = Shown<typeof versionWithSourceSchema>

export const templateSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    icon: z.string().optional(),
    description: z.string().optional(),
    head: templateHeadSchema,
    version: templateVersionSchema,
    spaces: z.number(),
    createdAt: timeSchema,
  })
  .meta({ id: 'Template' })
export type Template = Shown<typeof templateSchema>

export const templateDetailSchema = templateSchema
  .extend({ source: z.string(), versions: z.array(templateVersionSchema) })
  .meta({ id: 'TemplateDetail' })
export type TemplateDetail = Shown<typeof templateDetailSchema>

/** A template that comes with Skein. */
export const starterSchema = z.object({
  key: z.string(),
  name: z.string(),
  icon: z.string().optional(),
  description: z.string(),
  source: z.string(),
})
export type Starter = Shown<typeof starterSchema>

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

export const templateCheckSchema = z.object({
  head: templateHeadSchema.optional(),
  problems: z.array(templateProblemSchema),
})
export type TemplateCheck = Shown<typeof templateCheckSchema>
