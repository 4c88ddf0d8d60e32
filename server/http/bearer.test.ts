// Programs at the HTTP door: a token opens what its owner's session opens, alone, until it is revoked.

import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Client, Extra } from '../../tests/support/http/client.ts'
import { KEY_LINE } from '../../tests/support/http/keys.ts'
import { opened, TestSocket } from '../../tests/support/http/socket.ts'
import { PASSWORD, World } from '../../tests/support/http/world.ts'

let world: World
let administrator: Client
let member: Client
let port: number
before(async () => {
  world = await World.open()
  administrator = await world.setUp()
  member = await world.member(administrator, 'mel')
  port = await world.listen()
})
after(() => world.close())
beforeEach(() => world.clock.advance(1_000_000))

async function newToken(owner: Client) {
  const { status, body } = await owner.post('/me/tokens', { name: 'robot', expiresInDays: 30 })
  assert.equal(status, 201)
  const { token, secret } = body as unknown as { token: { id: string }; secret: string }
  return { id: token.id, secret, bearer: asBearer(secret) }
}

/** As a program sends it: no cookie, no origin. */
const asBearer = (secret: string): Extra => ({
  headers: { authorization: `Bearer ${secret}`, cookie: '', origin: '' },
})

test('a token is its owner, for reading and for changing, without a cookie or an origin', async () => {
  const { id, bearer } = await newToken(member)
  const program = world.client()
  const { body } = await program.get('/me', bearer)
  assert.equal((body.user as { username: string }).username, 'mel')
  assert.deepEqual([body.tokenId, body.sessionId], [id, undefined])
  const path = `/users/${(body.user as { id: string }).id}`
  assert.equal((await program.patch(path, { displayName: 'Mel' }, bearer)).status, 200)
  assert.equal((await program.get('/users', bearer)).body.error?.code, 'forbidden')
  assert.equal((await program.get('/session', bearer)).status, 200)
})

test('where a cookie comes along, the token decides', async () => {
  const { bearer } = await newToken(member)
  const headers = { ...bearer.headers, cookie: administrator.cookie }
  const { body } = await world.client().get('/me', { headers })
  assert.equal((body.user as { username: string }).username, 'mel')
  const wrong = { authorization: 'Bearer skein_x_y', cookie: administrator.cookie }
  const refused = await world.client().get('/me', { headers: wrong })
  assert.equal(refused.body.error?.code, 'token_wrong')
})

test('the scheme may be written in any case, and other schemes are not ours', async () => {
  const { secret } = await newToken(member)
  const me = (authorization: string, cookie = '') =>
    world.client().get('/me', { headers: { authorization, cookie } })
  assert.equal((await me(`bEARER ${secret}`)).status, 200)
  assert.equal((await me('Bearer')).body.error?.code, 'token_wrong')
  assert.equal((await me('Basic YTpi')).body.error?.code, 'not_signed_in')
  assert.equal((await me('Basic YTpi', member.cookie)).status, 200)
})

test('the secret is told once, in no list, in no audit and to no repeated request', async () => {
  const headers = { 'idempotency-key': 'twice' }
  const first = await member.post('/me/tokens', { name: 'once' }, { headers })
  const again = await member.post('/me/tokens', { name: 'once' }, { headers })
  assert.notEqual(again.body.secret, first.body.secret)
  const secret = String(first.body.secret).split('_').slice(2).join('_')
  const said = [
    await member.get('/me/tokens'),
    await administrator.get('/audit?limit=500'),
    await member.get('/me'),
  ]
  assert.ok(said.every(({ status }) => status === 200))
  assert.ok(!JSON.stringify(said.map(({ body }) => body)).includes(secret))
})

test('a token revokes itself and no other, and is refused from then on', async () => {
  const [one, other] = [await newToken(member), await newToken(member)]
  const program = world.client()
  const refused = await program.delete(`/me/tokens/${other.id}`, one.bearer)
  assert.equal(refused.body.error?.code, 'token_forbidden')
  assert.equal((await program.delete(`/me/tokens/${one.id}`, one.bearer)).status, 204)
  const { events } = (await administrator.get(`/audit?subject=${one.id}`)).body as {
    events: { action: string; detail?: { tokenId?: string } }[]
  }
  assert.deepEqual([events[0]?.action, events[0]?.detail?.tokenId], ['token.revoke', one.id])
  assert.equal((await program.get('/me', one.bearer)).body.error?.code, 'token_wrong')
  assert.equal((await program.get('/me', other.bearer)).status, 200)
})

test('an administrator’s token cannot change rights or passwords of people', async () => {
  const { bearer } = await newToken(administrator)
  const { user } = (await member.get('/me')).body as { user: { id: string } }
  for (const patch of [{ role: 'administrator' }, { disabled: true }, { password: PASSWORD }]) {
    const { body } = await world.client().patch(`/users/${user.id}`, patch, bearer)
    assert.equal(body.error?.code, 'token_forbidden')
  }
})

test('a token opens WebSockets without an origin, and they close when it is revoked', async () => {
  const { id, secret } = await newToken(member)
  const headers = { authorization: `Bearer ${secret}`, origin: '' }
  const socket = await opened(port, '/live', headers)
  const other = await opened(port, '/live', { cookie: member.cookie })
  await socket.until(({ json }) => json[0]?.type === 'hello', 'the greeting')
  await member.delete(`/me/tokens/${id}`)
  await socket.until(({ closed }) => closed === 4401, 'the close')
  assert.equal(other.closed, undefined)
  assert.equal(await TestSocket.open(port, '/live', headers), 401)
  other.close()
})

test('a token’s WebSockets close when its owner changes the password', async () => {
  const pam = await world.member(administrator, 'pam')
  const tokens = [await newToken(pam), await newToken(pam)]
  const sockets = await Promise.all(
    tokens.map(({ secret }) => opened(port, '/live', { authorization: `Bearer ${secret}` })),
  )
  const passwords = { current: PASSWORD, next: 'another horse battery' }
  assert.equal((await pam.put('/me/password', passwords)).status, 204)
  for (const socket of sockets) await socket.until(({ closed }) => closed === 4401, 'the close')
})

test('guessing tokens from one address is slowed down, and right ones go on', async () => {
  const { bearer } = await newToken(member)
  const codes: unknown[] = []
  for (let i = 0; i <= 20; i++) {
    codes.push((await world.client().get('/me', asBearer('skein_a_b'))).body.error?.code)
  }
  assert.deepEqual(new Set(codes.slice(0, 20)), new Set(['token_wrong']))
  assert.equal(codes[20], 'rate_limited')
  assert.equal((await world.client().get('/me', bearer)).status, 200)
})

test('a key of the account is added, listed and removed, and the audit says so', async () => {
  const added = await member.post('/me/keys', { line: KEY_LINE })
  assert.equal(added.status, 201)
  assert.deepEqual((await member.get('/me/keys')).body.keys, [added.body])
  const taken = await administrator.post('/me/keys', { line: KEY_LINE })
  assert.equal(taken.body.error?.code, 'key_taken')
  assert.equal((await member.delete(`/me/keys/${added.body.id}`)).status, 204)
  assert.deepEqual((await member.get('/me/keys')).body.keys, [])
  const { events } = (await administrator.get('/audit')).body as { events: { action: string }[] }
  const actions = events.map(({ action }) => action).filter((action) => /^key/.test(action))
  assert.deepEqual(actions, ['key.remove', 'key.add'])
})

test('what is no key is refused by the API with its own code', async () => {
  const line = '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----'
  assert.equal((await member.post('/me/keys', { line })).body.error?.code, 'key_private')
  const { body } = await member.post('/me/keys', { line: 'x'.repeat(20_000) })
  assert.equal(body.error?.code, 'bad_request')
})
