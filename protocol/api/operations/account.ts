// One's own account: who one is, the password, sessions, keys, tokens and the second factor.

import { z } from 'zod'
import {
  addKeySchema,
  createTokenSchema,
  newTokenSchema,
  sshKeySchema,
  tokenSchema,
} from '../access.ts'
import {
  confirmFactorSchema,
  enrolmentSchema,
  factorStateSchema,
  provePasswordSchema,
  recoveryCodesSchema,
} from '../factors.ts'
import { DONE, type Table } from '../operation.ts'
import { changePasswordSchema, meSchema, sessionSchema } from '../people.ts'

const proof = { body: provePasswordSchema }
const keys = z.object({ keys: z.array(sshKeySchema) })
const tokens = z.object({ tokens: z.array(tokenSchema) })
const sessions = z.object({ sessions: z.array(sessionSchema) })

export const accountOperations = {
  'GET /me': { answers: { 200: meSchema } },
  'PUT /me/password': { body: changePasswordSchema, answers: DONE },
  'GET /me/sessions': { answers: { 200: sessions } },
  'DELETE /me/sessions/:id': { answers: DONE },
  'GET /me/keys': { answers: { 200: keys } },
  'POST /me/keys': { body: addKeySchema, answers: { 201: sshKeySchema } },
  'DELETE /me/keys/:id': { answers: DONE },
  'GET /me/tokens': { answers: { 200: tokens } },
  'POST /me/tokens': { body: createTokenSchema, answers: { 201: newTokenSchema } },
  'DELETE /me/tokens/:id': { answers: DONE },
  'GET /me/factor': { answers: { 200: factorStateSchema } },
  'POST /me/factor': { ...proof, answers: { 201: enrolmentSchema } },
  'POST /me/factor/confirm': { body: confirmFactorSchema, answers: { 200: recoveryCodesSchema } },
  'POST /me/factor/codes': { ...proof, answers: { 200: recoveryCodesSchema } },
  'POST /me/factor/remove': { ...proof, answers: DONE },
} as const satisfies Table
