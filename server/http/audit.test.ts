// The audit as whoever governs reads it: filters, cursors, files, and what its entries say.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { NewToken } from '#protocol/api/access.ts'
import type { AuditEvent, AuditPage } from '#protocol/api/audit.ts'
import type { Client } from '../../tests/support/http/client.ts'
import { KEY_LINE } from '../../tests/support/http/keys.ts'
import { World } from '../../tests/support/http/world.ts'

let world: World
let ada: Client
let mel: Client
const FORMULA = '=HYPERLINK("http://evil.example","sales")'

before(async () => {
  world = await World.open()
  ada = await world.setUp()
  mel = await world.member(ada, 'mel')
  await mel.patch(`/users/${idOf('mel')}`, { displayName: FORMULA })
  for (let i = 0; i < 5; i++) await ada.post('/groups', { name: `crew-${i}` })
})
after(() => world.close())

const idOf = (name: string) => String(world.records.holder(`user:${name}`))
const read = async (query: string) =>
  (await ada.get(`/audit?${query}`)).body as unknown as AuditPage
const actions = async (query: string) => (await read(query)).events.map(({ action }) => action)

test('an entry says who, from where, by which credential, and what was before and after', async () => {
  const [event] = (await read('action=user.update')).events
  assert.equal(event?.actor.name, 'mel')
  assert.equal(event?.target?.name, 'mel')
  assert.equal(event?.credential?.kind, 'session')
  assert.ok(event?.address)
  assert.deepEqual([event?.before, event?.after], [{ displayName: '' }, { displayName: FORMULA }])
})

test('what is made and what ends says what it was, of every credential, and never the secret', async () => {
  const made = await mel.post('/me/tokens', { name: 'robot', scopes: ['read'], expiresInDays: 7 })
  const { token, secret } = made.body as unknown as NewToken
  const key = await mel.post('/me/keys', { line: KEY_LINE, name: 'laptop' })
  const link = await ada.post('/invitations', { username: 'newcomer' })
  const { invitation } = link.body as { invitation: { id: string } }
  const session = await world.member(ada, 'guest').then((guest) => guest.get('/me'))
  await mel.delete(`/me/tokens/${token.id}`)
  await mel.delete(`/me/keys/${key.body.id}`)
  await ada.delete(`/invitations/${invitation.id}`)
  await ada.delete(`/users/${idOf('guest')}/sessions/${session.body.sessionId}`)
  const facts = [
    ['token.create', 'token.revoke', { name: 'robot', scopes: ['read'], userId: idOf('mel') }],
    ['key.add', 'key.remove', { name: 'laptop', algorithm: 'ssh-ed25519' }],
    ['invitation.create', 'invitation.withdraw', { username: 'newcomer', role: 'member' }],
    ['session.start', 'session.end', { userId: idOf('guest') }],
  ] as const
  for (const [begins, ends, held] of facts) {
    const [first] = (await read(`action=${begins}`)).events
    const [last] = (await read(`action=${ends}`)).events
    assert.deepEqual([first?.before, last?.after], [{}, {}], begins)
    assert.deepEqual(first?.after, last?.before, begins)
    assert.partialDeepStrictEqual(first?.after, held)
    assert.ok(first?.after && ('expiresAt' in first.after || 'fingerprint' in first.after), begins)
  }
  const all = JSON.stringify((await read('limit=500')).events)
  // The end of each is secret whatever stands before it.
  const hidden = [secret, String(link.body.token)].flatMap((one) => [one, one.slice(-16)])
  for (const one of hidden) assert.ok(one.length >= 16 && !all.includes(one))
  assert.doesNotMatch(all, /"(hash|blob|secret|passwordHash)":/)
})

test('filters hold together: actor, action, target, time and peer', async () => {
  assert.deepEqual(await actions('actor=MEL&action=user.'), ['user.update'])
  assert.deepEqual(await actions('target=crew-3'), ['group.create'])
  assert.equal((await actions('target=group')).length, 5)
  assert.deepEqual(await actions('action=group.&to=1971-01-01T00:00:00Z'), [])
  assert.equal((await actions('action=group.&from=1970-01-01T00:00:00Z')).length, 5)
  const [{ origin = '' } = {}] = (await read('limit=1')).events
  assert.equal((await actions(`action=group.&peer=${origin}`)).length, 5)
  assert.deepEqual(await actions('peer=nobody'), [])
})

test('pages follow each other without a gap or a repetition', async () => {
  const whole = (await read('limit=500')).events.map(({ id }) => id)
  const seen: string[] = []
  let next: string | undefined
  do {
    const page = await read(`limit=2${next === undefined ? '' : `&before=${next}`}`)
    seen.push(...page.events.map(({ id }) => id))
    next = page.next
  } while (next !== undefined)
  assert.deepEqual(seen, whole)
})

test('a cursor of another peer, where positions differ, goes on behind the same entry', async () => {
  const whole = (await read('limit=500')).events
  const moved = `1~${whole[2]?.id}`
  assert.equal((await read(`limit=1&before=${moved}`)).events[0]?.id, whole[3]?.id)
})

test('a cursor of nothing is refused, and so are filters that are none', async () => {
  for (const query of ['before=5~nothing-1-1', 'before=x', 'from=yesterday', 'limit=501']) {
    assert.equal((await ada.get(`/audit?${query}`)).body.error?.code, 'bad_request', query)
  }
})

test('the file of lines has what the pages have', async () => {
  const { headers, body } = await ada.get('/audit/export?format=ndjson&action=group.')
  assert.match(headers.get('content-disposition') ?? '', /^attachment; filename="skein-audit-/)
  const events = String(body.text)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditEvent)
  assert.deepEqual(events, (await read('action=group.')).events)
})

test('the table quotes everything, and no cell of it is a formula', async () => {
  await ada.post('/groups', { name: 'sums', description: '@SUM(1+9)*cmd|calc' })
  const { text } = (await ada.get('/audit/export?format=csv')).body as { text: string }
  const cells = text.split(/,|\r\n/).filter(Boolean)
  assert.ok(cells.every((cell) => !/^"?\s*[=+\-@]/.test(cell)))
  assert.match(text, /^"at","actor_kind","actor",/)
})

test('who takes a file is in the audit, with what was asked for', async () => {
  await ada.get('/audit/export?format=csv&action=key.')
  const [event] = (await read('action=audit.export')).events
  assert.deepEqual(event?.detail, { format: 'csv', action: 'key.' })
})

test('two files are made at a time, and a reader who leaves makes room', async () => {
  const url = `${mel.origin}/api/v1/audit/export`
  const open = () => world.http.fetch(new Request(url, { headers: { cookie: ada.cookie } }))
  const [one, two] = await Promise.all([open(), open()])
  const third = await open()
  assert.equal(third.status, 429)
  await Promise.all([one?.body?.cancel(), two?.body?.cancel()])
  const fourth = await open()
  assert.equal(fourth.status, 200)
  await fourth.text()
})
