// Variables, secrets and registries as the HTTP API shows and takes them. What is a secret goes in and never comes out.

import { z } from 'zod'

/** What templates may name: `var.NAME`, `secret.NAME`. */
export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/
/** A certificate with its chain and key; programs get it in their environment, where 128 kB is the end on Linux. */
export const MAX_VARIABLE_CHARS = 16 * 1024
/** What is shorter is in every log by chance and cannot be taken out of it (mask.ts). */
export const MIN_SECRET_CHARS = 3

/** Of the server, a template, a group or a person. */
export interface Variable {
  readonly name: string
  readonly isSecret: boolean
  /** Absent for a secret, and for what cannot be read with this cluster's key. */
  readonly value?: string
  readonly updatedAt: string
  /** The user name of whoever set it, while there is one. */
  readonly updatedBy?: string
}

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

export interface Registry {
  readonly host: string
  readonly username: string
  readonly updatedAt: string
  readonly updatedBy?: string
}

export const setRegistrySchema = z.strictObject({
  username: plain(256).min(1),
  /** A password or a token. */
  secret: plain(8 * 1024).min(1),
})
export type SetRegistry = z.input<typeof setRegistrySchema>
