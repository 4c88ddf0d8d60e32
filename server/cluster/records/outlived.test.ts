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
import { giveUp } from './displaced.ts'
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

const named = (name: string) => ({ name, icon: '', createdAt: 1, createdBy: owner })

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
  [...records.replica.claims()].flat().flatMap((one) =>
    giveBack(records, one, {
      actor: system,
      wasDeleted: records.replica.wasDeleted.bind(records.replica),
    }),
  )

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
  await write(
    a,
    { op: 'create', kind: 'template', id, groups: { meta: named('node') } },
    { op: 'claim', claim: 'template:node', holder: id },
  )
  await exchange(a, b)
  await write(
    a,
    { op: 'release', claim: 'template:node', holder: id },
    { op: 'claim', claim: 'template:deno', holder: id },
    { op: 'set', kind: 'template', id, group: 'meta', value: named('deno') },
  )
  await clock.delay(2)
  await write(b, {
    op: 'set',
    kind: 'template',
    id,
    group: 'meta',
    value: { ...named('node'), icon: 'cup' },
  })
  await exchange(a, b)
  assert.equal(b.holder('template:node'), undefined)
  await write(b, ...givenBack(b))
  assert.equal(b.holder('template:node'), id)
  assert.equal(b.holder('template:deno'), undefined)
})

test('a template that bears a name which it lost to another by then is called otherwise, and both are told', async () => {
  const [a, b] = [await open(), await open()]
  const [first, second] = [testId<'template'>(), testId<'template'>()]
  const created = (id: typeof first): Change[] => [
    { op: 'create', kind: 'template', id, groups: { meta: named('node') } },
    { op: 'claim', claim: 'template:node', holder: id },
  ]
  const saved = (icon: string): Change => ({
    op: 'set',
    kind: 'template',
    id: first,
    group: 'meta',
    value: { ...named('node'), icon },
  })
  await write(a, ...created(first))
  await exchange(a, b)
  // A renames it and makes another of the old name; B, which knows of neither, goes on saving under the old one.
  await write(
    a,
    { op: 'release', claim: 'template:node', holder: first },
    { op: 'claim', claim: 'template:deno', holder: first },
    { op: 'set', kind: 'template', id: first, group: 'meta', value: named('deno') },
  )
  await write(a, ...created(second))
  await clock.delay(2)
  await write(b, saved('cup'))
  await exchange(a, b)
  const settler = settle(a)
  const isSettled = () => a.get('template', first)?.groups.meta?.name !== 'node'
  await eventually(isSettled, { timeoutMs: 20_000, what: 'another name' })
  await settler.close()
  await exchange(a, b)
  for (const one of [a, b]) {
    const name = one.get('template', first)?.groups.meta?.name ?? ''
    assert.match(name, /^node-[0-9a-f]{4}$/)
    assert.equal(one.holder(`template:${name}`), first)
    assert.equal(one.holder('template:node'), second)
    assert.equal(one.holder('template:deno'), undefined)
    const audit = await one.read('audit')
    assert.deepEqual(audit.map(({ subject }) => subject).toSorted(), [first, second].toSorted())
  }
})

test('a row that loses its last claim, of a name that it does not bear, claims the one that it bears', async () => {
  const { a, b, id } = await apart()
  const other = spaceChange(owner)
  const taken = { ...other, groups: { ...other.groups, name: { name: 'taken' } } }
  await write(b, taken, { op: 'claim', claim: claimOf('taken'), holder: other.id })
  await rename(a, id, 'taken')
  await clock.delay(2)
  await write(b, { op: 'set', kind: 'space', id, group: 'name', value: { name: 'work' } })
  await exchange(a, b)
  assert.equal(b.holder(claimOf('taken')), other.id)
  for (const claim of b.replica.displaced()) await write(b, ...giveUp(b, claim, system))
  assert.equal(b.holder(claimOf('work')), id)
  assert.deepEqual(b.replica.displaced(), [])
})

test('whoever has lost its name to another gives nothing back but with another name', async () => {
  const { a, b, id } = await apart()
  const other = spaceChange(owner)
  await rename(a, id, 'lost')
  const kept = { ...other, groups: { ...other.groups, name: { name: 'kept' } } }
  await clock.delay(2)
  await write(a, kept, { op: 'claim', claim: claimOf('kept'), holder: other.id })
  await rename(b, id, 'kept')
  await exchange(a, b)
  assert.equal(b.holder(claimOf('kept')), other.id)
  assert.deepEqual(givenBack(a), givenBack(b))
  await write(a, ...givenBack(a))
  await exchange(a, b)
  for (const one of [a, b]) {
    const { name = '' } = one.get('space', id)?.groups.name ?? {}
    assert.match(name, /^kept-[0-9a-f]{4}$/)
    assert.equal(one.holder(claimOf(name)), id)
    assert.equal(one.holder(claimOf('lost')), undefined)
  }
})
