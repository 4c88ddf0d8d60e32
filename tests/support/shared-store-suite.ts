// What every store keeps that several peers have open at once: who comes second is refused, and each can learn what the
// others wrote.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Batch,
  CLAIM_KIND,
  type Meta,
  NEWS_BATCH,
  type News,
  type Store,
} from '../../server/store/store.ts'
import type { Place, StoreUnderTest } from './stores.ts'

const origin = '00112233445566ff'
const meta = (revision: number): Meta => ({
  origin,
  seq: revision,
  hlc: (1n << 60n) + BigInt(revision),
  position: revision,
  revision,
})
const dot = (seq: number) => ({ origin, seq })
const version = (seq: number) => ({ epoch: 1, hlc: (1n << 60n) + BigInt(seq), origin, seq })
const group = (seq: number, name = 'g') => ({
  name,
  body: `{"seq":${seq}}`,
  unknown: undefined,
  version: version(seq),
})
const row = (seq: number, id = `id-${seq}`, name = 'g') => ({
  kind: 'k',
  id,
  birth: dot(1),
  groups: [group(seq, name)],
})
const batch = (revision: number, parts: Partial<Batch> = {}): Batch => ({
  meta: meta(revision),
  rows: [],
  tombstones: [],
  claims: [],
  entries: [],
  ...parts,
})

/** Two peers on one database that has one commit. */
async function pair(place: Place): Promise<[Store, Store]> {
  const stores = await Promise.all([place.open(), place.open()])
  await stores[0].commit(batch(1), undefined)
  return [stores[0], stores[1]]
}

async function newsOf(store: Store, after: Meta) {
  const news: News = await store.news(after)
  assert(news.kind === 'news', news.kind)
  const all = <T>(pick: (one: Batch) => readonly T[] | undefined): T[] =>
    news.batches.flatMap((one) => pick(one) ?? [])
  return { ...news, all }
}

export function sharedStoreSuite(kind: StoreUnderTest): void {
  test(`of two commits upon one state the second is refused (${kind.name})`, async () => {
    await using place = await kind.make()
    const [one, two] = await pair(place)
    assert(one.shared)
    const both = [
      one.commit(batch(2, { rows: [row(2, 'one')] }), meta(1)),
      two.commit(batch(2, { rows: [row(2, 'two')] }), meta(1)),
    ]
    const outcomes = await Promise.allSettled(both)
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    assert.deepEqual(
      refused.map(({ code }) => code),
      ['store_moved'],
    )
    assert.equal((await two.meta())?.revision, 2)
    const { all } = await newsOf(two, meta(1))
    assert.equal(all(({ rows }) => rows).length, 1)
    for (const store of [one, two]) await store.close()
  })

  test(`of two that begin a database one begins it (${kind.name})`, async () => {
    await using place = await kind.make()
    const stores = await Promise.all([place.open(), place.open(), place.open()])
    const begun = stores.map((store, i) => {
      const first = { ...meta(1), origin: `${i}`.repeat(16) }
      return store.commit({ ...batch(1), meta: first }, undefined)
    })
    const outcomes = await Promise.allSettled(begun)
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const store of stores) {
      assert.equal((await store.meta())?.origin, `${winner}`.repeat(16))
      await store.close()
    }
  })

  test(`everything that another wrote is news, and nothing else (${kind.name})`, async () => {
    await using place = await kind.make()
    const [one, two] = await pair(place)
    const state = 'confirmed' as const
    const claim = { claim: 'user:a', holder: 'h', state, birth: dot(2), version: version(2) }
    const entry = {
      position: 3,
      stream: 'audit',
      subject: 's',
      atMs: 7,
      dot: dot(3),
      index: 0,
      body: '{"é":1}',
    }
    const parked = { kind: 'k', id: 'a', group: group(9, 'later') }
    const tombstone = { kind: 'k', id: 'b', birth: dot(1), dots: [dot(3)], atMs: 5 }
    const heard = { origin: 'other', head: 9, gaps: [{ low: 2, high: 4 }] }
    const floor = { origin: 'other', seq: 1 }
    await one.commit(batch(2, { rows: [row(2, 'a'), row(2, 'b')] }), meta(1))
    const more = { rows: [row(3, 'a', 'h')], claims: [claim], tombstones: [tombstone] }
    const rest = { entries: [entry], parked: [parked], heard: [heard], floors: [floor] }
    await one.commit(batch(3, { ...more, ...rest }), meta(2))
    const last = await newsOf(two, meta(2))
    assert.deepEqual(last.meta, meta(3))
    assert.deepEqual(
      last.all(({ rows }) => rows),
      [row(3, 'a', 'h')],
    )
    assert.deepEqual(
      last.all(({ claims }) => claims),
      [claim],
    )
    assert.deepEqual(
      last.all(({ tombstones }) => tombstones),
      [tombstone],
    )
    assert.deepEqual(
      last.all(({ entries }) => entries),
      [entry],
    )
    assert.deepEqual(
      last.all(({ parked }) => parked),
      [parked],
    )
    assert.deepEqual(
      last.all(({ heard }) => heard),
      [heard],
    )
    assert.deepEqual(
      last.all(({ floors }) => floors),
      [floor],
    )
    const both = await newsOf(two, meta(1))
    const [a] = both.all(({ rows }) => rows)
    assert.deepEqual(a?.groups.map(({ name }) => name).toSorted(), ['g', 'h'])
    assert.deepEqual(
      (await newsOf(two, meta(3))).batches.flatMap(({ rows }) => rows),
      [],
    )
    for (const store of [one, two]) await store.close()
  })

  test(`what went without a tombstone is news (${kind.name})`, async () => {
    await using place = await kind.make()
    const [one, two] = await pair(place)
    const tombstone = { kind: 'k', id: 'x', birth: dot(1), dots: [dot(2)], atMs: 1 }
    const name = { kind: 'k', id: 'x', birth: dot(1) }
    const gone = [
      { kind: 'k', id: 'a', birth: dot(1) },
      { kind: CLAIM_KIND, id: 'user:a', birth: dot(1) },
    ]
    await one.commit(batch(2, { rows: [row(2, 'a')], tombstones: [tombstone] }), meta(1))
    await one.commit(batch(3, { gone, purged: [name] }), meta(2))
    const { all } = await newsOf(two, meta(2))
    const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id)
    assert.deepEqual(all(({ gone }) => gone).toSorted(byId), gone)
    assert.deepEqual(
      all(({ purged }) => purged),
      [name],
    )
    assert.deepEqual(
      all(({ rows }) => rows),
      [],
    )
    for (const store of [one, two]) await store.close()
  })

  test(`much news comes in several batches, or is a reason to load anew (${kind.name})`, async () => {
    await using place = await kind.make()
    const [one, two] = await pair(place)
    const some = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => row(2, `id-${from + i}`))
    await one.commit(batch(2, { rows: some(0, 2 * NEWS_BATCH + 1) }), meta(1))
    const { batches } = await newsOf(two, meta(1))
    const ids = batches.flatMap(({ rows }) => rows.map(({ id }) => id))
    assert.equal(new Set(ids).size, 2 * NEWS_BATCH + 1)
    assert.equal(ids.length, 2 * NEWS_BATCH + 1)
    for (const store of [one, two]) await store.close()
  })

  test(`a commit that is not in the database any more means that it went back (${kind.name})`, async () => {
    await using place = await kind.make()
    const [one, two] = await pair(place)
    await one.commit(batch(2), meta(1))
    assert.equal((await two.news(meta(9))).kind, 'back')
    assert.equal((await two.news({ ...meta(2), hlc: 5n })).kind, 'back')
    const renamed = { ...meta(3), origin: 'ffffffffffffffff', seq: 0 }
    await one.commit({ ...batch(3), meta: renamed }, meta(2))
    const back = await two.news(meta(2))
    assert(back.kind === 'back')
    assert.deepEqual(back.meta, renamed)
    await two.commit({ ...batch(4), meta: { ...renamed, revision: 4 } }, renamed)
    for (const store of [one, two]) await store.close()
  })
}
