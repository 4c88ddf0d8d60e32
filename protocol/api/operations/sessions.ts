// The first run, signing in and out, and signing a laptop in.

import {
  beginLoginSchema,
  begunLoginSchema,
  collectedLoginSchema,
  collectLoginSchema,
  pendingLoginSchema,
} from '../cli.ts'
import { DONE, type Table } from '../operation.ts'
import {
  loginSchema,
  meSchema,
  sessionStateSchema,
  setupSchema,
  setupStateSchema,
} from '../people.ts'

export const sessionOperations = {
  'GET /setup': { answers: { 200: setupStateSchema } },
  'POST /setup': { body: setupSchema, answers: { 201: meSchema } },
  'GET /session': { answers: { 200: sessionStateSchema } },
  'POST /session': { body: loginSchema, answers: { 201: meSchema } },
  'DELETE /session': { answers: DONE },
  'POST /logins': { body: beginLoginSchema, answers: { 201: begunLoginSchema } },
  'GET /logins/:id': { answers: { 200: pendingLoginSchema } },
  'POST /logins/:id/approve': { answers: DONE },
  'DELETE /logins/:id': { answers: DONE },
  'POST /logins/:id/token': { body: collectLoginSchema, answers: { 200: collectedLoginSchema } },
} as const satisfies Table
