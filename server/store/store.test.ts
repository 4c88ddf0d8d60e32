// What every store keeps and refuses, below Records.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stores } from '../../tests/support/stores.ts'
import { type Batch, CLAIM_KIND, type Meta, type Store } from './store.ts'

const origin = '00112233445566ff'
const meta = (seq: number): Meta => ({ origin, seq, hlc: (1n << 60n) + BigInt(seq), position: seq })
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
    }
  }
  return all
}

for (const kind of stores) {
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
      code: 'store_failed',
    })
    await assert.rejects(store.commit(batch(0), undefined), { code: 'store_failed' })
    assert.equal((await loadAll(store)).rows.length, 1)
    await store.close()
  })

  test(`groups are written one by one, and a tombstone takes all of them (${kind.name})`, async () => {
    await using place = await kind.make()
    const store = await place.open()
    await store.commit(batch(0), undefined)
    await store.commit(batch(1, { rows: [row(1, 'one'), row(2, 'one')] }), meta(0))
    await store.commit(batch(2, { rows: [row(1, 'two')] }), meta(1))
    const names = (await loadAll(store)).rows[0]?.groups.map(({ name }) => name)
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
}
