// Signing a laptop's `skein` in through a browser: the program asks for a login, a person who is signed in approves it
// after comparing the code, and the program collects one token once.

import { z } from 'zod'
import { timeSchema } from './parts.ts'
import type { Shown } from './shown.ts'

/** How long a login waits for its approval, milliseconds. */
export const LOGIN_KEEP_MS = 10 * 60 * 1000
/** How often the program may ask, milliseconds. */
export const LOGIN_POLL_MS = 1000

/** What a person reads of the machine that asks. */
const machineName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w .:@()+-]+$/, 'letters, digits, spaces and . : @ ( ) + - only')

export const beginLoginSchema = z.strictObject({ name: machineName })
export type BeginLogin = z.input<typeof beginLoginSchema>

/** `secret` is known to the program alone; `code` is what the person compares. */
export const begunLoginSchema = z.object({
  id: z.string().regex(/^[\w-]{22}$/),
  secret: z.string().regex(/^[\w-]{43}$/),
  code: z.string().regex(/^[A-Z2-9]{4}-[A-Z2-9]{4}$/),
  expiresAt: z.iso.datetime(),
})
export type BegunLogin = z.infer<typeof begunLoginSchema>

/** What the page shows to whoever is asked to approve. */
export const pendingLoginSchema = z.object({
  name: z.string(),
  address: z.string(),
  code: z.string(),
  expiresAt: timeSchema,
})
export type PendingLogin = Shown<typeof pendingLoginSchema>

export const collectLoginSchema = z.strictObject({ secret: z.string().min(1).max(64) })

/** `token` is given once; without it nobody has decided yet. */
export const collectedLoginSchema = z.object({
  token: z.string().min(1).max(2048).optional(),
})
export type CollectedLogin = z.infer<typeof collectedLoginSchema>
