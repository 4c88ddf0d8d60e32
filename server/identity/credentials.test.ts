// SSH keys and tokens over real records: whose they are, what ends them, and how often their use is written.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import type { TokenId, UserId } from '#protocol/ids.ts'
import { newId } from '#protocol/ids.ts'
import { CHEAP } from '../../tests/support/cheap-passwords.ts'
import { TestClock } from '../../tests/support/clock.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { KEY_LINE, keyLine } from '../../tests/support/http/keys.ts'
import { systemRandom } from '../clock.ts'
import { openRecords } from '../records/open.ts'
import type { Records } from '../records/records.ts'
import { openMemoryStore } from '../store/memory.ts'
import { createIdentity, type Identity } from './identity.ts'
import { USE_EVERY_MS } from './last-use.ts'
import { MAX_KEYS_PER_USER } from './ssh-keys.ts'
import { MAX_TOKENS_PER_USER } from './tokens.ts'

const password = 'correct horse battery'
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const by = { actor: { kind: 'system', id: 'test', name: 'test' }, address: 'local' } as const
const blob = Buffer.from(KEY_LINE.split(' ')[1] ?? '', 'base64')

let folder: string
let clock: TestClock
let records: Records
let identity: Identity
let ada: UserId
let bob: UserId
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skein-credentials-'))
  clock = new TestClock()
  records = await openRecords({ store: openMemoryStore(), clock, random: systemRandom, log })
  identity = await createIdentity({
    ...{ records, clock, random: systemRandom, folder, passwordCost: CHEAP },
  })
  ada = await newUser('ada')
  bob = await newUser('bob')
})
afterEach(async () => {
  await records.close()
  await rm(folder, { recursive: true })
})

async function newUser(username: string): Promise<UserId> {
  const role = username === 'ada' ? 'administrator' : 'member'
  const user = await identity.users.create(by, { username, displayName: '', role, password })
  return user.id as UserId
}

const newToken = async (input: { expiresInDays?: number } = {}) => {
  const { token, secret } = await identity.tokens.create(by, bob, { name: 'robot', ...input })
  return { id: token.id as TokenId, secret }
}

test('a registered key says whose it is until it is removed', async () => {
  const key = await identity.keys.add(by, bob, { line: KEY_LINE })
  assert.deepEqual([key.name, key.algorithm], ['olga@laptop', 'ssh-ed25519'])
  const held = identity.keys.find(blob)
  assert.deepEqual([held?.userId, held?.keyId, held?.role], [bob, key.id, 'member'])
  assert.equal(identity.keys.find(Buffer.from('another')), undefined)
  if (held) await identity.keys.remove(by, held.keyId)
  if (held) await identity.keys.remove(by, held.keyId)
  assert.equal(identity.keys.find(blob), undefined)
  await identity.keys.add(by, ada, { line: KEY_LINE })
  assert.equal(identity.keys.find(blob)?.userId, ada)
})

test('a key belongs to one person, and who that is is not told', async () => {
  await identity.keys.add(by, ada, { line: KEY_LINE })
  const refused = await identity.keys.add(by, bob, { line: KEY_LINE }).catch((error) => error)
  assert.equal(refused.code, 'key_taken')
  assert.doesNotMatch(JSON.stringify(refused.body), /ada/)
})

test('of two who register one key at once, one gets it', async () => {
  const both = [ada, bob].map((user) => identity.keys.add(by, user, { line: KEY_LINE }))
  const results = await Promise.allSettled(both)
  assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
})

test('the same key under the same id is a retry, and another one there a conflict', async () => {
  const id = newId<'sshKey'>()
  const first = await identity.keys.add(by, bob, { id, line: KEY_LINE })
  assert.deepEqual(await identity.keys.add(by, bob, { id, line: KEY_LINE }), first)
  await assert.rejects(identity.keys.add(by, bob, { id, line: keyLine(1) }), { code: 'conflict' })
})

test('a person has a bounded number of keys', async () => {
  for (let i = 0; i < MAX_KEYS_PER_USER; i++) {
    await identity.keys.add(by, bob, { line: keyLine(i) })
  }
  await assert.rejects(identity.keys.add(by, bob, { line: KEY_LINE }), { code: 'too_many_keys' })
  await identity.keys.add(by, ada, { line: KEY_LINE })
})

test('the key of a disabled person is nobody’s until they are enabled again', async () => {
  await identity.keys.add(by, bob, { line: KEY_LINE })
  await identity.users.update(by, bob, { disabled: true })
  assert.equal(identity.keys.find(blob), undefined)
  await identity.users.update(by, bob, { disabled: false })
  assert.equal(identity.keys.find(blob)?.userId, bob)
})

test('a person with all the keys, tokens and sessions there can be is deleted whole', async () => {
  for (let i = 0; i < MAX_KEYS_PER_USER; i++) {
    await identity.keys.add(by, bob, { line: keyLine(i) })
  }
  for (let i = 0; i < MAX_TOKENS_PER_USER; i++) await newToken()
  for (let i = 0; i < 50; i++) await identity.sessions.start(bob, { address: 'a', client: 'c' })
  await identity.users.remove(by, bob)
  const left = (['user', 'sshKey', 'token', 'session'] as const).map(
    (kind) => records.list(kind).length,
  )
  assert.deepEqual(left, [1, 0, 0, 0])
  await identity.keys.add(by, ada, { line: keyLine(0) })
})

test('a token is its person’s until it is revoked, and is kept as a hash only', async () => {
  const { id, secret } = await newToken()
  assert.match(secret, /^skein_[0-9a-f-]{36}_[\w-]{43}$/)
  const person = identity.tokens.authenticate(secret)
  assert.deepEqual([person?.userId, person?.role], [bob, 'member'])
  assert.equal(person?.credential.kind, 'token')
  const kept = JSON.stringify(records.get('token', id)?.groups)
  assert.ok(!kept.includes(secret.split('_').slice(2).join('_')))
  await identity.tokens.revoke(by, id)
  await identity.tokens.revoke(by, id)
  assert.equal(identity.tokens.authenticate(secret), undefined)
})

test('no other text is a token', async () => {
  const { id, secret } = await newToken()
  const other = await newToken()
  const end = secret.slice(secret.indexOf('_', 6))
  const wrong = [
    '',
    'skein_',
    `skein_${id}_`,
    secret.slice(0, -1),
    `${secret}A`,
    `${secret}\n`,
    secret.toUpperCase(),
    secret.replace(id, newId()),
    secret.replace(id, other.id),
    `skein_${'0'.repeat(36)}${end}`,
    `skein_${id}_${'A'.repeat(43)}`,
    'x'.repeat(1_000_000),
  ]
  for (const text of wrong) assert.equal(identity.tokens.authenticate(text), undefined, text)
  assert.ok(identity.tokens.authenticate(secret))
})

test('a token ends at its time, and with its person’s password and disabling', async () => {
  const soon = await newToken({ expiresInDays: 1 })
  const later = await newToken()
  await clock.advance(24 * 60 * 60 * 1000)
  assert.equal(identity.tokens.authenticate(soon.secret), undefined)
  assert.ok(identity.tokens.authenticate(later.secret))
  await identity.users.update(by, bob, { disabled: true })
  assert.equal(identity.tokens.authenticate(later.secret), undefined)
  await identity.users.update(by, bob, { disabled: false })
  assert.equal(identity.tokens.authenticate(later.secret), undefined)
  const third = await newToken()
  await identity.users.update(by, bob, { password: 'another horse battery' })
  assert.equal(identity.tokens.authenticate(third.secret), undefined)
  assert.deepEqual(identity.tokens.list(bob), [])
})

test('a token with scopes that this version does not know opens nothing', async () => {
  const { id, secret } = await newToken()
  const body = records.get('token', id)?.groups.body
  assert.ok(body)
  const value = { ...body, scopes: ['only-this'] }
  await records.transact(() => ({
    changes: [{ op: 'set', kind: 'token', id, group: 'body', value }],
    result: undefined,
  }))
  assert.equal(identity.tokens.authenticate(secret), undefined)
})

test('tokens that have ended make room for new ones', async () => {
  for (let i = 0; i < MAX_TOKENS_PER_USER; i++) await newToken({ expiresInDays: 1 })
  await assert.rejects(newToken(), { code: 'too_many_tokens' })
  await clock.advance(24 * 60 * 60 * 1000)
  await newToken()
  assert.equal(records.list('token', { userId: bob }).length, 1)
})

test('the use of a token is written once an hour', async () => {
  const { id, secret } = await newToken()
  const usedAt = () => records.get('token', id)?.groups.used?.at
  const use = () => identity.tokens.authenticate(secret)
  const seen: unknown[] = []
  const written = async (at: number) => {
    await eventually(() => usedAt() === at, { timeoutMs: 5000, what: 'the write' })
    seen.push(records.get('token', id)?.versions.used?.seq)
  }
  const startMs = clock.nowMs()
  for (let i = 0; i < 100; i++) use()
  await written(startMs)
  await clock.advance(USE_EVERY_MS - 1)
  use()
  await clock.advance(1)
  use()
  await written(startMs + USE_EVERY_MS)
  assert.equal(seen.length, new Set(seen).size)
  assert.equal(Number(seen[1]) - Number(seen[0]), 1, 'no write in between')
})
