// Writes into a store and keeps a ledger of what was acknowledged, below Records: a commit that another overtook is decided
// again, and a database that may have gone back gets a new origin and everything of the ledger that it lacks.

import assert from 'node:assert/strict'
import type { Batch, Meta, Store, StoredRow } from '../../server/store/store.ts'
import { eventually } from './eventually.ts'

const PATIENCE_MS = 120_000

export class Scribe {
  readonly store: Store
  /** By id, what each row said. */
  readonly acknowledged = new Map<string, StoredRow>()
  readonly origins = new Set<string>()
  /** Of this scribe that were kept. */
  commits = 0
  #meta: Meta | undefined
  #made = 0
  #isStopped = false

  constructor(store: Store) {
    this.store = store
  }

  /** One commit after the other, of so many rows each. */
  async write(commits: number, rows = 1): Promise<void> {
    for (let i = 0; i < commits; i++) await this.#commit(rows)
  }

  async writeUntilStopped(rows = 1): Promise<void> {
    while (!this.#isStopped) await this.#commit(rows)
  }

  stop(): void {
    this.#isStopped = true
  }

  async writeUntilRefused(): Promise<Error & { code?: string }> {
    for (;;) {
      try {
        await this.#commit(20)
      } catch (error) {
        if (error instanceof Error) return error
        throw error
      }
    }
  }

  async reaches(count: number): Promise<void> {
    const what = `${count} acknowledged writes`
    await eventually(() => this.acknowledged.size >= count, { timeoutMs: PATIENCE_MS, what })
  }

  /** Every acknowledged row is there as it was written, and no transaction has two. */
  async assertNothingMissing(): Promise<void> {
    const found = new Map<string, StoredRow>()
    for await (const { rows } of this.store.load()) for (const row of rows) found.set(row.id, row)
    for (const [id, row] of this.acknowledged) assert.deepEqual(found.get(id), row)
  }

  async #commit(count: number): Promise<void> {
    for (;;) {
      const after = this.#meta
      const meta = after ? next(after, after.origin) : first(this.#origin())
      const rows = Array.from({ length: count }, () => this.#row(meta))
      try {
        await this.store.commit(batchOf(meta, rows), after)
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'store_moved'))
          throw error
        await this.#catchUp()
        continue
      }
      this.#kept(meta, rows)
      return
    }
  }

  #row({ origin, seq, hlc }: Meta): StoredRow {
    this.#made++
    const body = JSON.stringify({ number: this.#made, text: 'x'.repeat(100) })
    const version = { epoch: 1, hlc, origin, seq }
    const groups = [{ name: 'g', body, unknown: undefined, version }]
    return { kind: 'written', id: `row-${this.#made}`, birth: { origin, seq }, groups }
  }

  #kept(meta: Meta, rows: readonly StoredRow[]): void {
    this.commits++
    this.#meta = meta
    this.origins.add(meta.origin)
    for (const row of rows) this.acknowledged.set(row.id, row)
  }

  async #catchUp(): Promise<void> {
    if (!this.#meta) throw new Error('another began this database')
    const news = await this.store.news(this.#meta)
    if (news.kind === 'news') this.#meta = news.meta
    else if (news.kind === 'back') await this.#renew(news.meta)
    else throw new Error('too much news')
  }

  /** A new origin, and in the same commit all that the ledger has. */
  async #renew(there: Meta | undefined): Promise<void> {
    const meta = there ? next(there, this.#origin()) : first(this.#origin())
    const rows = [...this.acknowledged.values()]
    try {
      await this.store.commit(batchOf(meta, rows), there)
      this.#kept(meta, [])
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'store_moved')) throw error
    }
  }

  #origin(): string {
    return Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex')
  }
}

const first = (origin: string): Meta => ({
  origin,
  seq: 1,
  hlc: 1n << 60n,
  position: 0,
  revision: 1,
})

function next(after: Meta, origin: string): Meta {
  const seq = origin === after.origin ? after.seq + 1 : 1
  return { ...after, origin, seq, hlc: after.hlc + 1n, revision: after.revision + 1 }
}

const batchOf = (meta: Meta, rows: readonly StoredRow[]): Batch => ({
  meta,
  rows,
  tombstones: [],
  claims: [],
  entries: [],
})
