// What a space has been doing, and its terminals, as the HTTP API shows them.

import { z } from 'zod'
import { errorBodySchema } from './error-body.ts'
import { refSchema, timeSchema } from './parts.ts'
import type { Shown } from './shown.ts'

/** One step on a space's timeline, folded from its events. */
export const stepSchema = z
  .object({
    id: z.string(),
    intentId: z.string(),
    /** e.g. `pull`, `network`, `volume`, `container`, `start`, `agent`, `startup`, `stop`, `remove`, `adopt`, `exit`. */
    step: z.string(),
    text: z.string(),
    state: z.enum(['running', 'done', 'failed', 'note']),
    startedAt: timeSchema,
    durationMs: z.number().optional(),
    progress: z
      .object({
        done: z.number(),
        total: z.number().optional(),
        unit: z.enum(['bytes', 'steps']),
      })
      .optional(),
    log: z.array(z.string()).optional(),
    error: errorBodySchema.optional(),
    actor: refSchema.optional(),
  })
  .meta({ id: 'TimelineStep' })
export type TimelineStep = Shown<typeof stepSchema>

/** As the space's agent tells it; it is its user's, so that this is held to it. */
export const terminalSchema = z
  .object({
    name: z.string().max(64),
    title: z.string().max(1000),
    cols: z.int(),
    rows: z.int(),
    viewers: z.int(),
    startedAt: timeSchema,
    ended: z
      .object({ status: z.int().optional(), signal: z.string().max(32).optional() })
      .optional(),
  })
  .meta({ id: 'Terminal' })
export type TerminalInfo = Shown<typeof terminalSchema>

export const terminalsSchema = z.object({ terminals: z.array(terminalSchema).max(1000) })

/** The last lines of what ran when it started, as the agent keeps them. */
export const startupLogSchema = z.object({ log: z.array(z.string().max(1024 * 1024)).max(10_000) })

/** Digits alone: `Number` would also take `0x50`, `1e2` and spaces. */
const count = (least: number, most: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'not a whole number')
    .transform(Number)
    .pipe(z.number().min(least).max(most))

export const terminalSizeSchema = z.object({
  cols: count(2, 1000).default(80).describe('Columns of the window.'),
  rows: count(1, 500).default(24).describe('Rows of the window.'),
})
