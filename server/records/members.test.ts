// Several peers with one database: each decides upon what it has seen, and what holds is what was committed.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SkeinError } from '#protocol/errors.ts'
import { Chance } from '../../tests/sim/chance.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { quietLog, testId, userChange } from '../../tests/support/rows.ts'
import { systemClock, systemRandom } from '../clock.ts'
import { type MemoryStore, openSharedMemoryStore } from '../store/memory.ts'
import { openRecords, type ReplicatedRecords } from './open.ts'
import type { Change, View } from './records.ts'

const soon = (what: string) => ({ timeoutMs: 10_000, what })

interface Member {
  readonly store: MemoryStore
  readonly records: ReplicatedRecords
}

async function join(database: MemoryStore): Promise<Member> {
  const store = database.share()
  const options = { store, clock: systemClock, random: systemRandom, log: quietLog }
  return { store, records: await openRecords(options) }
}

async function withMembers(
  count: number,
  run: (members: readonly Member[], database: MemoryStore) => Promise<void>,
): Promise<void> {
  const database = openSharedMemoryStore()
  const members = await Promise.all(Array.from({ length: count }, () => join(database)))
  try {
    await run(members, database)
  } finally {
    await Promise.all(members.map(({ records }) => records.close()))
  }
}

const write = ({ records }: Member, ...changes: Change[]) =>
  records.transact(() => ({ changes, result: undefined }))

/** Twice: the last may have something to give back that the first has not seen. */
const seen = async (members: readonly Member[]) => {
  for (const { records } of [...members, ...members]) await records.replica.refresh()
}

const settingId = testId<'setting'>()
const created: Change = {
  op: 'create',
  kind: 'setting',
  id: settingId,
  groups: { value: { key: 'count', value: 0 } },
}
const count = (view: View): number =>
  Number(view.get('setting', settingId)?.groups.value?.value ?? -1)
const increment = ({ records }: Member): Promise<number> =>
  records.transact((view) => {
    const value = count(view) + 1
    const change = { op: 'set', kind: 'setting', id: settingId, group: 'value' } as const
    return { changes: [{ ...change, value: { key: 'count', value } }], result: value }
  })

function assertSame(members: readonly Member[]): void {
  const [first, ...others] = members.map(({ records }) => records)
  for (const other of others) {
    assert.equal(other.replica.origin, first?.replica.origin)
    assert.deepEqual(other.replica.meta, first?.replica.meta)
    assert.deepEqual(other.replica.fingerprints.root, first?.replica.fingerprints.root)
    assert.deepEqual(other.replica.heard().spans(), first?.replica.heard().spans())
  }
}

test('members that begin a new database together write under one origin', async () => {
  await withMembers(4, async (members) => {
    assert.equal(new Set(members.map(({ records }) => records.replica.origin)).size, 1)
  })
})

test('a decision that another member overtook is made again, and its result is that of the one that was kept', async () => {
  await withMembers(3, async (members) => {
    const [first] = members
    assert(first)
    await write(first, created)
    await seen(members)
    const each = Array.from({ length: 40 }, (_, i) => members[i % 3] ?? first)
    const results = await Promise.all(each.map(increment))
    assert.deepEqual(
      results.toSorted((a, b) => a - b),
      each.map((_, i) => i + 1),
    )
    await seen(members)
    for (const { records } of members) assert.equal(count(records), 40)
    assertSame(members)
  })
})

test('a name that two members claim at once is one member’s, and the other is refused', async () => {
  await withMembers(2, async (members) => {
    const outcomes = await Promise.allSettled(
      members.map((member) => {
        const user = userChange()
        return write(member, user, { op: 'claim', claim: 'user:anna', holder: user.id })
      }),
    )
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    assert.deepEqual(
      refused.map(({ reason }) => reason.code),
      ['name_taken'],
    )
    await seen(members)
    assert.deepEqual(
      members.map(({ records }) => records.list('user').length),
      [1, 1],
    )
    assertSame(members)
  })
})

test('a member sees within a second or two what another wrote, and who watches is told', async () => {
  await withMembers(2, async ([one, other]) => {
    assert(one && other)
    const user = userChange()
    const stop = new AbortController()
    const watch = other.records.watch('user', { signal: stop.signal })
    const told = (async () => {
      for await (const { id, origin } of watch) return { id, origin }
    })()
    await write(one, user)
    assert.deepEqual(await told, { id: user.id, origin: 'merge' })
    assert.deepEqual(other.records.get('user', user.id), one.records.get('user', user.id))
    await write(other, { op: 'delete', kind: 'user', id: user.id })
    const isGone = async () => one.records.get('user', user.id) === undefined
    await eventually(isGone, soon('the deletion to be seen'))
    stop.abort()
    assertSame([one, other])
  })
})

test('the transactions of a member are its own to push, and nobody else’s', async () => {
  await withMembers(2, async ([one, other]) => {
    assert(one && other)
    const pushed: number[][] = []
    one.records.replica.follow(({ spans }) => pushed.push(spans.map(({ high }) => high)))
    await write(one, userChange())
    await write(other, userChange())
    await write(one, userChange())
    assert.deepEqual(pushed, [[1], [3]])
  })
})

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`members that write, delete, claim and append as chance will have it see the same (seed ${seed})`, async () => {
    await withMembers(3, async (members, database) => {
      const chance = new Chance(seed)
      const ids = Array.from({ length: 6 }, () => testId<'user'>())
      const refused: Promise<string | undefined>[] = []
      for (let i = 0; i < 150; i++) {
        const member = chance.pick([...members])
        refused.push(
          deed(chance, member, ids).then(
            () => undefined,
            (error: SkeinError) => error.code,
          ),
        )
        if (chance.hits(0.3)) await new Promise((resolve) => setImmediate(resolve))
        if (chance.hits(0.05)) await member.records.replica.refresh()
      }
      const allowed = [undefined, 'not_found', 'conflict', 'name_taken']
      for (const code of await Promise.all(refused)) assert(allowed.includes(code), code)
      await seen(members)
      const late = await join(database)
      assertSame([...members, late])
      for (const id of ids) {
        for (const { records } of members) {
          assert.deepEqual(records.get('user', id), late.records.get('user', id))
        }
      }
      await late.records.close()
    })
  })
}

/** One transaction over a few rows and names, which often is refused. */
function deed(
  chance: Chance,
  { records }: Member,
  ids: readonly ReturnType<typeof testId<'user'>>[],
) {
  const id = chance.pick([...ids])
  const name = chance.pick(['a', 'b'])
  const profile = { username: name, displayName: `${chance.whole(1, 1e6)}`, createdAt: 1 }
  const body = { actor: { kind: 'system', id: 'x', name: 'x' }, action: 'a.b' } as const
  const choices: Change[][] = [
    [{ op: 'create', kind: 'user', id, groups: { profile } }],
    [{ op: 'set', kind: 'user', id, group: 'profile', value: profile }],
    [{ op: 'delete', kind: 'user', id }],
    [{ op: 'claim', claim: `user:${name}`, holder: id }],
    [{ op: 'release', claim: `user:${name}`, holder: id }],
    [{ op: 'append', stream: 'audit', subject: 'x', body }],
  ]
  const changes = chance.pick(choices)
  return records.transact(() => ({ changes, result: undefined }))
}

const audit = (member: Member, action: string) =>
  write(member, {
    op: 'append',
    stream: 'audit',
    subject: 'x',
    body: { actor: { kind: 'system', id: 'x', name: 'x' }, action },
  })

const actions = async ({ records }: Member) =>
  (await records.read('audit')).map(({ body }) => body.action).toReversed()

for (const isSeen of [true, false]) {
  const how = isSeen ? 'by failing over to another server' : 'behind everybody’s back'
  test(`a database that went back ${how} gets back what its members remember, under a new origin`, async () => {
    await withMembers(2, async (members, database) => {
      const [one, other] = members
      assert(one && other)
      const [kept, gone, late] = [userChange(), userChange(), userChange()]
      await write(one, kept, gone)
      await seen(members)
      const before = database.snapshot()
      const { origin } = one.records.replica
      await write(one, late, { op: 'claim', claim: 'user:anna', holder: late.id })
      await audit(one, 'a.first')
      await write(one, { op: 'delete', kind: 'user', id: gone.id })
      await seen(members)
      await audit(other, 'a.second')
      database.goBack(before, isSeen)
      await audit(isSeen ? one : other, 'a.third')
      await seen(members)
      for (const member of members) {
        const { records } = member
        assert.deepEqual(
          records
            .list('user')
            .map(({ id }) => id)
            .toSorted(),
          [kept.id, late.id].toSorted(),
        )
        assert.equal(records.holder('user:anna'), late.id)
        assert.deepEqual((await actions(member)).toSorted(), ['a.first', 'a.second', 'a.third'])
        assert.notEqual(records.replica.origin, origin)
        assert(records.replica.has({ origin, seq: 4 }))
      }
      const fresh = await join(database)
      assertSame([...members, fresh])
      await fresh.records.close()
    })
  })
}

test('a database that lost everything gets it back from whoever still has it', async () => {
  await withMembers(2, async (members, database) => {
    const [one] = members
    assert(one)
    const empty = openSharedMemoryStore().snapshot()
    for (let i = 0; i < 30; i++) await write(one, userChange(), userChange())
    await seen(members)
    database.goBack(empty)
    await write(one, userChange())
    await seen(members)
    const fresh = await join(database)
    assert.equal(fresh.records.list('user').length, 61)
    assertSame([...members, fresh])
    await fresh.records.close()
  })
})

test('who watches sees nothing of the older state that a database went back to', async () => {
  await withMembers(1, async ([member], database) => {
    assert(member)
    const before = database.snapshot()
    const user = userChange()
    await write(member, user)
    const stop = new AbortController()
    const seenIds: string[] = []
    const watching = (async () => {
      for await (const { id } of member.records.watch('user', { signal: stop.signal })) {
        seenIds.push(id)
        assert(member.records.get('user', user.id))
      }
    })()
    database.goBack(before)
    const next = userChange()
    await write(member, next)
    await eventually(async () => seenIds.includes(next.id), soon('the next row'))
    stop.abort()
    await watching
    assert.deepEqual(seenIds, [next.id])
  })
})

test('a member that others know to have written more takes a new origin and goes on', async () => {
  await withMembers(2, async (members) => {
    const [one] = members
    assert(one)
    await write(one, userChange())
    const { origin } = one.records.replica
    await one.records.replica.renew(origin)
    await seen(members)
    assert.notEqual(one.records.replica.origin, origin)
    await write(one, userChange())
    await seen(members)
    assertSame(members)
    assert.equal(one.records.list('user').length, 2)
  })
})

test('a database that is away refuses writes with its code and goes on when it is back', async () => {
  await withMembers(2, async (members) => {
    const [one] = members
    assert(one)
    await write(one, created)
    one.store.setAway({ sinceMs: 0, reason: 'a test asked for it' })
    await assert.rejects(increment(one), { code: 'store_unavailable' })
    assert.equal(count(one.records), 0)
    one.store.setAway(undefined)
    assert.equal(await increment(one), 1)
    await seen(members)
    assertSame(members)
  })
})
