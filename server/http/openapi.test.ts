// The description of the API is whole, and what errors say of themselves.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { World } from '../../tests/support/http/world.ts'
import { pathOf } from './openapi.ts'
import type { Route } from './route.ts'
import { routes } from './routes.ts'

type Content = Record<string, { schema: object }>
interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly description?: string
  readonly schema: object
}
interface Operation {
  readonly operationId: string
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Record<string, { description?: string; content?: Content; $ref?: string }>
}
interface Document {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Record<string, object> }
}

let world: World
let document: Document
before(async () => {
  world = await World.open()
  document = (await world.client().get('/openapi.json')).body as unknown as Document
})
after(() => world.close())

test('every route is described, and nothing else', () => {
  assert.equal(document.openapi, '3.1.0')
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const known = routes.map((route) => `${route.method} ${pathOf(route)}`)
  assert.deepEqual(described.toSorted(), known.toSorted())
})

test('every route that takes JSON says what it takes, and each has a name of its own', () => {
  for (const route of routes) {
    const operation = operationOf(route)
    const schema = operation.requestBody?.content['application/json']?.schema
    const takesJson = !route.isSocket && route.maxBodyBytes > 0
    assert.equal(schema !== undefined, takesJson, `${route.method} ${route.path}`)
    assert.ok(!takesJson || Object.keys(schema ?? {}).length > 0)
  }
  const names = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  )
  assert.equal(new Set(names).size, names.length)
})

test('every answer has its status, its words and its shape, every parameter of a query its own', () => {
  for (const route of routes) {
    const name = `${route.method} ${route.path}`
    const operation = operationOf(route)
    const { default: refused, ...answers } = operation.responses
    assert.equal(refused?.$ref, '#/components/responses/Problem')
    const known = route.operation.answers
    assert.deepEqual(Object.keys(answers), Object.keys(known), name)
    for (const [status, { description, content }] of Object.entries(answers)) {
      assert.ok(description, name)
      assert.equal(content !== undefined, known[Number(status)] !== null, name)
      for (const { schema } of Object.values(content ?? {}))
        assert.ok(Object.keys(schema).length > 0, name)
    }
    const queries = operation.parameters.filter((one) => one.in === 'query')
    assert.ok(
      queries.every(({ description }) => description),
      `${name} says what each is for`,
    )
    const asked = Object.keys(route.operation.query?.shape ?? {})
    assert.deepEqual(
      queries.map((one) => one.name),
      asked,
      name,
    )
  }
})

test('the document is OpenAPI 3.1: what is named is declared, and references lead to something', () => {
  assert.ok(document.info.title && document.info.version)
  for (const [path, methods] of Object.entries(document.paths)) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    for (const { parameters } of Object.values(methods)) {
      const inPath = parameters.filter((one) => one.in === 'path')
      assert.ok(inPath.every(({ required }) => required))
      assert.deepEqual(
        inPath.map(({ name }) => name),
        names,
      )
      const all = parameters.map((one) => `${one.in} ${one.name}`)
      assert.equal(new Set(all).size, all.length)
    }
  }
  const json = JSON.stringify(document)
  assert.doesNotMatch(json, /"\$(defs|schema)"/)
  const references = [...json.matchAll(/"\$ref":"#([^"]*)"/g)].map(([, to = '']) => to)
  for (const to of new Set(references)) assert.ok(at(document, to), to)
  const unnamed = Object.keys(document.components.schemas).filter((name) => !/^[\w.-]+$/.test(name))
  assert.deepEqual(unnamed, [])
  for (const schema of schemasIn(document)) assertSchema(schema)
})

const operationOf = (route: Route): Operation =>
  document.paths[pathOf(route)]?.[route.method.toLowerCase()] as Operation

/** What a JSON pointer leads to (RFC 6901). */
const at = (value: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((inner, step) => (inner as Record<string, unknown> | undefined)?.[step], value)

/** Everything that stands under `schema`, and the named ones. */
function schemasIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  const own = 'schema' in value ? [value.schema] : []
  const named = value === document.components.schemas ? Object.values(value) : []
  return [...own, ...named, ...Object.values(value).flatMap(schemasIn)]
}

/** As far as the words of JSON Schema go that are used here. */
function assertSchema(schema: unknown): void {
  assert.equal(typeof schema, 'object')
  const { type, properties, required, items, anyOf, oneOf, allOf } = schema as Record<
    string,
    unknown
  >
  const types = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null', undefined]
  assert.ok(types.includes(type as string | undefined), String(type))
  const fields = (properties ?? {}) as Record<string, unknown>
  for (const name of (required ?? []) as string[])
    assert.ok(!properties || name in fields, `${name} is required and not there`)
  const choices = [anyOf, oneOf, allOf].flatMap((all) => (all ?? []) as unknown[])
  const inner = [...Object.values(fields), ...choices, ...(items ? [items] : [])]
  for (const one of inner) assertSchema(one)
}

test('the page to read has every path, no script and nothing from elsewhere', async () => {
  const response = await world.http.fetch(new Request('http://localhost:7534/api'))
  const html = await response.text()
  assert.match(response.headers.get('content-type') ?? '', /^text\/html/)
  assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/)
  for (const path of Object.keys(document.paths)) assert.ok(html.includes(`>${path}<`), path)
  for (const name of Object.keys(document.components.schemas)) {
    assert.ok(html.includes(`id="shape-${name}"`), name)
  }
  assert.doesNotMatch(html, /<script|https?:\/\/(?!localhost)|onclick/)
})

test('an error is a problem document, and says the same as before', async () => {
  const { status, headers, body } = await world.client().get('/me')
  assert.equal(headers.get('content-type'), 'application/problem+json')
  const problem = body as unknown as Record<string, unknown> & { error: Record<string, unknown> }
  assert.deepEqual(
    [problem.status, problem.code, problem.title, problem.detail],
    [status, problem.error.code, problem.error.message, problem.error.hint],
  )
})
