// What Records promises, through its public door, over every store.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClock } from '../../tests/support/clock.ts'
import {
  placement,
  quietLog,
  sessionChange,
  spaceChange,
  system,
  testId,
  userChange,
} from '../../tests/support/rows.ts'
import { type StoreUnderTest, stores } from '../../tests/support/stores.ts'
import { systemRandom } from '../clock.ts'
import { openRecords } from './open.ts'
import type { Change, Records } from './records.ts'

interface Opened {
  readonly records: Records
  readonly clock: TestClock
  /** Closes everything and opens it again on the same data. */
  reopen(): Promise<Records>
}

const write = (records: Records, ...changes: Change[]) =>
  records.transact(() => ({ changes, result: undefined }))

for (const kind of stores) {
  const over = (name: string, run: (opened: Opened) => Promise<void>): void => {
    test(`${name} (${kind.name})`, () => withRecords(kind, run))
  }

  over('a row is there for readers when transact has resolved', async ({ records }) => {
    const user = userChange()
    const result = await records.transact((view) => {
      assert.equal(view.get('user', user.id), undefined)
      return { changes: [user], result: 42 }
    })
    assert.equal(result, 42)
    assert.deepEqual(records.get('user', user.id)?.groups, user.groups)
    assert.equal(records.list('user').length, 1)
  })

  over('everything is there again after a restart, stamps included', async (opened) => {
    const user = userChange()
    const space = spaceChange(user.id)
    await write(opened.records, user, { op: 'claim', claim: 'user:anna', holder: user.id })
    await write(opened.records, space)
    await write(opened.records, {
      op: 'set',
      kind: 'space',
      id: space.id,
      group: 'name',
      value: { name: 'play' },
    })
    const before = opened.records.get('space', space.id)
    const records = await opened.reopen()
    assert.deepEqual(records.get('space', space.id), before)
    assert.equal(records.get('space', space.id)?.groups.name?.name, 'play')
    assert.equal(records.holder('user:anna'), user.id)
    assert.deepEqual(
      records.list('space', { ownerId: user.id }).map((row) => row.id),
      [space.id],
    )
  })

  over('sequence numbers and the clock go on where they were', async (opened) => {
    const [first, second] = [userChange(), userChange()]
    await write(opened.records, first)
    const before = opened.records.get('user', first.id)?.versions.profile
    const records = await opened.reopen()
    await write(records, second)
    const after = records.get('user', second.id)?.versions.profile
    assert(before && after)
    assert.equal(after.seq, before.seq + 1)
    assert.equal(after.origin, before.origin)
    assert(after.hlc > before.hlc)
  })

  over('a deleted row stays deleted, and its id is not used again', async (opened) => {
    const user = userChange()
    await write(opened.records, user)
    await write(opened.records, { op: 'delete', kind: 'user', id: user.id })
    assert.equal(opened.records.get('user', user.id), undefined)
    await assert.rejects(write(opened.records, user), { code: 'conflict' })
    const records = await opened.reopen()
    assert.equal(records.get('user', user.id), undefined)
    await assert.rejects(write(records, user), { code: 'conflict' })
  })

  over('a delete of what is not there is no error', async ({ records }) => {
    await write(records, { op: 'delete', kind: 'user', id: testId() })
  })

  over('an index follows its rows', async ({ records }) => {
    const [anna, bert] = [testId<'user'>(), testId<'user'>()]
    const sessions = [sessionChange(anna), sessionChange(anna), sessionChange(bert)] as const
    await write(records, ...sessions)
    assert.equal(records.list('session', { userId: anna }).length, 2)
    await write(records, { op: 'delete', kind: 'session', id: sessions[0].id })
    assert.deepEqual(
      records.list('session', { userId: anna }).map((row) => row.id),
      [sessions[1].id],
    )
    assert.equal(records.list('session', { userId: testId() }).length, 0)
  })

  over('entries of a stream come back newest first, by subject and by page', async (opened) => {
    const [one, two] = [testId<'space'>(), testId<'space'>()]
    for (let i = 0; i < 5; i++) {
      for (const spaceId of [one, two]) {
        const body = { spaceId, cpuPercent: i, memoryBytes: 1 }
        await write(opened.records, { op: 'append', stream: 'usage', subject: spaceId, body })
      }
    }
    const records = await opened.reopen()
    const page = await records.read('usage', { subject: one, limit: 2 })
    assert.deepEqual(
      page.map(({ body }) => body.cpuPercent),
      [4, 3],
    )
    const next = await records.read('usage', { subject: one, before: page[1]?.position ?? 0 })
    assert.deepEqual(
      next.map(({ body }) => body.cpuPercent),
      [2, 1, 0],
    )
    assert.equal(new Set((await records.read('usage')).map(({ id }) => id)).size, 10)
    assert.deepEqual(await records.read('audit'), [])
  })

  over('a hundred transactions at once are all done, in order', async ({ records }) => {
    const order: number[] = []
    const all = Array.from({ length: 100 }, async (_, i) => {
      await write(records, userChange())
      order.push(i)
    })
    await Promise.all(all)
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    )
    assert.equal(records.list('user').length, 100)
  })

  over('a released name belongs to whoever claims it next', async (opened) => {
    const [first, second] = [testId<'user'>(), testId<'user'>()]
    await write(opened.records, { op: 'claim', claim: 'user:anna', holder: first })
    await write(
      opened.records,
      { op: 'release', claim: 'user:anna', holder: first },
      { op: 'claim', claim: 'user:anna', holder: second },
    )
    const records = await opened.reopen()
    assert.equal(records.holder('user:anna'), second)
    await write(records, { op: 'release', claim: 'user:anna', holder: first })
    assert.equal(records.holder('user:anna'), second, 'only the holder releases')
    await write(records, { op: 'release', claim: 'user:anna', holder: second })
    assert.equal((await opened.reopen()).holder('user:anna'), undefined)
  })

  over('owner-only groups are written by a valid owner alone', async ({ records }) => {
    const space = spaceChange()
    await write(records, space)
    const value = placement()
    const changes: Change[] = [
      { op: 'set', kind: 'space', id: space.id, group: 'placement', value },
    ]
    const decide = () => ({ changes, result: undefined })
    await assert.rejects(records.transact(decide), TypeError)
    const lost = {
      assertValid() {
        throw new Error('lease lost')
      },
    }
    await assert.rejects(records.transact(decide, { owner: lost }), /lease lost/)
    assert.equal(records.get('space', space.id)?.groups.placement, undefined)
    await records.transact(decide, { owner: { assertValid() {} } })
    assert.equal(records.list('space', { hostId: value.hostId }).length, 1)
  })

  over('audit entries carry their body back unchanged', async ({ records }) => {
    const body = { actor: system, action: 'user.create', detail: { nested: { list: [1, 'two'] } } }
    await write(records, { op: 'append', stream: 'audit', subject: 'user', body })
    const [entry] = await records.read('audit')
    assert.deepEqual(entry?.body, body)
    assert.equal(entry?.at, Date.UTC(2026, 0, 1))
  })
}

async function withRecords(kind: StoreUnderTest, run: (opened: Opened) => Promise<void>) {
  await using place = await kind.make()
  const clock = new TestClock()
  const open = async () => {
    const store = await place.open()
    const records = await openRecords({ store, clock, random: systemRandom, log: quietLog })
    return { store, records }
  }
  let current = await open()
  const close = async () => {
    await current.records.close()
    await current.store.close()
  }
  const reopen = async () => {
    await close()
    current = await open()
    return current.records
  }
  try {
    await run({ records: current.records, clock, reopen })
  } finally {
    await close()
  }
}
