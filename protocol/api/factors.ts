// The second factor of one's own account, as the HTTP API shows and takes it.

import { z } from 'zod'
import { timeSchema } from './parts.ts'
import { MAX_PASSWORD_CHARS } from './people.ts'
import type { Shown } from './shown.ts'

const factorSchema = z.object({
  type: z.literal('totp'),
  since: timeSchema,
  /** Recovery codes that were not used yet. */
  recoveryLeft: z.number(),
})
export type Factor = Shown<typeof factorSchema>

export const factorStateSchema = z.object({ factor: factorSchema.nullable() })
export type FactorState = Shown<typeof factorStateSchema>

/** Whoever is signed in says once more that it is they. */
export const provePasswordSchema = z.strictObject({ password: z.string().max(MAX_PASSWORD_CHARS) })
export type ProvePassword = z.input<typeof provePasswordSchema>

/** Told once. */
export const enrolmentSchema = z.object({
  /** Base32, for who types it. */
  secret: z.string(),
  /** `otpauth://totp/…`, for the picture. */
  uri: z.string(),
})
export type Enrolment = Shown<typeof enrolmentSchema>

export const confirmFactorSchema = z.strictObject({ code: z.string().min(1).max(32) })

/** Told once. */
export const recoveryCodesSchema = z
  .object({ codes: z.array(z.string()) })
  .meta({ id: 'RecoveryCodes' })
export type RecoveryCodes = Shown<typeof recoveryCodesSchema>
