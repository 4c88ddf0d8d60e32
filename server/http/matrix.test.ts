// Every route as every kind of person. The table of routes is the source: a new route fails here until its row says
// who may use it.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import type { SessionId } from '#protocol/ids.ts'
import { newId } from '#protocol/ids.ts'
import type { StreamOpen } from '#protocol/link.ts'
import type { Client } from '../../tests/support/http/client.ts'
import { TEMPLATE_SOURCE } from '../../tests/support/http/fakes.ts'
import { KEY_LINE } from '../../tests/support/http/keys.ts'
import { PASSWORD, World } from '../../tests/support/http/world.ts'
import type { Route } from './route.ts'
import { routes } from './routes.ts'

const roles = ['nobody', 'stranger', 'owner', 'administrator'] as const
type Role = (typeof roles)[number]

/** `yes`: the rule admits. `401`, `403`, `404`: it refuses with that status. */
type Verdict = 'yes' | 401 | 403 | 404
const row = (...verdicts: [Verdict, Verdict, Verdict, Verdict]) => verdicts

/** Of things that belong to `owner`: nobody is signed in as nobody, `stranger` and `owner` are members. */
const expected: Record<string, readonly Verdict[]> = {
  'GET /setup': row('yes', 'yes', 'yes', 'yes'),
  'POST /setup': row('yes', 'yes', 'yes', 'yes'),
  'GET /session': row('yes', 'yes', 'yes', 'yes'),
  'POST /session': row('yes', 'yes', 'yes', 'yes'),
  'DELETE /session': row(401, 'yes', 'yes', 'yes'),
  'POST /logins': row('yes', 'yes', 'yes', 'yes'),
  'GET /logins/:id': row(401, 'yes', 'yes', 'yes'),
  'POST /logins/:id/approve': row(401, 'yes', 'yes', 'yes'),
  'DELETE /logins/:id': row(401, 'yes', 'yes', 'yes'),
  'POST /logins/:id/token': row('yes', 'yes', 'yes', 'yes'),
  'GET /me': row(401, 'yes', 'yes', 'yes'),
  'PUT /me/password': row(401, 'yes', 'yes', 'yes'),
  'GET /me/sessions': row(401, 'yes', 'yes', 'yes'),
  'DELETE /me/sessions/:id': row(401, 404, 'yes', 404),
  'GET /me/keys': row(401, 'yes', 'yes', 'yes'),
  'POST /me/keys': row(401, 'yes', 'yes', 'yes'),
  'DELETE /me/keys/:id': row(401, 404, 'yes', 404),
  'GET /me/tokens': row(401, 'yes', 'yes', 'yes'),
  'POST /me/tokens': row(401, 'yes', 'yes', 'yes'),
  'DELETE /me/tokens/:id': row(401, 404, 'yes', 404),
  'GET /users': row(401, 403, 403, 'yes'),
  'POST /users': row(401, 403, 403, 'yes'),
  'PATCH /users/:id': row(401, 404, 'yes', 'yes'),
  'DELETE /users/:id': row(401, 404, 403, 'yes'),
  'GET /starters': row(401, 'yes', 'yes', 'yes'),
  'GET /templates': row(401, 'yes', 'yes', 'yes'),
  'POST /templates': row(401, 403, 403, 'yes'),
  'POST /templates/check': row(401, 403, 403, 'yes'),
  'GET /templates/schema': row(401, 'yes', 'yes', 'yes'),
  'POST /templates/plan': row(401, 403, 403, 'yes'),
  'POST /templates/compose': row(401, 403, 403, 'yes'),
  'POST /templates/import': row(401, 403, 403, 'yes'),
  'GET /templates/:id/export': row(401, 'yes', 'yes', 'yes'),
  'GET /templates/:id': row(401, 'yes', 'yes', 'yes'),
  'PUT /templates/:id': row(401, 403, 403, 'yes'),
  'DELETE /templates/:id': row(401, 403, 403, 'yes'),
  'GET /templates/:id/versions/:versionId': row(401, 'yes', 'yes', 'yes'),
  'GET /spaces': row(401, 'yes', 'yes', 'yes'),
  'POST /spaces': row(401, 'yes', 'yes', 'yes'),
  'GET /spaces/:id': row(401, 404, 'yes', 'yes'),
  'PATCH /spaces/:id': row(401, 404, 'yes', 'yes'),
  'DELETE /spaces/:id': row(401, 404, 'yes', 'yes'),
  'POST /spaces/:id/start': row(401, 404, 'yes', 'yes'),
  'POST /spaces/:id/stop': row(401, 404, 'yes', 'yes'),
  'POST /spaces/:id/restart': row(401, 404, 'yes', 'yes'),
  'PUT /spaces/:id/ports/:port': row(401, 404, 'yes', 403),
  'POST /spaces/:id/forget': row(401, 404, 'yes', 'yes'),
  'GET /spaces/:id/plan': row(401, 404, 'yes', 'yes'),
  'GET /spaces/:id/timeline': row(401, 404, 'yes', 'yes'),
  'GET /spaces/:id/terminals': row(401, 404, 'yes', 403),
  'DELETE /spaces/:id/terminals/:name': row(401, 404, 'yes', 403),
  'GET /spaces/:id/terminals/:name/attach': row(401, 404, 'yes', 403),
  'GET /spaces/:id/connect': row(401, 404, 'yes', 403),
  'GET /spaces/:id/exec': row(401, 404, 'yes', 403),
  'GET /spaces/:id/ssh-host-key': row(401, 404, 'yes', 403),
  'GET /spaces/:id/startup-log': row(401, 404, 'yes', 'yes'),
  'GET /ssh': row(401, 'yes', 'yes', 'yes'),
  'GET /spaces/:id/files': row(401, 404, 'yes', 403),
  'GET /spaces/:id/files/stat': row(401, 404, 'yes', 403),
  'GET /spaces/:id/files/content': row(401, 404, 'yes', 403),
  'PUT /spaces/:id/files/content': row(401, 404, 'yes', 403),
  'GET /spaces/:id/files/tar': row(401, 404, 'yes', 403),
  'PUT /spaces/:id/files/tar': row(401, 404, 'yes', 403),
  'POST /spaces/:id/files/folder': row(401, 404, 'yes', 403),
  'POST /spaces/:id/files/rename': row(401, 404, 'yes', 403),
  'DELETE /spaces/:id/files': row(401, 404, 'yes', 403),
  'GET /hosts': row(401, 403, 403, 'yes'),
  'GET /placement': row(401, 'yes', 'yes', 'yes'),
  'GET /peers/urls': row(401, 'yes', 'yes', 'yes'),
  'GET /peers': row(401, 403, 403, 'yes'),
  'POST /peers/:id/wishes': row(401, 403, 403, 'yes'),
  'POST /peers/token': row(401, 403, 403, 'yes'),
  'GET /audit/verify': row(401, 403, 403, 'yes'),
  'GET /audit': row(401, 403, 403, 'yes'),
  'GET /live': row(401, 'yes', 'yes', 'yes'),
}

let world: World
let clients: Record<Role, Client>
let ids: Record<string, string>
/** The owner's, as headers. */
let bearer: Record<string, string>

/** Terminals there are none either, but a question for those is answered at once. */
function noFiles(open: StreamOpen): unknown {
  if (open.kind === 'files') throw new SkeinError('path_missing', { path: open.path })
  return { terminals: [] }
}

before(async () => {
  world = await World.open({
    answer: noFiles,
    config: { ssh: () => ({ host: '::', port: 2222, hostKeys: [] }) },
  })
  const administrator = await world.setUp({ starters: ['shell'] })
  const owner = await world.member(administrator, 'olga')
  const stranger = await world.member(administrator, 'stan')
  clients = { nobody: world.client(), stranger, owner, administrator }
  const me = (await owner.get('/me')).body as { user: { id: string }; sessionId: string }
  const [template] = world.records.list('template')
  const space = { id: newId(), name: 'home', templateId: template?.id }
  assert.equal((await owner.post('/spaces', space)).status, 202)
  const key = await owner.post('/me/keys', { line: KEY_LINE })
  const token = await owner.post('/me/tokens', { name: 'robot' })
  const made = token.body.token as { id: string }
  bearer = { authorization: `Bearer ${token.body.secret}`, cookie: '', origin: '' }
  ids = {
    '/me/keys': String(key.body.id),
    '/me/tokens': made.id,
    '/users': me.user.id,
    '/me/sessions': me.sessionId,
    '/spaces': space.id,
    '/logins': 'no-login',
    '/peers': 'no-peer',
    '/templates': template?.id ?? '',
  }
})
after(() => world.close())

test('every route has a row in the matrix and every row a route', () => {
  const named = routes.map(({ method, path }) => `${method} ${path}`)
  assert.deepEqual(named.toSorted(), Object.keys(expected).toSorted())
})

for (const route of routes) {
  const name = `${route.method} ${route.path}`
  test(`${name} admits whom it should and nobody else`, async () => {
    const seen = new Map<Role, Verdict>()
    for (const role of roles) seen.set(role, await verdictOf(route, role))
    assert.deepEqual([...seen.values()], expected[name])
  })
}

/** Asks with a body that no schema takes, so that whoever is admitted changes nothing. */
async function verdictOf(route: Route, role: Role): Promise<Verdict> {
  const client = clients[role]
  const session = client.cookie
  const folder = Object.keys(ids).find((name) => route.path.startsWith(`${name}/:id`)) ?? ''
  const path = route.path
    .replace(':id', ids[folder] ?? '')
    .replace(':versionId', newId())
    .replace(':name', route.method === 'DELETE' ? 'Not-A-Name' : 'main')
  if (isSpent(route)) return verdictByPolicy(route, role)
  const { status, body } = await client.send(route.method, path, bodyFor(route))
  client.cookie = session
  const code = body.error?.code
  if (code === 'not_signed_in') return 401
  if (code === 'forbidden') return 403
  // A version that is not there is told only to those who may see the template.
  if (code === 'not_found' && !route.path.includes(':versionId')) return 404
  assert.notEqual(status, 500)
  return 'yes'
}

const bodyFor = (route: Route): unknown =>
  !route.isSocket && route.maxBodyBytes > 0 ? { not: 'expected' } : undefined

/** What would take away what the next question needs is asked with an Idempotency-Key that is refused. */
const isSpent = (route: Route): boolean =>
  route.method === 'DELETE' && !route.path.includes(':name')

async function verdictByPolicy(route: Route, role: Role): Promise<Verdict> {
  const folder = Object.keys(ids).find((name) => route.path.startsWith(`${name}/:id`)) ?? ''
  const path = route.path.replace(':id', ids[folder] ?? '')
  const headers = { 'idempotency-key': 'with a space' }
  const { body } = await clients[role].delete(path, { headers })
  const code = body.error?.code
  if (code === 'bad_request') return 'yes'
  assert.ok(code === 'not_signed_in' || code === 'forbidden' || code === 'not_found', code)
  return code === 'not_signed_in' ? 401 : code === 'forbidden' ? 403 : 404
}

/** What the owner may with a session and not with a token. */
const tokenMayNot = new Set([
  'DELETE /session',
  'PUT /me/password',
  'GET /me/sessions',
  'DELETE /me/sessions/:id',
  'POST /me/keys',
  'POST /me/tokens',
  'POST /logins/:id/approve',
  'POST /users',
])

for (const route of routes) {
  const name = `${route.method} ${route.path}`
  test(`${name} takes a token exactly where it should`, async () => {
    const folder = Object.keys(ids).find((one) => route.path.startsWith(`${one}/:id`)) ?? ''
    const path = route.path.replace(':id', ids[folder] ?? '').replace(/:\w+/, 'Not-A-Name')
    // A key that is refused, so that nothing is done.
    const headers = { ...bearer, 'idempotency-key': 'with a space' }
    const extra = route.method === 'GET' ? { headers: bearer } : { headers }
    const { body } = await world.client().send(route.method, path, bodyFor(route), extra)
    const refused = body.error?.code === 'token_forbidden'
    assert.equal(refused, tokenMayNot.has(name), body.error?.code)
    assert.notEqual(body.error?.code, 'not_signed_in')
  })
}

test('a member’s list holds only own spaces and an administrator’s holds all', async () => {
  const count = async (role: Role) =>
    ((await clients[role].get('/spaces')).body.spaces as unknown[]).length
  assert.deepEqual(
    [await count('stranger'), await count('owner'), await count('administrator')],
    [0, 1, 1],
  )
})

test('a member may change the own display name but neither role nor state', async () => {
  const { owner } = clients
  const path = `/users/${ids['/users']}`
  assert.equal((await owner.patch(path, { displayName: 'Olga O.' })).status, 200)
  assert.equal((await owner.patch(path, { role: 'administrator' })).body.error?.code, 'forbidden')
  assert.equal((await owner.patch(path, { password: PASSWORD })).body.error?.code, 'forbidden')
})

test('a session of someone else can neither be seen nor ended', async () => {
  const { stranger, owner } = clients
  const { sessionId } = (await owner.get('/me')).body as { sessionId: SessionId }
  assert.equal((await stranger.delete(`/me/sessions/${sessionId}`)).body.error?.code, 'not_found')
  assert.equal((await owner.get('/me')).status, 200)
  const { sessions } = (await stranger.get('/me/sessions')).body as {
    sessions: { current: boolean }[]
  }
  assert.deepEqual(
    sessions.map(({ current }) => current),
    [true],
  )
})

test('a member cannot save a template over one that exists', async () => {
  const path = `/templates/${ids['/templates']}`
  const { body } = await clients.owner.put(path, { source: TEMPLATE_SOURCE })
  assert.equal(body.error?.code, 'forbidden')
})
