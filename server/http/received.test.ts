import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withReceived } from './received.ts'
import { nothing, ok } from './reply.ts'
import type { Route } from './route.ts'

const asked: string[] = []
const peers = {
  list: async () => [],
  token: () => '',
  received: async (by: 'one' | 'all') => {
    asked.push(by)
    return { peers: 1, of: 2 }
  },
}
const routeOf = (method: string, action: string) => ({ method, action }) as Route

test('the answer to a change says how many peers have it, and waits for all where rights are taken', async () => {
  const made = await withReceived(ok({}), routeOf('POST', 'space.create'), peers)
  const revoked = await withReceived(nothing, routeOf('DELETE', 'session.revoke'), peers)
  assert.deepEqual(made.headers, { 'skein-received': '1/2' })
  assert.deepEqual(revoked.headers, { 'skein-received': '1/2' })
  assert.deepEqual(asked, ['one', 'all'])
})

test('reading, being refused and being alone ask nobody', async () => {
  asked.length = 0
  const { received: _, ...alone } = peers
  const replies = [
    await withReceived(ok({}), routeOf('GET', 'space.list'), peers),
    await withReceived({ status: 409 }, routeOf('POST', 'space.create'), peers),
    await withReceived(ok({}), routeOf('POST', 'space.create'), alone),
  ]
  assert.deepEqual(
    replies.map(({ headers }) => headers),
    [undefined, undefined, undefined],
  )
  assert.deepEqual(asked, [])
})
