// Spaces: what they are and what is wanted of them, who is let in, and the ways in.

import { z } from 'zod'
import { connectQuerySchema, sshHostKeySchema } from '../connect.ts'
import { DONE, SOCKET, type Table } from '../operation.ts'
import { pagingSchema } from '../paging.ts'
import { spacePlanSchema } from '../plan.ts'
import {
  createSpaceSchema,
  intentSchema,
  sharePortSchema,
  shareSpaceSchema,
  spaceSchema,
  transferSpaceSchema,
  updateSpaceSchema,
} from '../spaces.ts'
import { startupLogSchema, stepSchema, terminalSizeSchema, terminalsSchema } from '../timeline.ts'

const spaces = z.object({ spaces: z.array(spaceSchema), next: z.string().optional() })
/** Written down; the engine's work comes after. */
const wanted = { answers: { 202: intentSchema } } as const
const steps = z.object({ steps: z.array(stepSchema) })

export const spaceOperations = {
  'GET /spaces': { query: pagingSchema, answers: { 200: spaces } },
  'POST /spaces': { body: createSpaceSchema, ...wanted },
  'GET /spaces/:id': { answers: { 200: spaceSchema } },
  'PATCH /spaces/:id': { body: updateSpaceSchema, answers: { 200: spaceSchema } },
  'DELETE /spaces/:id': wanted,
  'POST /spaces/:id/start': wanted,
  'POST /spaces/:id/stop': wanted,
  'POST /spaces/:id/restart': wanted,
  'POST /spaces/:id/forget': { answers: DONE },
  'GET /spaces/:id/plan': { answers: { 200: spacePlanSchema } },
  'GET /spaces/:id/timeline': { answers: { 200: steps } },
  'GET /spaces/:id/startup-log': { answers: { 200: startupLogSchema } },
  'PUT /spaces/:id/ports/:port': { body: sharePortSchema, answers: { 200: spaceSchema } },
  'PUT /spaces/:id/shares': { body: shareSpaceSchema, answers: { 200: spaceSchema } },
  'POST /spaces/:id/transfer': { body: transferSpaceSchema, answers: DONE },
  'GET /spaces/:id/terminals': { answers: { 200: terminalsSchema } },
  'DELETE /spaces/:id/terminals/:name': { answers: DONE },
  'GET /spaces/:id/terminals/:name/attach': { query: terminalSizeSchema, ...SOCKET },
  'GET /spaces/:id/connect': { query: connectQuerySchema, ...SOCKET },
  'GET /spaces/:id/exec': SOCKET,
  'GET /spaces/:id/ssh-host-key': { answers: { 200: sshHostKeySchema } },
} as const satisfies Table
