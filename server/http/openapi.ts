// The API's description (OpenAPI 3.1), drawn from the table of routes: what is checked at the door is what is described.

import { z } from 'zod'
import { errorTable } from '#protocol/errors.ts'
import { type Action, actions } from '../identity/policy.ts'
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
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    const path = pathOf(route)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Skein', version, description: openExample.description },
    servers: [{ url: API }],
    security: [{ session: [] }, { token: [] }],
    tags: [...new Set(routes.map(tagOf))].toSorted().map((name) => ({ name })),
    paths,
    components: { securitySchemes, schemas: { Problem: problemSchema }, responses },
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

function operationOf(route: Route): Json {
  const { action, path, method } = route
  const body = route.isSocket ? undefined : bodyOf(route)
  return {
    operationId: `${method.toLowerCase()}${path.replace(/\W+(\w)/g, (_, c: string) => c.toUpperCase())}`,
    summary: sentenceOf(action),
    tags: [tagOf(route)],
    'x-skein-action': action,
    'x-skein-who': actions[action].rule,
    ...(actions[action].rule === 'anyone' && { security: [] }),
    ...(route.isSocket && { 'x-skein-websocket': true }),
    parameters: parametersOf(route),
    ...(body && { requestBody: body }),
    responses: { ...answerOf(route), default: { $ref: '#/components/responses/Problem' } },
  }
}

/** “Create spaces on the server.” */
function sentenceOf(action: Action): string {
  const { verb, thing } = actions[action]
  return `${verb.charAt(0).toUpperCase()}${verb.slice(1)} the ${thing}.`
}

function answerOf(route: Route): Json {
  if (route.isSocket) return { 101: { description: 'A WebSocket.' } }
  const { isStreamed, method } = route
  if (isStreamed) return { '2XX': { description: 'Bytes, or what was done with them.' } }
  if (method === 'DELETE') return { '2XX': { description: 'It is so.' } }
  return {
    '2XX': {
      description: 'The answer.',
      content: { 'application/json': { schema: { type: 'object' } } },
    },
  }
}

function bodyOf({ body, isStreamed, method }: Extract<Route, { isSocket: false }>) {
  if (body) return { required: true, content: { 'application/json': { schema: schemaOf(body) } } }
  if (!isStreamed || method === 'GET' || method === 'DELETE') return undefined
  const bytes = { schema: { type: 'string', format: 'binary' } }
  return { required: false, content: { 'application/octet-stream': bytes } }
}

function parametersOf(route: Route): Json[] {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true, schema: { type: 'string' } },
  }))
  const query = route.isSocket ? undefined : route.query
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    ...{ name, in: 'query', required: false, schema: schemaOf(schema as z.ZodType) },
  }))
  const isUnsafe = !route.isSocket && route.method !== 'GET' && !route.isStreamed
  const key = { type: 'string', maxLength: 128 }
  return [
    ...inPath,
    ...inQuery,
    ...(isUnsafe ? [{ name: 'Idempotency-Key', in: 'header', required: false, schema: key }] : []),
  ]
}

/** As it is sent, before defaults. What JSON Schema has no word for is left open. */
function schemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return json
}
