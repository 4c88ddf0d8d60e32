// The description of the API is whole, and what errors say of themselves.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { World } from '../../tests/support/http/world.ts'
import { pathOf } from './openapi.ts'
import { routes } from './routes.ts'

interface Operation {
  readonly operationId: string
  readonly requestBody?: { readonly content: Record<string, { schema: object }> }
  readonly responses: object
}
interface Document {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
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
    const operation = document.paths[pathOf(route)]?.[route.method.toLowerCase()]
    const schema = operation?.requestBody?.content['application/json']?.schema
    const takesJson = !route.isSocket && route.maxBodyBytes > 0
    assert.equal(schema !== undefined, takesJson, `${route.method} ${route.path}`)
    assert.ok(!takesJson || Object.keys(schema ?? {}).length > 0)
  }
  const names = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  )
  assert.equal(new Set(names).size, names.length)
})

test('the page to read has every path, no script and nothing from elsewhere', async () => {
  const response = await world.http.fetch(new Request('http://localhost:7534/api'))
  const html = await response.text()
  assert.match(response.headers.get('content-type') ?? '', /^text\/html/)
  assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/)
  for (const path of Object.keys(document.paths)) assert.ok(html.includes(`>${path}<`), path)
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
