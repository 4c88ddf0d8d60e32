// What a handler gets and answers is what the API's table says. Each `@ts-expect-error` is a mistake that the compiler must
// find; where it does not, the compiler fails here.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { queryIn } from './query.ts'
import { created, nothing, ok } from './reply.ts'
import { openRoute, route } from './route.ts'

test('of what is given twice the first counts, and a list has all of it', () => {
  const schema = z.object({ path: z.string(), name: z.array(z.string()).default([]) })
  const search = new URLSearchParams('path=a&path=b&name=1&name=2')
  assert.deepEqual(queryIn(schema, search), { path: 'a', name: ['1', '2'] })
  assert.deepEqual(queryIn(schema, new URLSearchParams()), { name: [] })
  const strange = queryIn(schema, new URLSearchParams('__proto__=x&path=a'))
  assert.equal(Object.getPrototypeOf(strange), Object.prototype)
})

test('a route takes method, path and what it takes from its name', () => {
  const made = route('DELETE /groups/:id', {
    action: 'group.delete',
    target: 'group',
    handle: () => nothing,
  })
  assert.deepEqual([made.method, made.path, made.maxBodyBytes], ['DELETE', '/groups/:id', 0])
})

/** Compiled, never run. */
export function wrongRoutes(): void {
  const list = { action: 'group.list' } as const
  route('GET /groups', { ...list, handle: () => ok({ groups: [] }) })
  // @ts-expect-error: groups are a list
  route('GET /groups', { ...list, handle: () => ok({ groups: 3 }) })
  // @ts-expect-error: something is missing
  route('GET /groups', { ...list, handle: () => ok({}) })
  // @ts-expect-error: nothing is made here
  route('GET /groups', { ...list, handle: () => created({ groups: [] }) })
  // @ts-expect-error: there is something to say
  route('GET /groups', { ...list, handle: () => nothing })
  // @ts-expect-error: there is nothing to say
  route('DELETE /groups/:id', { action: 'group.delete', handle: () => ok({}) })
  // @ts-expect-error: there is no such operation
  route('GET /group', { ...list, handle: () => nothing })
  // @ts-expect-error: a WebSocket is another kind of route
  route('GET /live', { action: 'live.watch', handle: () => nothing })
  // @ts-expect-error: what only some may do is no open route
  openRoute('GET /groups', { ...list, handle: () => ok({ groups: [] }) })
  // @ts-expect-error: its query has no such name
  route('GET /users', { action: 'user.list', handle: (_, { query }) => ok(query.sort) })
  // @ts-expect-error: its body has no such field
  route('POST /groups', { action: 'group.create', handle: (_, { body }) => created(body.colour) })
  // @ts-expect-error: its path has no such name
  route('GET /groups', { ...list, handle: (_, { params }) => ok(params.other.length) })
}
