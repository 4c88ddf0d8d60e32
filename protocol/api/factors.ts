// The second factor of one's own account, as the HTTP API shows and takes it.

import { z } from 'zod'
import { MAX_PASSWORD_CHARS } from './people.ts'

export interface Factor {
  readonly type: 'totp'
  readonly since: string
  /** Recovery codes that were not used yet. */
  readonly recoveryLeft: number
}

export interface FactorState {
  readonly factor: Factor | null
}

/** Whoever is signed in says once more that it is they. */
export const provePasswordSchema = z.strictObject({ password: z.string().max(MAX_PASSWORD_CHARS) })
export type ProvePassword = z.input<typeof provePasswordSchema>

/** Told once. */
export interface Enrolment {
  /** Base32, for who types it. */
  readonly secret: string
  /** `otpauth://totp/…`, for the picture. */
  readonly uri: string
}

export const confirmFactorSchema = z.strictObject({ code: z.string().min(1).max(32) })

/** Told once. */
export interface RecoveryCodes {
  readonly codes: readonly string[]
}
