import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { World } from '../../tests/support/http/world.ts'

let world: World
before(async () => {
  world = await World.open({ config: { trustedProxies: ['10.0.0.0/8'] } })
  await world.setUp()
})
after(() => world.close())

test('guessing one user’s password is slowed down, and time opens the door again', async () => {
  const client = world.client()
  const guess = () => client.post('/session', { username: 'ada', password: 'wrong password' })
  const codes: unknown[] = []
  for (let i = 0; i < 11; i++) codes.push((await guess()).body.error?.code)
  assert.deepEqual(new Set(codes.slice(0, 10)), new Set(['bad_credentials']))
  const refused = await guess()
  assert.equal(refused.status, 429)
  assert.equal(refused.body.error?.details.seconds, 10)
  assert.equal(refused.headers.get('retry-after'), '10')
  await world.clock.advance(10_000)
  const right = await client.post('/session', {
    username: 'ada',
    password: 'correct horse battery',
  })
  assert.equal(right.status, 201)
})

test('guessing many names from one address is slowed down', async () => {
  await world.clock.advance(1_000_000)
  const client = world.client()
  let code: unknown
  for (let i = 0; i <= 20; i++) {
    code = (await client.post('/session', { username: `user${i}`, password: 'x' })).body.error?.code
  }
  assert.equal(code, 'rate_limited')
})

test('guessing set-up tokens is slowed down as well', async () => {
  await world.clock.advance(1_000_000)
  const client = world.client()
  const body = { token: 'x', username: 'eve', password: 'correct horse battery' }
  let code: unknown
  for (let i = 0; i <= 20; i++) code = (await client.post('/setup', body)).body.error?.code
  assert.equal(code, 'rate_limited')
})
