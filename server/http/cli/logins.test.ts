import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { beginLoginSchema, LOGIN_KEEP_MS } from '#protocol/api/cli.ts'
import { TestClock } from '../../../tests/support/clock.ts'
import type { Client } from '../../../tests/support/http/client.ts'
import { World } from '../../../tests/support/http/world.ts'
import { systemRandom } from '../../clock.ts'
import type { Person } from '../../identity/credential.ts'
import { BEGIN_RULE, MAX_PENDING, PendingLogins } from './logins.ts'

const ada = { userId: 'ada' } as unknown as Person
let clock: TestClock
let logins: PendingLogins
beforeEach(() => {
  clock = new TestClock()
  logins = new PendingLogins(clock, systemRandom)
})

let world: World
let client: Client
before(async () => {
  world = await World.open()
  client = await world.setUp()
})
after(() => world.close())

const gone = { code: 'login_gone' }
const begin = (address = '192.0.2.1') => logins.begin({ name: 'box', address })

test('a login is collected once, by its secret, after somebody approved', () => {
  const { id, secret } = begin()
  assert.equal(logins.collect(id, secret), undefined)
  logins.approve(id, ada)
  assert.throws(() => logins.approve(id, ada), gone)
  assert.throws(() => logins.collect(id, `${secret}x`), gone)
  assert.throws(() => logins.collect(id, ''), gone)
  assert.equal(logins.collect(id, secret)?.approver, ada)
  assert.throws(() => logins.collect(id, secret), gone)
})

test('a login that nobody approved in ten minutes is gone for everyone', async () => {
  const { id, secret } = begin()
  await clock.advance(LOGIN_KEEP_MS)
  assert.throws(() => logins.show(id), gone)
  assert.throws(() => logins.approve(id, ada), gone)
  assert.throws(() => logins.collect(id, secret), gone)
})

test('a refused login is gone', () => {
  const { id, secret } = begin()
  logins.refuse(id)
  assert.throws(() => logins.collect(id, secret), gone)
})

test('one address cannot ask without end, and all together not for more than there is room', async () => {
  for (let i = 0; i < BEGIN_RULE.burst; i++) begin()
  assert.throws(() => begin(), { code: 'rate_limited' })
  for (let i = BEGIN_RULE.burst; i < MAX_PENDING; i++) begin(`198.51.${i >> 8}.${i & 255}`)
  assert.throws(() => begin('203.0.113.1'), { code: 'rate_limited' })
  await clock.advance(LOGIN_KEEP_MS)
  assert.ok(begin('203.0.113.1').id)
})

test('codes are eight letters that are not mistaken for one another', () => {
  for (let i = 0; i < 10; i++) assert.match(begin().code, /^[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}$/)
})

test('a machine’s name is plain text', () => {
  for (const name of ['<b>', 'a\nb', '\x1b[2J', '', 'x'.repeat(65), '‮abc', { a: 1 }]) {
    assert.equal(beginLoginSchema.safeParse({ name }).success, false, String(name))
  }
  assert.ok(beginLoginSchema.safeParse({ name: 'ada-laptop.local (linux)' }).success)
})

test('guessing secrets is counted like guessing passwords', async () => {
  const stranger = world.client()
  const statuses = new Set<number>()
  for (let i = 0; i < 30; i++) {
    statuses.add((await stranger.post('/logins/no-such-login/token', { secret: 'x' })).status)
  }
  assert.deepEqual([...statuses], [410, 429])
})

test('who approved and was signed out meanwhile gives nobody a token', async () => {
  const stranger = world.client()
  const { id, secret } = (await stranger.post('/logins', { name: 'box' })).body
  assert.equal((await client.post(`/logins/${id}/approve`)).status, 204)
  const { body } = await client.get('/audit')
  assert.match(JSON.stringify(body), /"login.approve"/)
  await client.delete('/session')
  await world.clock.advance(60_000)
  const collected = await stranger.post(`/logins/${id}/token`, { secret })
  assert.equal(collected.body.error?.code, 'login_gone')
})
