// Every operation is asked so that it does what it is for, and its answer is held to the description (described.ts does that
// for every answer of every test; here is that none is left out).

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import { addressOf } from '#protocol/api/client.ts'
import { operations } from '#protocol/api/operations.ts'
import { newId, type TemplateId, type UserId } from '#protocol/ids.ts'
import type { StreamOpen } from '#protocol/link.ts'
import type { Answer, Client } from '../../tests/support/http/client.ts'
import { seen } from '../../tests/support/http/described.ts'
import { TEMPLATE_SOURCE } from '../../tests/support/http/fakes.ts'
import { FilesAgent } from '../../tests/support/http/files-agent.ts'
import { KEY_LINE } from '../../tests/support/http/keys.ts'
import { FakeStreams } from '../../tests/support/http/link-pair.ts'
import { PASSWORD, World } from '../../tests/support/http/world.ts'
import { routes } from './routes.ts'

let home = ''
let world: World
let ada: Client
let spaceId = ''

/** What a space's agent answers; more than is described must go no further. */
const answers: Record<string, unknown> = {
  terminals: {
    terminals: [
      {
        ...{ name: 'main', title: 'bash', cols: 80, rows: 24, viewers: 0, secret: 'x' },
        startedAt: new Date(0).toISOString(),
      },
    ],
  },
  'close-terminal': {},
  'startup-log': { log: ['hello'], more: 1 },
  'ssh-host-key': { key: `ssh-ed25519 ${'A'.repeat(68)}` },
}
const answer = (open: StreamOpen): unknown =>
  open.kind === 'ask' ? answers[open.question] : undefined

before(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'skein-answers-'))
  const files = new FilesAgent(home)
  const others = new FakeStreams(answer)
  world = await World.open({
    streams: {
      open: (to, open, options) =>
        open.kind === 'files' ? files.open(to, open, options) : others.open(to, open, options),
    },
    config: { ssh: () => ({ host: '::', port: 2222, hostKeys: [] }) },
  })
  await world.client().get('/setup')
  ada = await world.setUp({ starters: ['shell'] })
  const [template] = world.records.list('template')
  spaceId = newId()
  await fine(ada.post('/spaces', { id: spaceId, name: 'home', templateId: template?.id }))
})
after(async () => {
  await world.close()
  await rm(home, { recursive: true, force: true })
})

/** Answers of 2xx are held to the description by the client itself. */
async function fine(asked: Promise<Answer>): Promise<Record<string, unknown>> {
  const { status, body } = await asked
  assert.ok(status < 300, `${status}: ${JSON.stringify(body)}`)
  // Attempts come back with time.
  await world.clock.advance(60_000)
  return body
}

const get = (where: string) => fine(ada.get(where))
const idIn = (value: unknown): string => (value as { id: string }).id

test('one’s own account', async () => {
  for (const where of ['/session', '/me', '/me/sessions', '/me/keys', '/me/tokens', '/me/factor'])
    await get(where)
  const key = await fine(ada.post('/me/keys', { line: KEY_LINE }))
  await get('/me/keys')
  const { token } = await fine(ada.post('/me/tokens', { name: 'robot', expiresInDays: 1 }))
  const { user } = await get('/me')
  await get(`/users/${idIn(user)}`)
  await fine(ada.delete(`/me/keys/${key.id}`))
  await fine(ada.delete(`/me/tokens/${idIn(token)}`))
  const other = world.client()
  const { sessionId } = await fine(other.post('/session', { username: 'ada', password: PASSWORD }))
  await fine(ada.delete(`/me/sessions/${sessionId}`))
  await fine(ada.put('/me/password', { current: PASSWORD, next: PASSWORD.toUpperCase() }))
  await fine(ada.put('/me/password', { current: PASSWORD.toUpperCase(), next: PASSWORD }))
})

test('a second factor', async () => {
  const mel = await world.member(ada, 'mel')
  const password = { password: PASSWORD }
  const { secret } = await fine(mel.post('/me/factor', password))
  const totp = new TOTP({ secret: Secret.fromBase32(String(secret)) })
  const code = totp.generate({ timestamp: world.clock.nowMs() })
  await fine(mel.post('/me/factor/confirm', { code }))
  await fine(mel.get('/me/factor'))
  await fine(mel.post('/me/factor/codes', password))
  await fine(mel.post('/me/factor/remove', password))
  await fine(mel.delete('/session'))
})

test('signing a laptop in', async () => {
  const { id, secret } = await fine(world.client().post('/logins', { name: 'laptop' }))
  await fine(world.client().post(`/logins/${id}/token`, { secret }))
  await get(`/logins/${id}`)
  await fine(ada.post(`/logins/${id}/approve`))
  await fine(world.client().post(`/logins/${id}/token`, { secret }))
  const other = await fine(world.client().post('/logins', { name: 'laptop' }))
  await fine(ada.delete(`/logins/${other.id}`))
})

test('people, invitations, groups and roles', async () => {
  const user = await fine(ada.post('/users', { username: 'olga', password: PASSWORD }))
  const at = `/users/${user.id}`
  await get('/users?limit=1')
  await fine(ada.patch(at, { quota: { spaces: 3 } }))
  await get(at)
  const { token } = await fine(ada.post(`${at}/reset`))
  const link = { token, username: '', password: `${PASSWORD}!` }
  await fine(world.client().post('/invitations/open', { token }))
  await fine(world.client().post('/invitations/accept', link))
  for (const what of ['sessions', 'tokens', 'keys'])
    await fine(ada.delete(`${at}/${what}/${newId()}`))
  const invited = await fine(ada.post('/invitations', { username: 'ines' }))
  await get('/invitations')
  const wish = { token: invited.token, username: 'ines', password: PASSWORD }
  await fine(world.client().post('/invitations/accept', wish))
  const withdrawn = await fine(ada.post('/invitations', {}))
  await fine(ada.delete(`/invitations/${idIn(withdrawn.invitation)}`))
  const group = await fine(ada.post('/groups', { name: 'crew' }))
  await fine(ada.patch(`/groups/${group.id}`, { add: ['olga'], quota: { running: 1 } }))
  const role = await fine(ada.post('/roles', { name: 'runs', permissions: ['space.run'] }))
  await fine(ada.patch(`/roles/${role.id}`, { description: 'Runs.' }))
  await fine(ada.patch(at, { roles: [role.id] }))
  await fine(ada.patch(`/groups/${group.id}/members`, { remove: ['olga'] }))
  for (const where of ['/groups', `/groups/${group.id}`, '/roles', at]) await get(where)
  await fine(ada.delete(`/roles/${role.id}`))
  await fine(ada.delete(`/groups/${group.id}`))
  await fine(enrolled(String(user.id)))
  await fine(ada.delete(at))
})

/** Takes a second factor away from somebody who has one. */
async function enrolled(id: string): Promise<Answer> {
  const olga = world.client()
  await fine(olga.post('/session', { username: 'olga', password: `${PASSWORD}!` }))
  const { secret } = await fine(olga.post('/me/factor', { password: `${PASSWORD}!` }))
  const totp = new TOTP({ secret: Secret.fromBase32(String(secret)) })
  const code = totp.generate({ timestamp: world.clock.nowMs() })
  await fine(olga.post('/me/factor/confirm', { code }))
  return ada.delete(`/users/${id}/factor`)
}

test('variables of every scope, and registries', async () => {
  const group = await fine(ada.post('/groups', { name: 'shelf' }))
  const [template] = world.records.list('template')
  for (const shelf of ['', '/me', `/groups/${group.id}`, `/templates/${template?.id}`]) {
    await fine(ada.put(`${shelf}/variables/REGION`, { value: 'eu' }))
    await fine(ada.put(`${shelf}/variables/TOKEN`, { value: 'secret', isSecret: true }))
    await get(`${shelf}/variables`)
    await fine(ada.delete(`${shelf}/variables/REGION`))
  }
  await fine(ada.put('/registries/ghcr.io', { username: 'ada', secret: 'secret' }))
  await get('/registries')
  await fine(ada.delete('/registries/ghcr.io'))
})

test('templates', async () => {
  const made = await fine(ada.post('/templates', { source: TEMPLATE_SOURCE.replace('Shell', 'B') }))
  const at = `/templates/${made.id}`
  await fine(ada.put(at, { source: TEMPLATE_SOURCE }))
  for (const where of ['/starters', '/templates', '/templates/schema', at]) await get(where)
  const bundle = await get(`${at}/export`)
  await fine(ada.post('/templates/import', { bundle }))
  await fine(ada.post('/templates/check', { source: TEMPLATE_SOURCE }))
  await fine(ada.post('/templates/plan', { source: TEMPLATE_SOURCE }))
  const compose = 'services:\n  web:\n    image: nginx\n    ports: ["80:80"]\n'
  await fine(ada.post('/templates/compose', { source: compose }))
  await get(`${at}/versions/${await version(String(made.id) as TemplateId)}`)
  await fine(ada.delete(at))
})

/** A version in the records, of which the small templates of these tests have none. */
async function version(templateId: TemplateId): Promise<string> {
  const id = newId<'templateVersion'>()
  const body = {
    ...{ templateId, source: TEMPLATE_SOURCE, note: '', number: 1 },
    ...{ createdAt: 1, authorId: String(world.records.holder('user:ada')) as UserId },
  }
  await world.records.transact(() => ({
    changes: [{ op: 'create', kind: 'templateVersion', id, groups: { body } }],
    result: undefined,
  }))
  return id
}

test('spaces', async () => {
  const at = `/spaces/${spaceId}`
  await fine(ada.patch(at, { name: 'house' }))
  await get('/spaces?limit=1')
  for (const what of ['', '/plan', '/timeline', '/terminals', '/startup-log', '/ssh-host-key'])
    await get(`${at}${what}`)
  for (const what of ['start', 'stop', 'restart']) await fine(ada.post(`${at}/${what}`))
  await fine(ada.delete(`${at}/terminals/main`))
  await fine(ada.put(`${at}/ports/8080`, { visibility: 'people', people: ['ines'] }))
  await fine(ada.put(`${at}/shares`, { kind: 'user', name: 'ines', level: 'viewer' }))
  const [template] = world.records.list('template')
  const other = newId()
  await fine(ada.post('/spaces', { id: other, name: 'other', templateId: template?.id }))
  await fine(ada.post(`/spaces/${other}/transfer`, { to: 'ines' }))
  await fine(ada.post(`/spaces/${other}/forget`))
  await fine(ada.delete(`/spaces/${other}`))
})

test('files', async () => {
  const params = { id: spaceId }
  const query = { path: 'file' }
  const content = addressOf('PUT /spaces/:id/files/content', { params, query })
  const piece = { ...query, upload: 'abcdefgh', offset: 0 }
  const first = addressOf('PUT /spaces/:id/files/content', { params, query: piece })
  await fine(ada.put(first, undefined, { raw: 'hel' }))
  await fine(ada.put(content, undefined, { raw: 'hello' }))
  await get(content)
  await get(addressOf('GET /spaces/:id/files', { params }))
  await get(addressOf('GET /spaces/:id/files/stat', { params, query }))
  const { text } = await get(addressOf('GET /spaces/:id/files/tar', { params }))
  const folder = { path: 'folder' }
  await fine(ada.post(`/spaces/${spaceId}/files/folder`, folder))
  const unpack = addressOf('PUT /spaces/:id/files/tar', { params, query: folder })
  await fine(ada.put(unpack, undefined, { raw: String(text) }))
  await fine(ada.post(`/spaces/${spaceId}/files/rename`, { path: 'file', to: 'file2' }))
  await fine(ada.delete(addressOf('DELETE /spaces/:id/files', { params, query: folder })))
})

test('the server', async () => {
  const [template] = world.records.list('template')
  await get(`/placement?templateId=${template?.id}`)
  await fine(ada.post('/peers/p/wishes', { want: 'drain' }))
  await fine(ada.post('/peers/token'))
  const more = ['/audit', '/audit/verify', '/audit/export', '/openapi.json']
  for (const where of ['/ssh', '/hosts', '/peers', '/peers/urls', ...more]) await get(where)
})

test('every operation has a route, every route an operation, and of each an answer was seen', () => {
  const names = Object.keys(operations)
  assert.deepEqual(
    routes.map(({ method, path }) => `${method} ${path}`).toSorted(),
    names.toSorted(),
  )
  const sockets = new Set(routes.filter(({ isSocket }) => isSocket).map(({ path }) => path))
  const unseen = names.filter(
    (name) => !sockets.has(name.slice(4)) && !seen.has(name as keyof typeof operations),
  )
  assert.deepEqual(unseen, [])
})
