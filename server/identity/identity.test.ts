// Identity over real records: sessions, set-up and people as the HTTP door uses them.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { newId, type UserId } from '#protocol/ids.ts'
import { CHEAP } from '../../tests/support/cheap-passwords.ts'
import { TestClock } from '../../tests/support/clock.ts'
import { systemRandom } from '../clock.ts'
import { openRecords } from '../records/open.ts'
import type { Dot, Records } from '../records/records.ts'
import { openMemoryStore } from '../store/memory.ts'
import { createIdentity, type Identity } from './identity.ts'
import { MAX_SESSIONS_PER_USER, SESSION_MS } from './sessions.ts'

const password = 'correct horse battery'
const caller = { address: '10.0.0.1', client: 'test' }
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const system = { actor: { kind: 'system', id: 'test', name: 'test' }, address: 'local' } as const

let folder: string
let clock: TestClock
let records: Records
let identity: Identity
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skein-identity-'))
  clock = new TestClock()
  records = await openRecords({ store: openMemoryStore(), clock, random: systemRandom, log })
  identity = await openIdentity()
})
afterEach(async () => {
  await records.close()
  await rm(folder, { recursive: true })
})

const openIdentity = (knows?: (birth: Dot) => boolean) =>
  createIdentity({
    ...{ records, clock, random: systemRandom, folder, passwordCost: CHEAP },
    ...(knows && { knows }),
  })

async function setUp(): Promise<UserId> {
  const token = (await identity.setup.begin()) ?? ''
  return identity.setup.finish({ token, username: 'ada', displayName: '', password }, '10.0.0.1')
}

const newMember = (username: string) =>
  identity.users.create(system, { username, displayName: '', role: 'member', password })

test('of two first users at once one wins and the other is told so', async () => {
  const token = (await identity.setup.begin()) ?? ''
  const finish = (username: string) =>
    identity.setup.finish({ token, username, displayName: '', password }, '10.0.0.1')
  const results = await Promise.allSettled([finish('ada'), finish('bob')])
  const lost = results.filter((result) => result.status === 'rejected')
  assert.equal(lost.length, 1)
  const [loser] = lost
  assert.ok(loser?.reason instanceof SkeinError)
  assert.equal(loser.reason.code, 'setup_done')
  assert.equal(records.list('user').length, 1)
})

test('the set-up token is kept as a hash only, and forgotten afterwards', async () => {
  const token = (await identity.setup.begin()) ?? ''
  const kept = () => JSON.stringify(records.list('setting').map(({ groups }) => groups))
  assert.ok(!kept().includes(token))
  await identity.setup.finish({ token, username: 'ada', displayName: '', password }, '10.0.0.1')
  assert.ok(!kept().includes('setup-token'))
})

test('a set-up that fails leaves the link as good as it was', async () => {
  const token = (await identity.setup.begin()) ?? ''
  const finish = (username: string, given: string) =>
    identity.setup.finish({ token, username, displayName: '', password: given }, '10.0.0.1')
  await assert.rejects(finish('ada', 'short'), { code: 'password_weak' })
  await assert.rejects(finish('Ada!', password), { code: 'name_invalid' })
  assert.equal(identity.setup.needed, true)
  await finish('ada', password)
  assert.equal(identity.setup.needed, false)
})

test('a session made before a restart holds after it', async () => {
  await setUp()
  const { token } = await identity.sessions.login({ username: 'ada', password }, caller)
  const again = await openIdentity()
  assert.equal(again.sessions.authenticate(token)?.actor.name, 'ada')
})

test('a session ends when it is ended, when it expires and when it is not ours', async () => {
  const userId = await setUp()
  const { sessions } = identity
  const ended = await sessions.start(userId, caller)
  const expiring = await sessions.start(userId, caller)
  await sessions.end(system, ended.credential.claims.sessionId)
  await sessions.end(system, ended.credential.claims.sessionId)
  assert.equal(sessions.authenticate(ended.token), undefined)
  assert.equal(sessions.authenticate(undefined), undefined)
  assert.equal(sessions.authenticate(`${expiring.token}x`), undefined)
  await clock.advance(SESSION_MS - 1)
  assert.equal(sessions.holds(expiring.credential.claims)?.role, 'administrator')
  await clock.advance(1)
  assert.equal(sessions.holds(expiring.credential.claims), undefined)
})

test('a session whose record has not reached this peer yet holds by its signature', async () => {
  const userId = await setUp()
  const {
    token,
    credential: { claims },
  } = await identity.sessions.start(userId, caller)
  await identity.sessions.end(system, claims.sessionId)
  const behind = await openIdentity((birth) => birth.seq < claims.birthDot.seq)
  assert.equal(behind.sessions.authenticate(token)?.userId, userId)
  const caughtUp = await openIdentity((birth) => birth.seq <= claims.birthDot.seq)
  assert.equal(caughtUp.sessions.authenticate(token), undefined)
})

test('a session that was signed under an epoch which is not here yet holds, one under a former does not', async () => {
  const userId = await setUp()
  const { sessions } = identity
  const access = records.get('user', userId)?.groups.access
  assert.ok(access)
  const withEpoch = (epoch: number) =>
    records.transact(() => ({
      changes: [
        { op: 'set', kind: 'user', id: userId, group: 'access', value: { ...access, epoch } },
      ],
      result: undefined,
    }))
  await withEpoch(5)
  const { token } = await sessions.start(userId, caller)
  await withEpoch(4)
  assert.equal(sessions.authenticate(token)?.userId, userId)
  await withEpoch(6)
  assert.equal(sessions.authenticate(token), undefined)
})

test('a user has a bounded number of sessions: the oldest ends', async () => {
  const userId = await setUp()
  const first = await identity.sessions.start(userId, caller)
  for (let i = 0; i < MAX_SESSIONS_PER_USER; i++) {
    await clock.advance(1)
    await identity.sessions.start(userId, caller)
  }
  assert.equal(records.list('session', { userId }).length, MAX_SESSIONS_PER_USER)
  assert.equal(identity.sessions.authenticate(first.token), undefined)
})

test('a changed password ends every other session, and the own token is renewed', async () => {
  const userId = await setUp()
  const { sessions, users } = identity
  const mine = await sessions.start(userId, caller)
  const other = await sessions.start(userId, caller)
  const person = sessions.authenticate(mine.token)
  assert.ok(person)
  const next = 'a better horse battery'
  const wrong = users.changePassword(system, person, { current: 'wrong', next })
  await assert.rejects(wrong, { code: 'bad_credentials' })
  await users.changePassword(system, person, { current: password, next })
  assert.equal(sessions.authenticate(other.token), undefined)
  assert.equal(sessions.authenticate(mine.token), undefined)
  assert.equal(sessions.authenticate(sessions.renew(person).token)?.userId, userId)
  const old = sessions.login({ username: 'ada', password }, caller)
  await assert.rejects(old, { code: 'bad_credentials' })
  await sessions.login({ username: 'ada', password: next }, caller)
})

test('a disabled user is signed out, stays out, and comes back when enabled', async () => {
  await setUp()
  const { id } = await newMember('mel')
  const login = () => identity.sessions.login({ username: 'mel', password }, caller)
  const { token } = await login()
  await identity.users.update(system, id as UserId, { disabled: true })
  assert.equal(identity.sessions.authenticate(token), undefined)
  await assert.rejects(login(), { code: 'bad_credentials' })
  await identity.users.update(system, id as UserId, { disabled: false })
  assert.equal(identity.sessions.authenticate(token), undefined, 'the old session stays ended')
  await login()
})

test('the last administrator can be neither demoted, disabled nor deleted', async () => {
  const ada = await setUp()
  const { users } = identity
  const refused = { code: 'last_administrator' }
  await assert.rejects(users.update(system, ada, { role: 'member' }), refused)
  await assert.rejects(users.update(system, ada, { disabled: true }), refused)
  await assert.rejects(users.remove(system, ada), refused)
  const { id } = await newMember('mel')
  await users.update(system, id as UserId, { role: 'administrator' })
  await users.update(system, ada, { role: 'member' })
  await assert.rejects(users.remove(system, id as UserId), refused)
})

test('two administrators who demote each other at once leave one', async () => {
  const ada = await setUp()
  const { id } = await newMember('mel')
  await identity.users.update(system, id as UserId, { role: 'administrator' })
  const results = await Promise.allSettled([
    identity.users.update(system, ada, { role: 'member' }),
    identity.users.update(system, id as UserId, { role: 'member' }),
  ])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  )
})

test('a deleted user is gone with all sessions, and the name is free again', async () => {
  await setUp()
  const { id } = await newMember('mel')
  const { token } = await identity.sessions.login({ username: 'mel', password }, caller)
  await identity.users.remove(system, id as UserId)
  assert.equal(identity.sessions.authenticate(token), undefined)
  assert.equal(records.list('session', { userId: id as UserId }).length, 0)
  assert.notEqual((await newMember('mel')).id, id)
})

test('a user who owns spaces is not deleted', async () => {
  await setUp()
  const { id } = await newMember('mel')
  const identityGroup = { ownerId: id as UserId, createdAt: 1 }
  await records.transact(() => ({
    changes: [
      { op: 'create', kind: 'space', id: newId<'space'>(), groups: { identity: identityGroup } },
    ],
    result: undefined,
  }))
  const refused = identity.users.remove(system, id as UserId)
  await assert.rejects(refused, { code: 'user_has_spaces', details: { count: 1 } })
})

test('a user’s creation that is repeated is one, under another name a conflict', async () => {
  await setUp()
  const id = newId<'user'>()
  const create = (username: string) =>
    identity.users.create(system, { id, username, displayName: '', role: 'member', password })
  assert.deepEqual(await create('mel'), await create('mel'))
  await assert.rejects(create('other'), { code: 'conflict' })
  await assert.rejects(newMember('mel'), { code: 'name_taken' })
})

test('a change of people is in the audit with the change, without any password', async () => {
  await setUp()
  const { id } = await newMember('mel')
  await identity.users.update(system, id as UserId, {
    role: 'administrator',
    password: 'new horse battery',
  })
  const entries = await records.read('audit', { subject: id })
  assert.deepEqual(
    entries.map(({ body }) => body.action),
    ['user.update', 'user.create'],
  )
  const body = entries[0]?.body
  assert.deepEqual(
    [body?.detail, body?.before, body?.after],
    [{ password: 'changed' }, { role: 'member' }, { role: 'administrator' }],
  )
})

test('a refused login is in the audit, with the name only if it is one', async () => {
  await setUp()
  for (const username of ['ada', 'my-secret-typed-here']) {
    const refused = identity.sessions.login({ username, password: 'wrong' }, caller)
    await assert.rejects(refused, { code: 'bad_credentials' })
  }
  const entries = await records.read('audit')
  const refusals = entries.filter(({ body }) => body.action === 'session.refused')
  assert.deepEqual(
    refusals.map(({ body }) => body.target?.name),
    ['unknown', 'ada'],
  )
})

test('a password that was reset at the machine lets its user in again', async () => {
  const ada = await setUp()
  const { token } = await identity.sessions.start(ada, caller)
  const fresh = await identity.users.resetPassword(system, 'ada')
  assert.equal(fresh.length, 20)
  assert.equal(identity.sessions.authenticate(token), undefined)
  await identity.sessions.login({ username: 'ada', password: fresh }, caller)
  await assert.rejects(identity.users.resetPassword(system, 'bob'), { code: 'not_found' })
})
