// Members of one database over the store without a disk, which can be sent back to an earlier state.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../../tests/support/eventually.ts'
import {
  assertSame,
  count,
  created,
  increment,
  joinBy,
  leave,
  type Member,
  seen,
  withMembersOf,
  write,
} from '../../tests/support/members.ts'
import { membersSuite } from '../../tests/support/members-suite.ts'
import { userChange } from '../../tests/support/rows.ts'
import { sharedStores } from '../../tests/support/stores.ts'
import { type MemoryStore, openSharedMemoryStore } from '../store/memory.ts'

const soon = (what: string) => ({ timeoutMs: 10_000, what })

for (const kind of sharedStores) membersSuite(kind)

const join = (database: MemoryStore) => joinBy(database.share())

async function withMembers(
  members: number,
  run: (members: readonly Member<MemoryStore>[], database: MemoryStore) => Promise<void>,
): Promise<void> {
  const database = openSharedMemoryStore()
  await withMembersOf(
    members,
    async () => database.share(),
    (all) => run(all, database),
  )
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
      await leave(fresh)
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
    await leave(fresh)
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
