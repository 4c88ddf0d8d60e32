// Docker engines as the HTTP API shows them.

import { z } from 'zod'
import { refSchema } from './parts.ts'
import type { Shown } from './shown.ts'

export const hostSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z.enum(['ready', 'unreachable']),
    reason: z.string().optional(),
    engineVersion: z.string().optional(),
    architecture: z.string().optional(),
    cpus: z.number().optional(),
    memoryBytes: z.number().optional(),
    zone: z.string().optional(),
    labels: z.record(z.string(), z.string()),
    /** How much is placed on it at most, where somebody has set an end. */
    maxSpaces: z.number().optional(),
    maxMemoryBytes: z.number().optional(),
    /** The peer that drives it, or did last. */
    driver: refSchema.optional(),
    spaces: z.number(),
    /** What doctor would say, e.g. that live-restore is off. */
    advice: z.array(z.string()),
  })
  .meta({ id: 'Host' })
export type Host = Shown<typeof hostSchema>

const candidateSchema = z.object({
  id: z.string(),
  name: z.string(),
  zone: z.string().optional(),
  isReady: z.boolean(),
  /** Why it cannot take the space, whether it is there or not. */
  misfit: z.string().optional(),
  /** Images that it would have to pull. */
  missing: z.array(z.string()),
  /** With the space on it: near 0 when idle, 1 when its memory is promised or its cores are taken. */
  load: z.number(),
})

/** Where a new space would go now, and what speaks against each of the others. */
export const placementSchema = z.object({
  /** Absent while no host can take it now. */
  host: refSchema.optional(),
  /** Half a sentence: why there, what it would wait for, or why nowhere. */
  reason: z.string(),
  /** Whether it would be refused; otherwise it is placed, or waits for a host. */
  isRefused: z.boolean(),
  hosts: z.array(candidateSchema),
})
export type PlacementPreview = Shown<typeof placementSchema>

export const placementQuerySchema = z.object({
  templateId: z.uuid().describe('The template of the space that would be made.'),
  parameters: z
    .string()
    .optional()
    .describe('JSON, as in the creation of a space. Secrets stay out of an address.'),
})
