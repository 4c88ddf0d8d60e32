// Templates between servers, and Compose files as templates, as the HTTP API shows and takes them.

import { z } from 'zod'
import type { Shown } from './shown.ts'
import { MAX_TEMPLATE_CHARS, templateDetailSchema, templateProblemSchema } from './templates.ts'

/** All versions of an exported template together, characters; a request of it stays below 1 MB. */
export const MAX_BUNDLE_CHARS = 250_000

export const templateBundleSchema = z
  .strictObject({
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
  .meta({ id: 'TemplateBundle' })
export type TemplateBundle = z.output<typeof templateBundleSchema>

export const importTemplateSchema = z.strictObject({
  id: z.uuid().optional(),
  bundle: templateBundleSchema,
  /** As of `SaveTemplate`; for the newest version. */
  allow: z.boolean().default(false),
})

export const templateImportSchema = z.object({
  template: templateDetailSchema,
  /** Older versions that this server does not take. */
  skipped: z.array(z.object({ number: z.number(), reason: z.string() })),
})
export type TemplateImport = Shown<typeof templateImportSchema>

export const convertComposeSchema = z.strictObject({
  source: z.string().min(1).max(MAX_TEMPLATE_CHARS),
  /** The template's name; else the file's own, or “Imported”. */
  name: z.string().min(1).max(64).optional(),
})

/** One word of a Compose file that did not come over as it stands. */
const noteSchema = z.object({
  line: z.number(),
  column: z.number(),
  /** Where it stands: `services.web.ports`. */
  word: z.string(),
  /** `changed`: it says nearly the same now. `left`: it is not there any more. */
  what: z.enum(['changed', 'left']),
  message: z.string(),
})
export type ComposeNote = Shown<typeof noteSchema>

/** A Compose file as a template, which is not saved. */
export const composeImportSchema = z.object({
  source: z.string(),
  notes: z.array(noteSchema),
  /** Of the Compose file where there is no `source`, else of the template: what is still to be done by hand. */
  problems: z.array(templateProblemSchema),
})
export type ComposeImport = Shown<typeof composeImportSchema>
