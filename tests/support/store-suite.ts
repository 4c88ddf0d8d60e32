// What every store keeps and refuses, below Records: one suite, which each driver's test file runs against its own kind of
// database.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Batch, CLAIM_KIND, type Meta, type Store } from '../../server/store/store.ts'
import type { StoreUnderTest } from './stores.ts'

const origin = '00112233445566ff'
const meta = (seq: number): Meta => ({
  origin,
  seq,
  hlc: (1n << 60n) + BigInt(seq),
  position: seq,
  revision: seq,
})
/** The same number at a later instant: as after a merge. */
const later = (seq: number, by: bigint): Meta => ({
  ...meta(seq),
  hlc: meta(seq).hlc + by,
  revision: seq + Number(by),
})
const dot = (seq: number) => ({ origin, seq })
const version = (seq: number) => ({ epoch: 1, hlc: (1n << 60n) + 1n, origin, seq })

const batch = (seq: number, parts: Partial<Batch> = {}): Batch => ({
  meta: meta(seq),
  rows: [],
  tombstones: [],
  claims: [],
  entries: [],
  ...parts,
})

const row = (seq: number, name = 'g', body = '{"a":1}') => ({
  kind: 'k',
  id: `id-${seq}`,
  birth: dot(seq),
  groups: [{ name, body, unknown: undefined, version: version(seq) }],
})

async function loadAll(store: Store): Promise<Batch> {
  let all = batch(0)
  for await (const part of store.load()) {
    all = {
      meta: part.meta,
      rows: [...all.rows, ...part.rows],
      tombstones: [...all.tombstones, ...part.tombstones],
      claims: [...all.claims, ...part.claims],
      entries: [],
      heard: [...(all.heard ?? []), ...(part.heard ?? [])],
      floors: [...(all.floors ?? []), ...(part.floors ?? [])],
      parked: [...(all.parked ?? []), ...(part.parked ?? [])],
    }
  }
  return all
}

export function storeSuite(kind: StoreUnderTest): void {
  test(`a new store is empty (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    for await (const _ of store.load()) assert.fail('there is nothing to load')
    await store.close()
  })

  test(`everything of a batch comes back as it was (${kind.name})`, async () => {
    await using place = await kind.make()
    const unknown = new TextEncoder().encode('{"newer":[1,2]}')
    const opaque = { ...row(1), kind: 'of a newer version' }
    const [group] = row(2).groups
    assert(group)
    const parts = {
      rows: [opaque, { ...row(2), groups: [{ ...group, unknown }] }],
      claims: [
        {
          claim: 'user:a',
          holder: 'h',
          birth: dot(1),
          state: 'provisional' as const,
          version: version(1),
        },
      ],
      tombstones: [
        {
          kind: 'k',
          id: 'gone',
          birth: dot(1),
          dots: [dot(1), { origin: 'other', seq: 4 }],
          atMs: 7,
        },
      ],
    }
    const store = await place.open()
    await store.commit(batch(0), undefined)
    await store.commit(batch(1, parts), meta(0))
    await store.close()
    const again = await place.open()
    const loaded = await loadAll(again)
    assert.deepEqual(loaded.meta, meta(1))
    assert.deepEqual(
      loaded.rows.toSorted((a, b) => a.id.localeCompare(b.id)),
      parts.rows,
    )
    assert.deepEqual(loaded.claims, parts.claims)
    assert.deepEqual(loaded.tombstones, parts.tombstones)
    await again.close()
  })

  test(`a commit that was decided upon an older state is refused whole (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    await store.commit(batch(0), undefined)
    await store.commit(batch(1, { rows: [row(1)] }), meta(0))
    await assert.rejects(store.commit(batch(1, { rows: [row(2)] }), meta(0)), {
      code: 'store_moved',
    })
    await assert.rejects(store.commit(batch(0), undefined), { code: 'store_moved' })
    assert.equal((await loadAll(store)).rows.length, 1)
    await store.close()
  })

  test(`groups are written one by one, and a tombstone takes all of them (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    await store.commit(batch(0), undefined)
    await store.commit(batch(1, { rows: [row(1, 'one'), row(2, 'one')] }), meta(0))
    await store.commit(batch(2, { rows: [row(1, 'two')] }), meta(1))
    const { rows } = await loadAll(store)
    const names = rows.find(({ id }) => id === 'id-1')?.groups.map(({ name }) => name)
    assert.deepEqual(names?.toSorted(), ['one', 'two'])
    const gone = { kind: 'k', id: 'id-1', birth: dot(1), dots: [dot(3)], atMs: 1 }
    await store.commit(batch(3, { tombstones: [gone] }), meta(2))
    assert.deepEqual(
      (await loadAll(store)).rows.map(({ id }) => id),
      ['id-2'],
    )
    await store.close()
  })

  test(`a claim released and claimed again in one batch is the new one (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    const claim = { claim: 'user:a', holder: 'h', state: 'confirmed' as const }
    const first = { ...claim, birth: dot(1), version: version(1) }
    const second = { ...claim, birth: dot(2), version: version(2) }
    await store.commit(batch(0), undefined)
    await store.commit(batch(1, { claims: [first] }), meta(0))
    const released = { kind: CLAIM_KIND, id: 'user:a', birth: dot(1), dots: [dot(2)], atMs: 1 }
    await store.commit(batch(2, { claims: [second], tombstones: [released] }), meta(1))
    assert.deepEqual((await loadAll(store)).claims, [second])
    await store.close()
  })

  test(`what was heard of others comes back as it was last said (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    const first = { origin: 'other', head: 9, gaps: [{ low: 2, high: 4 }] }
    const more = { origin: 'other', head: 12, gaps: [{ low: 3, high: 3 }] }
    await store.commit(batch(0), undefined)
    const floors = [
      { origin: 'other', seq: 3 },
      { origin: 'other', seq: 2 },
    ]
    await store.commit({ ...batch(0, { heard: [first] }), meta: later(0, 1n) }, meta(0))
    await store.commit({ ...batch(0, { heard: [more], floors }), meta: later(0, 2n) }, later(0, 1n))
    const loaded = await loadAll(store)
    assert.deepEqual(loaded.heard, [more])
    assert.deepEqual(loaded.floors, floors.slice(0, 1))
    await store.close()
  })

  test(`a merge is refused when another came between, though it takes no number (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    await store.commit(batch(0), undefined)
    await store.commit({ ...batch(0), meta: later(0, 1n) }, meta(0))
    await assert.rejects(store.commit({ ...batch(0), meta: later(0, 2n) }, meta(0)), {
      code: 'store_moved',
    })
    await store.close()
  })

  test(`the gone leave nothing, and a purged tombstone neither (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    const tombstone = { kind: 'k', id: 'x', birth: dot(1), dots: [dot(2)], atMs: 1 }
    await store.commit(batch(0), undefined)
    await store.commit(batch(2, { rows: [row(1), row(2)], tombstones: [tombstone] }), meta(0))
    const gone = [{ kind: 'k', id: 'id-1', birth: dot(1) }]
    await store.commit(batch(3, { gone, purged: [tombstone] }), meta(2))
    const loaded = await loadAll(store)
    assert.deepEqual(
      loaded.rows.map(({ id }) => id),
      ['id-2'],
    )
    assert.deepEqual(loaded.tombstones, [])
    await store.close()
  })

  test(`a parked group stands beside the one that is shown until it is written (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    const [group] = row(5).groups
    assert(group)
    const parked = { kind: 'k', id: 'id-1', group }
    await store.commit(batch(0), undefined)
    await store.commit(batch(1, { rows: [row(1)], parked: [parked] }), meta(0))
    const loaded = await loadAll(store)
    assert.deepEqual(loaded.parked, [parked])
    assert.deepEqual(loaded.rows, [row(1)])
    const spans = [{ origin, low: 5, high: 5 }]
    const { rows } = await store.readSpans({ spans, maxBytes: 1e6 })
    assert.deepEqual(rows, [{ ...row(1), groups: [group] }])
    await store.commit(batch(6, { rows: [{ ...row(6), id: 'id-1' }] }), meta(1))
    assert.deepEqual((await loadAll(store)).parked, [])
    await store.close()
  })

  test(`a name keeps two claims, and a released one goes by its birth (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    const state = 'confirmed' as const
    const claim = (seq: number) => ({
      claim: 'user:a',
      holder: `h${seq}`,
      state,
      birth: dot(seq),
      version: version(seq),
    })
    await store.commit(batch(0), undefined)
    await store.commit(batch(2, { claims: [claim(1), claim(2)] }), meta(0))
    assert.equal((await loadAll(store)).claims.length, 2)
    const released = { kind: CLAIM_KIND, id: 'user:a', birth: dot(1), dots: [dot(3)], atMs: 1 }
    await store.commit(batch(3, { tombstones: [released] }), meta(2))
    assert.deepEqual((await loadAll(store)).claims, [claim(2)])
    await store.close()
  })

  test(`spans are answered with every claim of a name (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    const state = 'confirmed' as const
    const claims = [1, 2].map((seq) => {
      return { claim: 'user:anna', holder: `${seq}`, state, birth: dot(seq), version: version(seq) }
    })
    await store.commit(batch(2, { claims }), undefined)
    const answer = await store.readSpans({ spans: [{ origin, low: 1, high: 2 }], maxBytes: 1e6 })
    assert.deepEqual(
      answer.claims.toSorted((a, b) => a.birth.seq - b.birth.seq),
      claims,
    )
    await store.close()
  })

  test(`a row keeps the birth and the past that came last (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    const [group] = row(2).groups
    assert(group)
    const past = [{ origin: 'other', seq: 4 }]
    const again = { ...row(2), id: 'id-1', groups: [{ ...group, past }] }
    await store.commit(batch(0), undefined)
    await store.commit(batch(1, { rows: [row(1)] }), meta(0))
    await store.commit(batch(2, { rows: [again] }), meta(1))
    assert.deepEqual((await loadAll(store)).rows, [again])
    await store.close()
  })

  test(`spans are answered with all that is left of them, whole (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    const edited = { ...row(1), groups: [...row(1).groups, ...row(3, 'two').groups] }
    const tombstone = { kind: 'k', id: 'x', birth: dot(2), dots: [dot(4)], atMs: 1 }
    const state = 'confirmed' as const
    const claim = { claim: 'user:a', holder: 'h', state, birth: dot(5), version: version(5) }
    const base = { stream: 'audit', subject: 's', atMs: 1, index: 0, body: '{}' }
    const entry = { ...base, position: 1, dot: dot(6) }
    await store.commit(batch(0), undefined)
    const parts = { rows: [edited, row(7)], tombstones: [tombstone], claims: [claim] }
    await store.commit(batch(7, { ...parts, entries: [entry] }), meta(0))
    const read = (low: number, high: number) =>
      store.readSpans({ spans: [{ origin, low, high }], maxBytes: 1e6 })
    assert.deepEqual((await read(3, 3)).rows, [edited])
    assert.deepEqual((await read(4, 4)).tombstones, [tombstone])
    const late = await read(5, 7)
    assert.deepEqual([late.rows, late.claims, late.entries], [[row(7)], [claim], [entry]])
    assert.deepEqual(late.spans, [{ origin, low: 5, high: 7 }])
    assert.deepEqual((await read(8, 9)).rows, [])
    await store.commit(
      { ...batch(7, { entries: [{ ...entry, position: 2 }] }), meta: later(7, 1n) },
      meta(7),
    )
    assert.equal((await read(6, 6)).entries.length, 1)
    await store.close()
  })
}

/** For those that read no more than was asked for. */
export function longSpans(kind: StoreUnderTest): void {
  test(`a long span is answered from its newest end, and says how far down (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    const rows = Array.from({ length: 500 }, (_, i) => row(i + 1))
    await store.commit(batch(0), undefined)
    await store.commit(batch(500, { rows }), meta(0))
    const seen: string[] = []
    let high = 500
    while (high >= 1) {
      const spans = [{ origin, low: 1, high }]
      const answer = await store.readSpans({ spans, maxBytes: 10_000 })
      const low = answer.spans[0]?.low ?? 0
      assert(low > 1 ? answer.rows.length < 500 : true)
      seen.push(...answer.rows.map(({ id }) => id))
      high = low - 1
    }
    assert.equal(new Set(seen).size, 500)
    await store.close()
  })
}
