// Names that two have taken while apart, over real records: the later gives way, says so to both, and the same everywhere.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isUserName } from '#protocol/names.ts'
import { eventually } from '../../../tests/support/eventually.ts'
import { quietLog, spaceChange, system, testId, userChange } from '../../../tests/support/rows.ts'
import { systemClock as clock, systemRandom as random } from '../../clock.ts'
import { openRecords, type ReplicatedRecords } from '../../records/open.ts'
import type { Change } from '../../records/records.ts'
import { openMemoryStore } from '../../store/memory.ts'
import { Settler } from './settler.ts'

const open = () => openRecords({ store: openMemoryStore(), clock, random, log: quietLog })

const write = (records: ReplicatedRecords, ...changes: Change[]) =>
  records.transact(() => ({ changes, result: undefined }))

async function exchange(a: ReplicatedRecords, b: ReplicatedRecords): Promise<void> {
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const spans = one.replica.heard().missingFrom(other.replica.heard())
    await one.replica.merge(await other.replica.collect(spans, 1e6))
  }
}

const settle = (records: ReplicatedRecords) =>
  new Settler({ records, replica: records.replica, actor: system, clock, log: quietLog })

const settled = (records: ReplicatedRecords) =>
  eventually(() => records.replica.displaced().length === 0, { timeoutMs: 5000, what: 'names' })

test('of two people with one name the later is called otherwise, and both are told', async () => {
  const [a, b] = [await open(), await open()]
  const name = 'a-name-of-20-letters'
  const [first, second] = [testId<'user'>(), testId<'user'>()]
  await write(a, userChange(first, name), { op: 'claim', claim: `user:${name}`, holder: first })
  await clock.delay(2)
  await write(b, userChange(second, name), { op: 'claim', claim: `user:${name}`, holder: second })
  await exchange(a, b)
  const settler = settle(b)
  await settled(b)
  await settler.close()
  await exchange(a, b)
  for (const records of [a, b]) {
    const renamed = records.get('user', second)?.groups.profile?.username ?? ''
    assert(isUserName(renamed) && renamed !== name, renamed)
    assert.equal(records.holder(`user:${renamed}`), second)
    assert.equal(records.holder(`user:${name}`), first)
    assert.equal(records.get('user', first)?.groups.profile?.username, name)
    const audit = await records.read('audit')
    assert.deepEqual(audit.map(({ subject }) => subject).toSorted(), [first, second].toSorted())
  }
  assert.deepEqual(a.replica.fingerprints.root, b.replica.fingerprints.root)
})

test('two peers that rename at once rename to the same name', async () => {
  const [a, b] = [await open(), await open()]
  const owner = testId<'user'>()
  const spaces = [spaceChange(owner), spaceChange(owner)] as const
  const claim = `space:${owner}/work` as const
  await write(a, spaces[0], { op: 'claim', claim, holder: spaces[0].id })
  await clock.delay(2)
  await write(b, spaces[1], { op: 'claim', claim, holder: spaces[1].id })
  await exchange(a, b)
  const c = await open()
  await exchange(b, c)
  const settlers = [settle(b), settle(c)]
  await settled(b)
  await exchange(a, b)
  await exchange(b, c)
  await Promise.all(settlers.map((settler) => settler.close()))
  const names = [a, b, c].map((one) => one.get('space', spaces[1].id)?.groups.name?.name)
  assert.equal(new Set(names).size, 1)
  assert.notEqual(names[0], 'work')
})

test('the set-up that came second leaves no administrator', async () => {
  const [a, b] = [await open(), await open()]
  const users = [testId<'user'>(), testId<'user'>()] as const
  for (const [records, id] of [
    [a, users[0]],
    [b, users[1]],
  ] as const) {
    const setting = testId<'setting'>()
    const value = { key: 'setup-done', value: { at: 1, by: id } }
    const access = { role: 'administrator', disabled: false, epoch: 1 } as const
    await write(
      records,
      userChange(id, 'ann'),
      { op: 'set', kind: 'user', id, group: 'access', value: access },
      { op: 'claim', claim: 'user:ann', holder: id },
      { op: 'create', kind: 'setting', id: setting, groups: { value } },
      { op: 'claim', claim: 'setting:setup-done', holder: setting },
    )
    await clock.delay(2)
  }
  await exchange(a, b)
  const settler = settle(b)
  await settled(b)
  await settler.close()
  await exchange(a, b)
  for (const records of [a, b]) {
    assert.deepEqual(
      records.list('user').map(({ id }) => id),
      [users[0]],
    )
    assert.equal(records.holder('user:ann'), users[0])
    assert.equal(records.list('setting').length, 1)
  }
})

test('a value that was saved here and lost to one that did not know of it is told in the history', async () => {
  const [a, b] = [await open(), await open()]
  const id = testId<'user'>()
  const named = (displayName: string): Change => ({
    op: 'set',
    kind: 'user',
    id,
    group: 'profile',
    value: { username: 'ann', displayName, createdAt: 1 },
  })
  await write(a, userChange(id, 'ann'))
  await exchange(a, b)
  await write(a, named('from A'))
  await clock.delay(2)
  await write(b, named('from B'))
  const settlers = [settle(a), settle(b)]
  await exchange(a, b)
  const entries = () => a.read('audit')
  await eventually(async () => (await entries()).length === 1, { timeoutMs: 5000, what: 'history' })
  await Promise.all(settlers.map((settler) => settler.close()))
  const [entry] = await entries()
  assert.equal(entry?.body.action, 'record.overwritten')
  assert.equal(entry?.subject, id)
  assert.deepEqual(await b.read('audit'), [])
})
