// Writes to a store one after the other and keeps account of what was acknowledged, refused, or left open, so that one can see
// afterwards that all of the first is there, once, and nothing of the second.

import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { SkeinError } from '#protocol/errors.ts'
import type { Batch, Meta, Store } from '../../server/store/store.ts'

const ORIGIN = '00112233445566ff'

export class Ledger {
  readonly #store: Store
  readonly #name: string
  readonly #written: string[] = []
  readonly #refused: string[] = []
  #tried = 0
  #moved = 0
  #isOver = false
  /** As far as this writer knows. */
  #newest: Meta | undefined

  constructor(store: Store, name: string) {
    this.#store = store
    this.#name = name
  }

  /** Acknowledged. */
  get count(): number {
    return this.#written.length
  }

  /** How often another had written in between. */
  get moved(): number {
    return this.#moved
  }

  /** The first commit of a new database; the second who comes finds it begun. */
  async begin(): Promise<void> {
    const meta = { origin: ORIGIN, seq: 0, hlc: 1n, position: 0, revision: 0 }
    try {
      await this.#store.commit(batchOf(meta), undefined)
    } catch (error) {
      if (!hasCode(error, 'store_moved')) throw error
    }
  }

  /** One row and one entry, upon whatever is newest. Rejects as the store does. */
  async write(bodyChars = 20): Promise<void> {
    this.#tried++
    const id = `${this.#name}/${this.#tried}`
    try {
      await this.#commit(id, bodyChars)
      this.#written.push(id)
    } catch (error) {
      this.#refused.push(id)
      throw error
    }
  }

  async writeUntilRefused(bodyChars: number): Promise<never> {
    for (;;) await this.write(bodyChars)
  }

  /** Until it is stopped, with so long between two writes. What a database that is away refuses is tried again under another name. */
  async run(pauseMs = 0): Promise<void> {
    await retried(() => this.begin())
    while (!this.#isOver) {
      await this.write().catch((error: unknown) => {
        if (!hasCode(error, 'store_unavailable')) throw error
      })
      if (pauseMs > 0) await pause(pauseMs)
    }
  }

  stop(): void {
    this.#isOver = true
  }

  /** Everything acknowledged is there, once, and nothing that was refused. */
  async check(store: Store): Promise<void> {
    const there: string[] = []
    for await (const { rows } of store.load()) there.push(...rows.map(({ id }) => id))
    const own = there.filter((id) => id.startsWith(`${this.#name}/`))
    assert.equal(new Set(own).size, own.length, 'a row is there twice')
    assert.deepEqual(
      this.#written.filter((id) => !own.includes(id)),
      [],
      'acknowledged, and missing',
    )
    assert.deepEqual(
      this.#refused.filter((id) => own.includes(id)),
      [],
      'refused, and there',
    )
    const entries = await store.readStream({ stream: 'ledger', subject: this.#name, limit: 1e6 })
    assert.deepEqual(
      entries.map(({ body }) => body).toReversed(),
      own.toSorted(byNumber),
      'entries and rows differ',
    )
  }

  async #commit(id: string, bodyChars: number): Promise<void> {
    for (;;) {
      const after = this.#newest ?? (await retried(() => this.#store.meta()))
      assert(after)
      const batch = this.#batch(id, after, bodyChars)
      try {
        await this.#store.commit(batch, after)
        this.#newest = batch.meta
        return
      } catch (error) {
        if (!hasCode(error, 'store_moved')) throw error
        this.#newest = undefined
        this.#moved++
      }
    }
  }

  #batch(id: string, after: Meta, bodyChars: number): Batch {
    const seq = after.seq + 1
    const position = after.position + 1
    const hlc = after.hlc + 1n
    const meta = { origin: after.origin, seq, hlc, position, revision: after.revision + 1 }
    const dot = { origin: after.origin, seq }
    const version = { epoch: 0, hlc, ...dot }
    const group = { name: 'g', body: 'x'.repeat(bodyChars), unknown: undefined, version }
    const entry = { stream: 'ledger', subject: this.#name, atMs: 1, dot, index: 0, body: id }
    const row = { kind: 'ledger', id, birth: dot, groups: [group] }
    return { ...batchOf(meta), rows: [row], entries: [{ ...entry, position }] }
  }
}

const batchOf = (meta: Meta): Batch => ({
  meta,
  rows: [],
  tombstones: [],
  claims: [],
  entries: [],
})

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof SkeinError && error.code === code

async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!hasCode(error, 'store_unavailable')) throw error
    }
  }
}

const byNumber = (a: string, b: string): number => Number(a.split('/')[1]) - Number(b.split('/')[1])
