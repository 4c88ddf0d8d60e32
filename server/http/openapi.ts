// The API's description (OpenAPI 3.1), drawn from the table of routes and the schemas of its operations: what is checked at
// the door is what is described, and what is answered is held to it by the compiler and a test.

import { z } from 'zod'
import type { Bytes } from '#protocol/api/operation.ts'
import { errorTable } from '#protocol/errors.ts'
import { type Action, actions } from '../identity/policy.ts'
import { Schemas } from './openapi-schemas.ts'
import { openExample } from './openapi-words.ts'
import { API, type Route } from './route.ts'

type Json = { readonly [name: string]: unknown }

/** Of the whole process: routes do not change. */
let described: Json | undefined

export function openApi(routes: readonly Route[], version: string): Json {
  described ??= describe(routes, version)
  return described
}

function describe(routes: readonly Route[], version: string): Json {
  const schemas = new Schemas({ Problem: problemSchema })
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    const path = pathOf(route)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, schemas) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Skein', version, description: openExample.description },
    servers: [{ url: API }],
    security: [{ session: [] }, { token: [] }],
    tags: [...new Set(routes.map(tagOf))].toSorted().map((name) => ({ name })),
    paths,
    components: { securitySchemes, schemas: schemas.named(), responses },
  }
}

const securitySchemes = {
  session: { type: 'apiKey', in: 'cookie', name: '__Host-skein' },
  token: { type: 'http', scheme: 'bearer' },
}

/** RFC 9457; `error` is the same in the form that it had before. */
const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'error'],
  properties: {
    type: { type: 'string', description: 'Where the code is explained.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What to do about it.' },
    instance: { type: 'string', description: 'The request’s id.' },
    code: { type: 'string', enum: Object.keys(errorTable) },
    error: {
      type: 'object',
      required: ['code', 'message', 'hint', 'details'],
      properties: {
        code: { type: 'string' },
        message: { type: 'string' },
        hint: { type: 'string' },
        details: { type: 'object' },
      },
    },
  },
}

const responses = {
  Problem: {
    description: 'It was refused, or failed.',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  },
}

/** `/spaces/:id` as `/spaces/{id}`. */
export const pathOf = ({ path }: Pick<Route, 'path'>): string =>
  path.replace(/:(\w+)/g, (_, name: string) => `{${name}}`)

const tagOf = ({ path }: Route): string => path.split('/')[1]?.split('.')[0] ?? ''

function operationOf(route: Route, schemas: Schemas): Json {
  const { action, path, method } = route
  const body = bodyOf(route, schemas)
  return {
    operationId: `${method.toLowerCase()}${path.replace(/\W+(\w)/g, (_, c: string) => c.toUpperCase())}`,
    summary: sentenceOf(action),
    tags: [tagOf(route)],
    'x-skein-action': action,
    'x-skein-who': actions[action].rule,
    ...(actions[action].rule === 'anyone' && { security: [] }),
    ...(route.isSocket && { 'x-skein-websocket': true }),
    parameters: parametersOf(route, schemas),
    ...(body && { requestBody: body }),
    responses: {
      ...answersOf(route, schemas),
      default: { $ref: '#/components/responses/Problem' },
    },
  }
}

/** “Create spaces on the server.” */
function sentenceOf(action: Action): string {
  const { verb, thing } = actions[action]
  return `${verb.charAt(0).toUpperCase()}${verb.slice(1)} the ${thing}.`
}

function answersOf({ operation, isSocket }: Route, schemas: Schemas): Json {
  const answers = Object.entries(operation.answers).map(([status, answer]) => {
    const description = isSocket ? openExample.socket : openExample.answers[status]
    const content = answer && { content: contentOf(answer, schemas) }
    return [status, { description: description ?? openExample.answer, ...content }]
  })
  return Object.fromEntries(answers)
}

function bodyOf({ operation: { body, takes } }: Route, schemas: Schemas): Json | undefined {
  if (takes) return { required: false, content: contentOf(takes, schemas) }
  return body && { required: true, content: contentOf(body, schemas) }
}

const binary = { type: 'string', format: 'binary' }

const contentOf = (of: z.ZodType | Bytes, schemas: Schemas): Json =>
  'bytes' in of
    ? Object.fromEntries(of.bytes.map((type) => [type, { schema: binary }]))
    : { 'application/json': { schema: schemas.describe(of) } }

/** What a parameter is for stands beside its schema, not in it. */
const beside = ({ description, ...schema }: Json): Json => ({
  ...(description !== undefined && { description }),
  schema,
})

function parametersOf(route: Route, schemas: Schemas): Json[] {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true, schema: { type: 'string' } },
  }))
  const inQuery = Object.entries(route.operation.query?.shape ?? {}).map(([name, schema]) => ({
    ...{ name, in: 'query', required: !z.safeParse(schema, undefined).success },
    ...beside(schemas.describe(schema as z.ZodType)),
  }))
  const isUnsafe = !route.isSocket && route.method !== 'GET' && !route.isStreamed
  const key = { type: 'string', maxLength: 128 }
  return [
    ...inPath,
    ...inQuery,
    ...(isUnsafe ? [{ name: 'Idempotency-Key', in: 'header', required: false, schema: key }] : []),
  ]
}
