import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClock } from '../../tests/support/clock.ts'
import { quietLog } from '../../tests/support/rows.ts'
import { type StoreUnderTest, stores } from '../../tests/support/stores.ts'
import { systemRandom } from '../clock.ts'
import type { StreamName } from '../records/kinds.ts'
import { openRecords, type ReplicatedRecords } from '../records/open.ts'
import type { Store } from '../store/store.ts'
import { AuditKey, CHECKPOINT_ACTION, MAX_SEALED } from './checkpoint.ts'
import { AuditKeeper, SEAL_AFTER_MS } from './keeper.ts'
import { readTrail } from './trail.ts'
import { verifyChain } from './verify.ts'

const DAY_MS = 24 * 60 * 60_000
const retention = { auditMs: 400 * DAY_MS, timelineMs: 30 * DAY_MS, usageMs: 30 * DAY_MS }
const key = new AuditKey(Buffer.alloc(32, 1))
const actor = { kind: 'system', id: 'test', name: 'test' } as const

class Stage implements AsyncDisposable {
  readonly clock = new TestClock()
  readonly #place: Awaited<ReturnType<StoreUnderTest['make']>>
  store!: Store
  records!: ReplicatedRecords
  keeper!: AuditKeeper

  private constructor(place: Awaited<ReturnType<StoreUnderTest['make']>>) {
    this.#place = place
  }

  static async make(kind: StoreUnderTest): Promise<Stage> {
    const stage = new Stage(await kind.make())
    await stage.open()
    return stage
  }

  async open(): Promise<void> {
    const { clock } = this
    this.store = await this.#place.open()
    const { store } = this
    this.records = await openRecords({ store, clock, random: systemRandom, log: quietLog })
    const { records } = this
    const { replica } = records
    this.keeper = new AuditKeeper({ records, replica, store, key, retention, clock, log: quietLog })
  }

  async close(): Promise<void> {
    await this.keeper.close()
    await this.records.close()
    await this.store.close()
  }

  /** So many entries of the audit, several in each transaction. */
  async act(count: number): Promise<void> {
    for (let done = 0; done < count; done += 100) {
      const some = Array.from({ length: Math.min(100, count - done) }, (_, i) => ({
        ...({ op: 'append', stream: 'audit', subject: 'somebody' } as const),
        body: { actor, action: `act ${done + i}` },
      }))
      await this.records.transact(() => ({ changes: some, result: undefined }))
    }
  }

  /** With the pauses that it makes. */
  async sweep(): Promise<void> {
    let isOver = false
    const swept = this.keeper.sweep().finally(() => {
      isOver = true
    })
    while (!isOver) await this.clock.advance(1)
    await swept
  }

  async checkpoints(): Promise<number> {
    const entries = await this.records.read('audit', { limit: 500 })
    return entries.filter(({ body }) => body.action === CHECKPOINT_ACTION).length
  }

  async count(stream: StreamName): Promise<number> {
    return (await this.records.read(stream, { limit: 500 })).length
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
    await this.#place[Symbol.asyncDispose]()
  }
}

for (const kind of stores) {
  test(`entries are sealed within an hour, and a quiet audit is left alone (${kind.name})`, async () => {
    await using stage = await Stage.make(kind)
    await stage.act(3)
    await stage.keeper.seal()
    assert.equal(await stage.checkpoints(), 0)
    stage.clock.skip(SEAL_AFTER_MS)
    await stage.keeper.seal()
    assert.equal(await stage.checkpoints(), 1)
    stage.clock.skip(10 * SEAL_AFTER_MS)
    await stage.keeper.seal()
    assert.equal(await stage.checkpoints(), 1)
    const { isWhole, chains } = await stage.keeper.verify()
    assert.ok(isWhole)
    assert.deepEqual(
      chains.map(({ origin, isOwn, entries, sealed, isCut }) => ({
        ...{ origin, isOwn, entries, sealed, isCut },
      })),
      [{ origin: stage.records.replica.origin, isOwn: true, entries: 4, sealed: 3, isCut: false }],
    )
  })

  test(`many entries are sealed at once, and a restart goes on where it was (${kind.name})`, async () => {
    await using stage = await Stage.make(kind)
    await stage.act(2 * MAX_SEALED + 50)
    await stage.keeper.seal()
    assert.equal(await stage.checkpoints(), 2)
    await stage.close()
    await stage.open()
    await stage.act(MAX_SEALED)
    await stage.keeper.seal()
    const { isWhole, chains } = await stage.keeper.verify()
    assert.ok(isWhole)
    assert.equal(chains[0]?.checkpoints, 3)
    assert.equal(chains[0]?.sealed, 3 * MAX_SEALED)
  })

  test(`what is too old goes, and the audit that stays is whole (${kind.name})`, async () => {
    await using stage = await Stage.make(kind)
    const { clock, keeper, records } = stage
    const timeline = { stepId: 's', intentId: 'i', step: 's', text: 't', state: 'done' } as const
    const step = { op: 'append', stream: 'timeline', subject: 's', body: timeline } as const
    await stage.act(5)
    await records.transact(() => ({ changes: [step], result: undefined }))
    clock.skip(SEAL_AFTER_MS)
    await keeper.seal()
    clock.skip(retention.timelineMs)
    await stage.act(5)
    await records.transact(() => ({ changes: [step], result: undefined }))
    await stage.sweep()
    assert.equal(await stage.count('timeline'), 1)
    assert.equal(await stage.count('audit'), 11)
    clock.skip(SEAL_AFTER_MS)
    await keeper.seal()
    clock.skip(retention.auditMs - retention.timelineMs + 1000)
    await stage.sweep()
    // The five that the first checkpoint seals; it stays itself, and so does what is younger.
    assert.equal(await stage.count('audit'), 7)
    const { isWhole, chains } = await keeper.verify()
    assert.ok(isWhole)
    assert.equal(chains[0]?.isCut, true)
    assert.equal(chains[0]?.isCutEarly, undefined)
  })
}

test('between any two removals of a sweep the chain is whole', async () => {
  const [, kind] = stores
  assert.ok(kind)
  await using stage = await Stage.make(kind)
  await stage.act(3 * MAX_SEALED)
  await stage.keeper.seal()
  stage.clock.skip(retention.auditMs + 1000)
  await stage.act(5)
  const remove = stage.store.sweep.bind(stage.store)
  const seen: (readonly [number, boolean])[] = []
  stage.store.sweep = async (cut) => {
    const gone = await remove(cut)
    const trail = await readTrail(stage.store, key)
    for (const [origin, links] of trail) {
      seen.push([links.length, verifyChain(origin, links).broken === undefined])
    }
    return gone
  }
  await stage.sweep()
  const left = [...new Set(seen.map(([entries]) => entries))]
  assert.deepEqual(left, [3008, 2008, 1008, 8])
  assert.ok(seen.every(([, isWhole]) => isWhole))
})

test('an entry that was changed in the database is found by its id', async () => {
  const [, kind] = stores
  assert.ok(kind)
  await using stage = await Stage.make(kind)
  await stage.act(5)
  stage.clock.skip(SEAL_AFTER_MS)
  await stage.keeper.seal()
  const read = stage.store.readStream.bind(stage.store)
  stage.store.readStream = async (query) => {
    const entries = await read(query)
    return entries.map((entry) => ({ ...entry, body: entry.body.replace('act 3', 'act 4') }))
  }
  const { isWhole, chains } = await stage.keeper.verify()
  assert.ok(!isWhole)
  assert.equal(chains[0]?.broken?.id, `${stage.records.replica.origin}-1-3`)
  assert.equal(chains[0]?.broken?.reason, 'altered')
})

test('more that was removed than retention says is told', async () => {
  const [kind] = stores
  assert.ok(kind)
  await using stage = await Stage.make(kind)
  await stage.act(5)
  stage.clock.skip(SEAL_AFTER_MS)
  await stage.keeper.seal()
  const upTo = { seq: 1, index: 4 }
  const { origin } = stage.records.replica
  await stage.store.sweep({ stream: 'audit', origin, upTo, limit: 100 })
  const { isWhole, chains } = await stage.keeper.verify()
  assert.ok(isWhole)
  assert.equal(chains[0]?.isCutEarly, true)
})
