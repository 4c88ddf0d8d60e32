// Variables, secrets and registries as the HTTP API shows and takes them. What is a secret goes in and never comes out.

import { z } from 'zod'
import { timeSchema } from './parts.ts'
import type { Shown } from './shown.ts'
import { MAX_VARIABLE_CHARS } from './variable-limits.ts'

/** Of the server, a template, a group or a person. */
export const variableSchema = z
  .object({
    name: z.string(),
    isSecret: z.boolean(),
    /** Absent for a secret, and for what cannot be read with this cluster's key. */
    value: z.string().optional(),
    updatedAt: timeSchema,
    /** The user name of whoever set it, while there is one. */
    updatedBy: z.string().optional(),
  })
  .meta({ id: 'Variable' })
export type Variable = Shown<typeof variableSchema>

/** No program can be given a NUL in its environment. */
const plain = (maxChars: number) =>
  z
    .string()
    .max(maxChars)
    .refine((value) => !value.includes('\0'), 'holds a NUL character')

export const setVariableSchema = z.strictObject({
  value: plain(MAX_VARIABLE_CHARS),
  isSecret: z.boolean().default(false),
})
export type SetVariable = z.input<typeof setVariableSchema>

export const registrySchema = z
  .object({
    host: z.string(),
    username: z.string(),
    updatedAt: timeSchema,
    updatedBy: z.string().optional(),
  })
  .meta({ id: 'Registry' })
export type Registry = Shown<typeof registrySchema>

export const setRegistrySchema = z.strictObject({
  username: plain(256).min(1),
  /** A password or a token. */
  secret: plain(8 * 1024).min(1),
})
export type SetRegistry = z.input<typeof setRegistrySchema>
