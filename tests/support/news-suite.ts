// What a store that several peers have open tells each of the others' commits: one suite for every such store.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Batch,
  CLAIM_KIND,
  type Meta,
  type News,
  type Store,
} from '../../server/store/store.ts'
import type { StoreUnderTest } from './stores.ts'

const origin = '00112233445566ff'
const meta = (revision: number): Meta => ({
  origin,
  seq: revision,
  hlc: (1n << 60n) + BigInt(revision),
  position: revision,
  revision,
})
const dot = (seq: number) => ({ origin, seq })
const version = (seq: number) => ({ epoch: 1, hlc: (1n << 60n) + 1n, origin, seq })

const batch = (revision: number, parts: Partial<Batch> = {}): Batch => ({
  meta: meta(revision),
  rows: [],
  tombstones: [],
  claims: [],
  entries: [],
  ...parts,
})

const group = (name: string, seq: number) => ({
  name,
  body: `{"a":${seq}}`,
  unknown: undefined,
  version: version(seq),
})

const row = (id: string, birth: number, ...groups: ReturnType<typeof group>[]) => ({
  kind: 'k',
  id,
  birth: dot(birth),
  groups,
})

/** Each commit upon the one before, from revision 0. */
async function commitAll(store: Store, ...parts: Partial<Batch>[]): Promise<void> {
  for (const [i, part] of parts.entries()) {
    await store.commit(batch(i, part), i === 0 ? undefined : meta(i - 1))
  }
}

async function newsAfter(store: Store, after: Meta): Promise<Omit<Batch, 'meta'> & { meta: Meta }> {
  const news = await store.news(after)
  assert.equal(news.kind, 'news')
  const batches = news.kind === 'news' ? news.batches : []
  for (const one of batches) assert.deepEqual(one.meta, news.kind === 'news' && news.meta)
  const all = <T>(pick: (one: Batch) => readonly T[] | undefined) =>
    batches.flatMap((one) => pick(one) ?? [])
  return {
    meta: news.kind === 'news' ? news.meta : after,
    rows: all((one) => one.rows),
    tombstones: all((one) => one.tombstones),
    claims: all((one) => one.claims),
    entries: all((one) => one.entries),
    heard: all((one) => one.heard),
    floors: all((one) => one.floors),
    parked: all((one) => one.parked),
    gone: all((one) => one.gone),
    purged: all((one) => one.purged),
  }
}

const kindOf = ({ kind }: News) => kind

export function newsSuite(kind: StoreUnderTest): void {
  test(`a member is told what another wrote, group by group, and no more (${kind.name})`, async () => {
    await using place = await kind.make()
    const [one, other] = [await place.open(), await place.open()]
    const first = row('x', 1, group('a', 1), group('b', 1))
    await commitAll(one, {}, { rows: [first, row('y', 1, group('a', 1))] })
    assert.deepEqual(await other.meta(), meta(1))
    await other.commit(batch(2, { rows: [row('x', 1, group('b', 2))] }), meta(1))
    const { rows } = await newsAfter(one, meta(1))
    assert.deepEqual(rows, [row('x', 1, group('b', 2))])
    const all = await newsAfter(one, meta(0))
    assert.deepEqual(all.rows.map(({ id }) => id).toSorted(), ['x', 'y'])
    assert.deepEqual((await newsAfter(one, meta(2))).rows, [])
    await one.close()
    await other.close()
  })

  test(`of two commits upon one state the second is refused, and nothing of it is kept (${kind.name})`, async () => {
    await using place = await kind.make()
    const [one, other] = [await place.open(), await place.open()]
    await commitAll(one, {})
    const commits = [one, other].map((store, i) =>
      store.commit(batch(1, { rows: [row(`id-${i}`, 1, group('a', 1))] }), meta(0)),
    )
    const outcomes = await Promise.allSettled(commits)
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    assert.deepEqual(
      refused.map(({ reason }) => reason.code),
      ['store_moved'],
    )
    assert.equal((await newsAfter(one, meta(0))).rows.length, 1)
    await one.close()
    await other.close()
  })

  test(`a member is told of what was removed, with a tombstone or without (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    const rows = ['x', 'y'].map((id) => row(id, 1, group('a', 1)))
    const tombstone = { kind: 'k', id: 'x', birth: dot(1), dots: [dot(2), dot(9)], atMs: 1 }
    const gone = [{ kind: 'k', id: 'y', birth: dot(1) }]
    const { kind: k, id, birth } = tombstone
    const purged = [{ kind: k, id, birth }]
    await commitAll(store, {}, { rows }, { tombstones: [tombstone] }, { gone }, { purged })
    const late = await newsAfter(store, meta(2))
    assert.deepEqual([late.rows, late.tombstones, late.gone], [[], [], gone])
    assert.deepEqual(late.purged, purged)
    const early = await newsAfter(store, meta(1))
    assert.deepEqual([early.rows, early.purged, early.gone], [[], purged, gone])
    await store.close()
  })

  test(`a tombstone that got another dot comes again with all of them (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    const tombstone = { kind: 'k', id: 'x', birth: dot(1), dots: [dot(2)], atMs: 1 }
    const more = { ...tombstone, dots: [dot(3)] }
    await commitAll(store, {}, { tombstones: [tombstone] }, { tombstones: [more] })
    const [said] = (await newsAfter(store, meta(1))).tombstones
    assert.deepEqual(said?.dots.map(({ seq }) => seq).toSorted(), [2, 3])
    await store.close()
  })

  test(`claims, entries, parked groups, and what was heard and forgotten of others are told (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    const state = 'confirmed' as const
    const claim = { claim: 'user:a', holder: 'h', state, birth: dot(1), version: version(1) }
    const entry = {
      position: 1,
      stream: 'audit',
      subject: 's',
      atMs: 1,
      dot: dot(1),
      index: 0,
      body: '{}',
    }
    const parked = { kind: 'k', id: 'x', group: group('far', 1) }
    const heard = [{ origin: 'other', head: 9, gaps: [{ low: 2, high: 4 }] }]
    const floors = [{ origin: 'other', seq: 2 }]
    const released = { kind: CLAIM_KIND, id: 'user:a', birth: dot(1), dots: [dot(2)], atMs: 1 }
    const rows = [row('x', 1, group('a', 1))]
    const parts = { rows, claims: [claim], entries: [entry], parked: [parked], heard, floors }
    await commitAll(store, {}, parts, { tombstones: [released] })
    const all = await newsAfter(store, meta(0))
    assert.deepEqual([all.claims, all.tombstones], [[], [released]])
    assert.deepEqual([all.entries, all.parked], [[entry], [parked]])
    assert.deepEqual([all.heard, all.floors], [heard, floors])
    const later = await newsAfter(store, meta(1))
    assert.deepEqual([later.entries, later.parked, later.heard, later.floors], [[], [], [], []])
    await store.close()
  })

  test(`a row is told whose birth changed and no group of it (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    await commitAll(store, {}, { rows: [row('x', 5, group('a', 5))] }, { rows: [row('x', 2)] })
    assert.deepEqual((await newsAfter(store, meta(1))).rows, [row('x', 2)])
    await store.close()
  })

  test(`many rows are told in batches, and too many not at all (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    const rows = (of: number, from: number) =>
      Array.from({ length: of }, (_, i) => row(`id-${from + i}`, 1, group('a', 1)))
    await commitAll(store, {}, { rows: rows(3000, 0) })
    assert.equal((await newsAfter(store, meta(0))).rows.length, 3000)
    await store.commit(batch(2, { rows: rows(18_000, 3000) }), meta(1))
    assert.equal(kindOf(await store.news(meta(0))), 'reload')
    assert.equal((await newsAfter(store, meta(1))).rows.length, 18_000)
    await store.close()
  })

  test(`a commit that this database never saw is answered so, whatever its number (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    await commitAll(store, {}, {}, {})
    const other = { ...meta(1), hlc: meta(1).hlc + 7n }
    for (const after of [other, meta(7), { ...meta(2), origin: 'ffffffffffffffff' }]) {
      assert.equal(kindOf(await store.news(after)), 'back')
    }
    await assert.rejects(store.commit(batch(3), { ...meta(2), hlc: 1n }), { code: 'store_moved' })
    await store.close()
  })

  test(`a database takes a new origin, and who knows the old one is told (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    await commitAll(store, {}, { rows: [row('x', 1, group('a', 1))] })
    const renewed = { ...meta(2), origin: 'ffffffffffffffff', seq: 0 }
    const heard = [{ origin, head: 1, gaps: [] }]
    await store.commit({ ...batch(2, { heard }), meta: renewed }, meta(1))
    assert.deepEqual(await store.meta(), renewed)
    assert.deepEqual(await store.news(meta(1)), { kind: 'back', meta: renewed })
    const next = { ...renewed, seq: 1, hlc: renewed.hlc + 1n, revision: 3 }
    await store.commit({ ...batch(3), meta: next }, renewed)
    assert.deepEqual((await newsAfter(store, renewed)).heard, [])
    await store.close()
  })

  test(`of several that begin a database one begins it (${kind.name})`, async () => {
    await using place = await kind.make()
    const stores = await Promise.all([place.open(), place.open(), place.open()])
    const begun = stores.map((store, i) => {
      const first = { ...meta(0), origin: `${i}`.repeat(16) }
      return store.commit({ ...batch(0), meta: first }, undefined)
    })
    const outcomes = await Promise.allSettled(begun)
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const store of stores) {
      assert.equal((await store.meta())?.origin, `${winner}`.repeat(16))
      await store.close()
    }
  })

  test(`of commits that race for one state one is kept (${kind.name})`, async () => {
    await using place = await kind.make()
    const stores = await Promise.all([place.open(), place.open(), place.open()])
    await stores[0]?.commit(batch(0), undefined)
    const racing = stores.map((store, i) =>
      store.commit(batch(1, { rows: [row(`of ${i}`, 1, group('g', 1))] }), meta(0)),
    )
    const outcomes = await Promise.allSettled(racing)
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
    assert.deepEqual(refused, ['store_moved', 'store_moved'])
    const [store] = stores
    assert(store)
    assert.equal((await newsAfter(store, meta(0))).rows.length, 1)
    for (const one of stores) await one.close()
  })
}
