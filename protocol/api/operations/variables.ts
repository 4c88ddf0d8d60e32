// Variables and secrets, of each of their scopes, and registries.

import { z } from 'zod'
import { DONE, type Table } from '../operation.ts'
import {
  registrySchema,
  setRegistrySchema,
  setVariableSchema,
  variableSchema,
} from '../variables.ts'

const list = { answers: { 200: z.object({ variables: z.array(variableSchema) }) } } as const
const set = { body: setVariableSchema, answers: { 200: variableSchema } } as const
const remove = { answers: DONE } as const
const registries = z.object({ registries: z.array(registrySchema) })

export const variableOperations = {
  'GET /variables': list,
  'PUT /variables/:name': set,
  'DELETE /variables/:name': remove,
  'GET /templates/:id/variables': list,
  'PUT /templates/:id/variables/:name': set,
  'DELETE /templates/:id/variables/:name': remove,
  'GET /groups/:id/variables': list,
  'PUT /groups/:id/variables/:name': set,
  'DELETE /groups/:id/variables/:name': remove,
  'GET /me/variables': list,
  'PUT /me/variables/:name': set,
  'DELETE /me/variables/:name': remove,
  'GET /registries': { answers: { 200: registries } },
  'PUT /registries/:name': { body: setRegistrySchema, answers: { 200: registrySchema } },
  'DELETE /registries/:name': remove,
} as const satisfies Table
