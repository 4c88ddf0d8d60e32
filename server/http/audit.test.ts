// The audit as whoever governs reads it: filters, cursors, files, and what its entries say.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { AuditEvent, AuditPage } from '#protocol/api/audit.ts'
import type { Client } from '../../tests/support/http/client.ts'
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
