// Claims that are left of renamings which did not know of each other, over real records: given back once, by nobody who
// could still want them, and never from under a name.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../../../tests/support/eventually.ts'
import { quietLog, spaceChange, system, testId } from '../../../tests/support/rows.ts'
import { systemClock as clock, systemRandom as random } from '../../clock.ts'
import { openRecords, type ReplicatedRecords } from '../../records/open.ts'
import type { Change } from '../../records/records.ts'
import { claimAnew } from '../../records/renaming.ts'
import { openMemoryStore } from '../../store/memory.ts'
import { giveBack } from './outlived.ts'
import { Settler } from './settler.ts'

const open = () => openRecords({ store: openMemoryStore(), clock, random, log: quietLog })

const write = (records: ReplicatedRecords, ...changes: Change[]) =>
  records.transact(() => ({ changes, result: undefined }))

async function exchange(...all: readonly ReplicatedRecords[]): Promise<void> {
  for (const to of all) {
    for (const from of all) {
      const spans = to.replica.heard().missingFrom(from.replica.heard())
      if (spans.length > 0) await to.replica.merge(await from.replica.collect(spans, 1e6))
    }
  }
}

const settle = (records: ReplicatedRecords) =>
  new Settler({ records, replica: records.replica, actor: system, clock, log: quietLog })

const owner = testId<'user'>()
const claimOf = (name: string) => `space:${owner}/${name}` as const

/** Two peers that both have a space called `work`. */
async function apart() {
  const [a, b] = [await open(), await open()]
  const space = spaceChange(owner)
  await write(a, space, { op: 'claim', claim: claimOf('work'), holder: space.id })
  await exchange(a, b)
  return { a, b, id: space.id }
}

type SpaceId = Awaited<ReturnType<typeof apart>>['id']

async function rename(records: ReplicatedRecords, id: SpaceId, name: string): Promise<void> {
  await clock.delay(2)
  const before = records.get('space', id)?.groups.name?.name ?? ''
  await records.transact((view) => ({
    changes: [
      { op: 'release', claim: claimOf(before), holder: id },
      ...claimAnew(view, claimOf(name), id),
      { op: 'set', kind: 'space', id, group: 'name', value: { name } },
    ],
    result: undefined,
  }))
}

/** What a settler there would do with all claims. */
const givenBack = (records: ReplicatedRecords): Change[] =>
  [...records.replica.claims()]
    .flat()
    .flatMap((one) => giveBack(records, one, (kind, id) => records.replica.wasDeleted(kind, id)))

test('of two renamings at once the name that lost is free again', async () => {
  const { a, b, id } = await apart()
  await rename(a, id, 'lost')
  await rename(b, id, 'kept')
  await exchange(a, b)
  assert.equal(a.holder(claimOf('lost')), id)
  const settler = settle(a)
  const isFree = () => a.holder(claimOf('lost')) === undefined
  await eventually(isFree, { timeoutMs: 20_000, what: 'the name that lost' })
  await settler.close()
  await exchange(a, b)
  for (const one of [a, b]) {
    assert.equal(one.holder(claimOf('lost')), undefined)
    assert.equal(one.holder(claimOf('kept')), id)
  }
  assert.deepEqual(a.replica.fingerprints.root, b.replica.fingerprints.root)
})

test('all peers would give back the same, and nothing before the renaming that won is here', async () => {
  const { a, b, id } = await apart()
  await rename(a, id, 'lost')
  const c = await open()
  await exchange(a, c)
  await rename(b, id, 'kept')
  for (const one of [a, b, c]) assert.deepEqual(givenBack(one), [])
  await exchange(a, b, c)
  const release = { op: 'release', claim: claimOf('lost'), holder: id }
  for (const one of [a, b, c]) assert.deepEqual(givenBack(one), [release])
})

test('a space that takes the name on again while another peer gives it back has it', async () => {
  const { a, b, id } = await apart()
  await rename(a, id, 'lost')
  await rename(b, id, 'kept')
  await exchange(a, b)
  await write(a, ...givenBack(a))
  await rename(b, id, 'lost')
  await exchange(a, b)
  for (const one of [a, b]) {
    assert.equal(one.get('space', id)?.groups.name?.name, 'lost')
    assert.equal(one.holder(claimOf('lost')), id)
    assert.equal(one.holder(claimOf('kept')), undefined)
    assert.deepEqual(givenBack(one), [])
  }
})

test('a name that was taken on where the space was deleted meanwhile is free again', async () => {
  const { a, b, id } = await apart()
  await rename(a, id, 'lost')
  const release = { op: 'release', claim: claimOf('work'), holder: id } as const
  await write(b, { op: 'delete', kind: 'space', id }, release)
  await exchange(a, b)
  assert.equal(b.holder(claimOf('lost')), id)
  await write(b, ...givenBack(b))
  await exchange(a, b)
  for (const one of [a, b]) assert.equal(one.holder(claimOf('lost')), undefined)
})

test('a template that keeps its name, since it was written later than the renaming, claims it again', async () => {
  const [a, b] = [await open(), await open()]
  const id = testId<'template'>()
  const createdBy = testId<'user'>()
  const meta = (name: string, icon: string) => ({ name, icon, createdAt: 1, createdBy })
  await write(
    a,
    { op: 'create', kind: 'template', id, groups: { meta: meta('node', '') } },
    { op: 'claim', claim: 'template:node', holder: id },
  )
  await exchange(a, b)
  await write(
    a,
    { op: 'release', claim: 'template:node', holder: id },
    { op: 'claim', claim: 'template:deno', holder: id },
    { op: 'set', kind: 'template', id, group: 'meta', value: meta('deno', '') },
  )
  await clock.delay(2)
  await write(b, { op: 'set', kind: 'template', id, group: 'meta', value: meta('node', 'cup') })
  await exchange(a, b)
  assert.equal(b.holder('template:node'), undefined)
  await write(b, ...givenBack(b))
  assert.equal(b.holder('template:node'), id)
  assert.equal(b.holder('template:deno'), undefined)
})

test('whoever has lost its name to another keeps what it has until it is called otherwise', async () => {
  const { a, b, id } = await apart()
  const other = spaceChange(owner)
  await rename(a, id, 'lost')
  const kept = { ...other, groups: { ...other.groups, name: { name: 'kept' } } }
  await clock.delay(2)
  await write(a, kept, { op: 'claim', claim: claimOf('kept'), holder: other.id })
  await rename(b, id, 'kept')
  await exchange(a, b)
  assert.equal(b.holder(claimOf('kept')), other.id)
  for (const one of [a, b]) assert.deepEqual(givenBack(one), [])
})
