// Variables, secrets and registries over real records: which one counts, what is kept of them and what is told.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { type GroupId, type Id, newId, type TemplateId, type UserId } from '#protocol/ids.ts'
import { CHEAP } from '../../tests/support/cheap-passwords.ts'
import { TestClock } from '../../tests/support/clock.ts'
import { systemRandom } from '../clock.ts'
import { createIdentity, type Identity } from '../identity/identity.ts'
import { openRecords } from '../records/open.ts'
import type { Records } from '../records/records.ts'
import { openMemoryStore } from '../store/memory.ts'
import { MAX_VARIABLES, type Shelf, serverShelf } from './variables.ts'

const password = 'correct horse battery'
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const by = { actor: { kind: 'system', id: newId(), name: 'test' }, address: 'local' } as const

let folder: string
let records: Records
let identity: Identity
let mel: UserId
let shelves: Record<'server' | 'template' | 'group' | 'user', Shelf>
let templateId: TemplateId

const openIdentity = (data = folder) =>
  createIdentity({
    ...{ records, clock: new TestClock(), random: systemRandom, folder: data },
    passwordCost: CHEAP,
  })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skein-variables-'))
  const clock = new TestClock()
  records = await openRecords({ store: openMemoryStore(), clock, random: systemRandom, log })
  identity = await openIdentity()
  for (const role of ['administrator', 'member'] as const) {
    const username = role === 'member' ? 'mel' : 'ada'
    const user = await identity.users.create(by, { username, displayName: '', role, password })
    mel = user.id as UserId
  }
  const group = await identity.groups.create(by, newId<'group'>(), {
    name: 'crew',
    description: '',
  })
  await identity.groups.update(by, group.id as GroupId, { add: ['mel'] })
  templateId = newId<'template'>()
  const shelf = (kind: string, id: string) => ({ kind, id: id as Id, name: kind })
  shelves = {
    server: serverShelf,
    template: shelf('template', templateId),
    group: shelf('group', group.id),
    user: shelf('user', mel),
  }
})
afterEach(async () => {
  await records.close()
  await rm(folder, { recursive: true })
})

const set = (shelf: Shelf, name: string, value: string, isSecret = false) =>
  identity.variables.set(by, shelf, name, { value, isSecret })
const ask = (ownerId: UserId, names: readonly string[], from = identity) =>
  from.variables.valuesFor({
    ...{ spaceId: newId<'space'>(), ownerId, templateId },
    ...{ vars: names, secrets: names },
  })
const everything = async () =>
  JSON.stringify([
    ...[...records.list('variable'), ...records.list('registry')].map(({ groups }) => groups),
    ...(await records.read('audit')).map(({ body }) => body),
  ])

test('the narrower scope counts: server, template, group, person', async () => {
  const seen: (string | undefined)[] = []
  for (const scope of ['server', 'template', 'group', 'user'] as const) {
    await set(shelves[scope], 'REGION', scope)
    seen.push((await ask(mel, ['REGION'])).vars.REGION)
  }
  assert.deepEqual(seen, ['server', 'template', 'group', 'user'])
  const other = await ask(newId<'user'>(), ['REGION'])
  assert.equal(other.vars.REGION, 'template')
})

test('only what is asked for is answered, a secret to secret.NAME alone and a variable to var.NAME', async () => {
  await set(shelves.user, 'TOKEN', 'swordfish', true)
  await set(shelves.server, 'REGION', 'eu-1')
  await set(shelves.server, 'constructor', 'odd')
  const { vars, secrets } = await ask(mel, ['TOKEN', 'REGION'])
  assert.deepEqual([{ ...vars }, { ...secrets }], [{ REGION: 'eu-1' }, { TOKEN: 'swordfish' }])
  assert.ok(!Object.hasOwn((await ask(mel, ['toString'])).vars, 'toString'))
})

test('neither the records nor the audit hold a value, and a list none of a secret', async () => {
  await set(shelves.server, 'REGION', 'somewhere-else')
  await set(shelves.server, 'TOKEN', 'swordfish', true)
  await set(shelves.server, 'TOKEN', 'sturgeon', true)
  await identity.registries.set(by, 'ghcr.io', { username: 'bot', secret: 'herring' })
  const kept = await everything()
  for (const value of ['somewhere-else', 'swordfish', 'sturgeon', 'herring']) {
    assert.ok(!kept.includes(value), value)
    assert.ok(!kept.includes(Buffer.from(value).toString('base64url')), value)
  }
  assert.match(kept, /variable\.set.*TOKEN|TOKEN.*variable\.set/)
  const listed = identity.variables.list(shelves.server.id)
  assert.deepEqual(
    listed.map(({ name, value }) => [name, value]),
    [
      ['REGION', 'somewhere-else'],
      ['TOKEN', undefined],
    ],
  )
})

test('a secret stays one until it is removed', async () => {
  await set(shelves.user, 'TOKEN', 'swordfish', true)
  await assert.rejects(set(shelves.user, 'TOKEN', 'plain'), { code: 'value_is_secret' })
  await identity.variables.remove(by, shelves.user, 'TOKEN')
  await identity.variables.remove(by, shelves.user, 'TOKEN')
  assert.equal((await set(shelves.user, 'TOKEN', 'plain')).value, 'plain')
})

test('what is written into the records as no secret is not told either', async () => {
  await set(shelves.server, 'TOKEN', 'swordfish', true)
  const [row] = records.list('variable')
  assert.ok(row?.groups.value)
  const { id } = row
  const value = { ...row.groups.value, isSecret: false }
  await records.transact(() => ({
    changes: [{ op: 'set', kind: 'variable', id, group: 'value', value }],
    result: undefined,
  }))
  assert.equal(identity.variables.list(shelves.server.id)[0]?.value, undefined)
  await assert.rejects(ask(mel, ['TOKEN']), { code: 'value_unreadable' })
})

test('another cluster’s key reads nothing, and says of what', async () => {
  await set(shelves.server, 'TOKEN', 'swordfish', true)
  const elsewhere = await mkdtemp(join(tmpdir(), 'skein-variables-'))
  const other = await openIdentity(elsewhere)
  await assert.rejects(ask(mel, ['TOKEN'], other), { code: 'value_unreadable' })
  await rm(elsewhere, { recursive: true })
})

test('what a container may have been started with before is hidden too', async () => {
  await set(shelves.server, 'TOKEN', 'swordfish', true)
  await set(shelves.server, 'TOKEN', 'sturgeon', true)
  await set(shelves.user, 'TOKEN', 'herring', true)
  const { secrets, hidden = [] } = await ask(mel, ['TOKEN'])
  assert.equal(secrets.TOKEN, 'herring')
  assert.deepEqual([...hidden].sort(), ['herring', 'sturgeon', 'swordfish'])
})

test('of two that two sides made at once one counts, and the next setting leaves one', async () => {
  await set(shelves.user, 'TOKEN', 'first', true)
  const [row] = records.list('variable')
  const { body, value } = row?.groups ?? {}
  assert.ok(body && value)
  const id = newId<'variable'>()
  await records.transact(() => ({
    changes: [{ op: 'create', kind: 'variable', id, groups: { body, value } }],
    result: undefined,
  }))
  assert.equal(identity.variables.list(mel).length, 1)
  await set(shelves.user, 'TOKEN', 'third', true)
  assert.equal(records.list('variable').length, 1)
  assert.equal((await ask(mel, ['TOKEN'])).secrets.TOKEN, 'third')
})

test('names, short secrets and too many are refused', async () => {
  for (const name of ['', '1A', 'A B', 'A.B', 'a'.repeat(65), 'A\n']) {
    await assert.rejects(set(shelves.user, name, 'value'), { code: 'variable_name' })
  }
  await assert.rejects(set(shelves.user, 'PIN', ' 1 ', true), { code: 'secret_short' })
  for (let at = 0; at < MAX_VARIABLES; at++) await set(shelves.user, `V${at}`, 'value')
  await assert.rejects(set(shelves.user, 'ONE_MORE', 'value'), { code: 'too_large' })
  assert.equal((await set(shelves.user, 'V0', 'other')).value, 'other')
})

test('variables end with their group and their person', async () => {
  for (let at = 0; at < MAX_VARIABLES; at++) await set(shelves.group, `V${at}`, 'value')
  for (let at = 0; at < MAX_VARIABLES; at++) await set(shelves.user, `V${at}`, 'value')
  await identity.groups.remove(by, shelves.group.id as GroupId)
  await identity.users.remove(by, mel)
  assert.equal(records.list('variable').length, 0)
})

test('a login is for its own registry and for no other', async () => {
  await identity.registries.set(by, 'Registry.Example:5000', { username: 'bot', secret: 'herring' })
  await identity.registries.set(by, 'index.docker.io', { username: 'hub', secret: 'sprat' })
  const userFor = (image: string) => identity.registries.loginFor(image)?.username
  assert.equal(userFor('registry.example:5000/team/app:2'), 'bot')
  assert.equal(userFor('debian'), 'hub')
  assert.equal(userFor('team/app'), 'hub')
  for (const image of [
    'registry.example/team/app',
    'registry.example:5001/app',
    'registry.example:5000.evil.example/app',
    'evil.example/registry.example:5000/app',
    'localhost/app',
  ]) {
    assert.equal(userFor(image), undefined, image)
  }
  for (const host of ['', 'a/b', 'a.example/x', 'user@a.example', 'a b.example', 'team']) {
    const wish = { username: 'bot', secret: 'herring' }
    await assert.rejects(identity.registries.set(by, host, wish), { code: 'registry_name' })
  }
  await identity.registries.remove(by, 'docker.io')
  assert.equal(userFor('debian'), undefined)
})
