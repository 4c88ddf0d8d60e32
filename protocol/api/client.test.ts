// The client made from the table: what it sends, and what does not compile. Each `@ts-expect-error` is a mistake that the
// compiler must find; where it does not, the compiler fails here.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, addressOf, createClient } from './client.ts'
import type { Space } from './spaces.ts'

interface Extra {
  readonly signal?: AbortSignal
}

/** What was sent. */
function recording(answer?: unknown) {
  const sent: Asked[] = []
  const client = createClient<Extra>(async (asked) => {
    sent.push(asked)
    return answer
  })
  return { sent, client }
}

test('parameters are written into the path so that none is more than one step of it', () => {
  const params = { id: '../a b', name: 'x/y?z#' }
  assert.equal(
    addressOf('DELETE /spaces/:id/terminals/:name', { params }),
    '/spaces/..%2Fa%20b/terminals/x%2Fy%3Fz%23',
  )
})

test('a query names what is there, a list again and again', () => {
  const params = { id: '7' }
  const query = { path: 'a&b', name: ['one', 'two'] }
  assert.equal(
    addressOf('GET /spaces/:id/files/tar', { params, query }),
    '/spaces/7/files/tar?path=a%26b&name=one&name=two',
  )
  const none = { path: undefined }
  assert.equal(addressOf('GET /spaces/:id/files', { params, query: none }), '/spaces/7/files')
})

test('a call sends method, path and body, and gives what the transport got', async () => {
  const { sent, client } = recording({ spaces: [] })
  assert.deepEqual(await client.call('GET /spaces', { query: { limit: 5 } }), { spaces: [] })
  await client.call('PATCH /users/:id', { params: { id: 'u' }, body: { displayName: 'Ada' } })
  assert.deepEqual(sent, [
    { method: 'GET', path: '/spaces?limit=5' },
    { method: 'PATCH', path: '/users/u', body: { displayName: 'Ada' } },
  ])
})

/** Compiled, never run. */
export async function wrongCalls(): Promise<void> {
  const { call } = recording().client
  const params = { id: '' }
  const { spaces } = await call('GET /spaces')
  const right: readonly Space[] = spaces
  const done: undefined = await call('DELETE /users/:id', { params })
  const me = await call('POST /invitations/accept', { body: { token: '', password: '' } })
  await call('GET /spaces', { signal: AbortSignal.abort() })
  // @ts-expect-error: nobody is signed in by a reset
  me.user
  // @ts-expect-error: there is no such address
  await call('GET /space')
  // @ts-expect-error: nor with this method
  await call('PUT /users')
  // @ts-expect-error: a parameter is missing
  await call('GET /users/:id')
  // @ts-expect-error: it is called id
  await call('GET /users/:id', { params: { user: '' } })
  // @ts-expect-error: the body is missing
  await call('PATCH /users/:id', { params })
  // @ts-expect-error: a password is text
  await call('POST /session', { body: { username: '', password: 1 } })
  // @ts-expect-error: it says more than there is
  await call('POST /session', { body: { username: '', password: '', remember: true } })
  // @ts-expect-error: it takes no body
  await call('GET /users/:id', { params, body: {} })
  // @ts-expect-error: a page is a number of people
  await call('GET /users', { query: { limit: 'all' } })
  // @ts-expect-error: it takes no such query
  await call('GET /users', { query: { sort: 'name' } })
  // @ts-expect-error: nowhere is the query's template
  await call('GET /placement', { query: {} })
  // @ts-expect-error: bytes are no JSON
  await call('GET /spaces/:id/files/content', { params, query: { path: '' } })
  // @ts-expect-error: nor is a WebSocket
  await call('GET /live')
  // @ts-expect-error: a space has no such field
  right[0]?.colour
  // @ts-expect-error: an answer is not changed
  right.push()
  void done
}
