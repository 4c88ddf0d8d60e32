// Every route as every kind of person. The table of routes is the source: a new route fails here until its row says
// who may use it.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { newId } from '#protocol/ids.ts'
import type { StreamOpen } from '#protocol/link.ts'
import type { Client } from '../../tests/support/http/client.ts'
import { TEMPLATE_SOURCE } from '../../tests/support/http/fakes.ts'
import { KEY_LINE } from '../../tests/support/http/keys.ts'
import {
  expected,
  type Kind,
  kinds,
  shapes,
  type Verdict,
} from '../../tests/support/http/rights.ts'
import { World } from '../../tests/support/http/world.ts'
import type { Route } from './route.ts'
import { routes } from './routes.ts'

let world: World
let clients: Record<Kind, Client>
/** What each sends besides its cookie. */
let headersOf: Partial<Record<Kind, Record<string, string>>>
let ids: Record<string, string>
let readerId = ''
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
  const names = ['stranger', 'viewer', 'user', 'manager', 'runner', 'disabled', 'leader'] as const
  const others = {} as Record<(typeof names)[number], Client>
  for (const name of names) others[name] = await world.member(administrator, name)
  clients = { nobody: world.client(), reader: world.client(), ...others, owner, administrator }
  const group = await administrator.post('/groups', { name: 'crew' })
  await administrator.patch(`/groups/${group.body.id}`, { add: ['user'] })
  // A group of its own: who is in `crew` is let into the space.
  const managed = await administrator.post('/groups', { name: 'managed' })
  const chosen = { add: ['leader'], addManagers: ['leader'] }
  await administrator.patch(`/groups/${managed.body.id}`, chosen)
  const role = await administrator.post('/roles', { name: 'runs', permissions: ['space.run'] })
  const idOf = (name: string) => String(world.records.holder(`user:${name}`))
  await administrator.patch(`/users/${idOf('runner')}`, { roles: [role.body.id] })
  await administrator.patch(`/users/${idOf('disabled')}`, { disabled: true })
  const invitation = await administrator.post('/invitations', {})
  const me = (await owner.get('/me')).body as { user: { id: string }; sessionId: string }
  const [template] = world.records.list('template')
  const space = { id: newId(), name: 'home', templateId: template?.id }
  assert.equal((await owner.post('/spaces', space)).status, 202)
  const share = (kind: string, name: string, level: string) =>
    owner.put(`/spaces/${space.id}/shares`, { kind, name, level })
  await share('user', 'viewer', 'viewer')
  await share('group', 'crew', 'user')
  assert.equal((await share('user', 'manager', 'manager')).status, 200)
  const key = await owner.post('/me/keys', { line: KEY_LINE })
  const token = await owner.post('/me/tokens', { name: 'robot' })
  const made = token.body.token as { id: string }
  bearer = { authorization: `Bearer ${token.body.secret}`, cookie: '', origin: '' }
  const reader = await owner.post('/me/tokens', { name: 'reader', scopes: ['read'] })
  headersOf = {
    reader: { authorization: `Bearer ${reader.body.secret}`, cookie: '', origin: '' },
  }
  readerId = (reader.body.token as { id: string }).id
  ids = {
    '/me/keys': String(key.body.id),
    '/me/tokens': made.id,
    '/users': me.user.id,
    '/me/sessions': me.sessionId,
    '/spaces': space.id,
    '/logins': 'no-login',
    '/peers': 'no-peer',
    '/groups': String(managed.body.id),
    '/roles': String(role.body.id),
    '/invitations': (invitation.body.invitation as { id: string }).id,
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
    const seen: Verdict[] = []
    for (const kind of kinds) seen.push(await verdictOf(route, kind))
    assert.deepEqual(seen, shapes[expected[name] ?? 'anyone'])
  })
}

/** Asks with a body that no schema takes, so that whoever is admitted changes nothing. */
async function verdictOf(route: Route, kind: Kind): Promise<Verdict> {
  const client = clients[kind]
  const session = client.cookie
  // A token may revoke itself, and no other.
  const isOwnToken = kind === 'reader' && route.path === '/me/tokens/:id'
  const path = pathOf(route).replace(ids['/me/tokens'] ?? '-', (id) => (isOwnToken ? readerId : id))
  if (isSpent(route)) return verdictByPolicy(kind, path)
  const headers = headersOf[kind]
  const { status, body } = await client.send(
    ...([route.method, path, bodyFor(route), headers && { headers }] as const),
  )
  client.cookie = session
  const code = body.error?.code
  if (code === 'not_signed_in' || code === 'token_wrong') return 401
  if (code === 'token_scope') return 'scope'
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
  (route.method === 'DELETE' && !route.path.includes(':name')) || route.path === '/users/:id/reset'

async function verdictByPolicy(kind: Kind, path: string): Promise<Verdict> {
  const headers = { ...headersOf[kind], 'idempotency-key': 'with a space' }
  const method = path.endsWith('/reset') ? 'POST' : 'DELETE'
  const { body } = await clients[kind].send(method, path, undefined, { headers })
  const code = body.error?.code
  if (code === 'bad_request') return 'yes'
  if (code === 'token_scope') return 'scope'
  assert.ok(code === 'not_signed_in' || code === 'forbidden' || code === 'not_found', code)
  return code === 'not_signed_in' ? 401 : code === 'forbidden' ? 403 : 404
}

function pathOf(route: Route): string {
  const folder = Object.keys(ids).find((name) => route.path.startsWith(`${name}/:id`)) ?? ''
  return route.path
    .replace(':id', ids[folder] ?? '')
    .replace(':versionId', newId())
    .replace(':credentialId', newId())
    .replace(':name', route.method === 'DELETE' ? 'Not-A-Name' : 'main')
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
  'DELETE /users/:id',
  'POST /users/:id/reset',
  'DELETE /users/:id/factor',
  'DELETE /users/:id/sessions/:credentialId',
  'DELETE /users/:id/tokens/:credentialId',
  'DELETE /users/:id/keys/:credentialId',
  'POST /me/factor',
  'POST /me/factor/confirm',
  'POST /me/factor/codes',
  'POST /me/factor/remove',
  'POST /invitations',
  'POST /groups',
  'PATCH /groups/:id',
  'PATCH /groups/:id/members',
  'DELETE /groups/:id',
  'POST /roles',
  'PATCH /roles/:id',
  'DELETE /roles/:id',
  'POST /spaces/:id/transfer',
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

test('a list of spaces holds one’s own and those that are shared, and an administrator’s holds all', async () => {
  const count = async (kind: Kind) =>
    ((await clients[kind].get('/spaces')).body.spaces as unknown[]).length
  const asked = ['stranger', 'viewer', 'user', 'manager', 'owner', 'administrator'] as const
  const counts = await Promise.all(asked.map(count))
  assert.deepEqual(counts, [0, 1, 1, 1, 1, 1])
})

test('a member cannot save a template over one that exists', async () => {
  const path = `/templates/${ids['/templates']}`
  const { body } = await clients.owner.put(path, { source: TEMPLATE_SOURCE })
  assert.equal(body.error?.code, 'forbidden')
})
