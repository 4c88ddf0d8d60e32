import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { AuditEvent } from '#protocol/api/audit.ts'
import { PASSWORD, World } from '../../tests/support/http/world.ts'

let world: World
before(async () => {
  world = await World.open()
})
after(() => world.close())

test('a new Skein goes from its one-time link to a signed-in administrator with a template', async () => {
  const client = world.client()
  assert.deepEqual((await client.get('/setup')).body, { needed: true })
  const user = { username: 'ada', password: PASSWORD, starters: ['shell', 'unknown'] }

  const early = await client.post('/session', { username: 'ada', password: PASSWORD })
  assert.equal(early.body.error?.code, 'setup_needed')
  const old = (await world.identity.setup.begin()) ?? ''
  const token = (await world.identity.setup.begin()) ?? ''
  const wrong = await client.post('/setup', { token: old, ...user })
  assert.equal(wrong.body.error?.code, 'setup_token_wrong', 'each start ends the older link')

  const right = await client.post('/setup', { token, ...user })
  assert.equal(right.status, 201)
  assert.match(
    right.headers.getSetCookie()[0] ?? '',
    /^__Host-skein=v1\.\S+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=1209600; Secure$/,
  )
  const { body } = await client.get('/me')
  assert.equal((body.user as { role: string }).role, 'administrator')
  const { templates } = (await client.get('/templates')).body as { templates: { name: string }[] }
  assert.deepEqual(
    templates.map(({ name }) => name),
    ['Shell'],
  )

  assert.deepEqual((await client.get('/setup')).body, { needed: false })
  assert.equal((await client.post('/setup', { token, ...user })).body.error?.code, 'setup_done')
  assert.equal(await world.identity.setup.begin(), undefined)
})

test('the audit tells of the set-up and the sign-in, from where', async () => {
  const client = world.client()
  await client.post('/session', { username: 'ada', password: PASSWORD })
  const { events } = (await client.get('/audit')).body as { events: AuditEvent[] }
  assert.deepEqual(
    events.map(({ action, address }) => `${action} ${address}`),
    ['session.start local', 'session.start local', 'setup.finish local'],
  )
})

test('signing out ends the session for whoever kept its cookie', async () => {
  const client = world.client()
  await client.post('/session', { username: 'ada', password: PASSWORD })
  const { cookie } = client
  assert.equal((await client.delete('/session')).status, 204)
  assert.equal(client.cookie, '__Host-skein=')
  client.cookie = cookie
  assert.equal((await client.get('/me')).body.error?.code, 'not_signed_in')
})
