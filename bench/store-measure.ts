// What commits and a start take on a store, and on the library alone that it is driven by: the same rows, in turn, so that a busy
// moment of the machine is one for both.

import { systemClock, systemRandom } from '../server/clock.ts'
import { openRecords } from '../server/records/open.ts'
import type { Meta, Store, StoredRow } from '../server/store/store.ts'
import { creation, quiet } from './records.ts'
import { type BenchRow, quantile, row } from './report.ts'

/** Rows of a commit: what a person does, and what a busy peer gathers. */
const SIZES = [1, 20]
const COMMITS = Number(process.env.SKEIN_STORE_COMMITS ?? 1000)
/** Of each size, not counted: connections, plans and caches are as they are after a while. */
const WARM = 50
const RECORDS = Number(process.env.SKEIN_STORE_RECORDS ?? 100_000)
/** Rows of a commit that fills. */
const FILLING = 500
/** Of our median over the library's. */
const MOST = 2
const ORIGIN = '00112233445566ff'

export interface Alone {
  /** As somebody would write those rows who needs nothing but them, in one transaction, as durable. */
  write(rows: readonly StoredRow[]): Promise<void>
  /** Reads all of them; answers how many. */
  readAll(): Promise<number>
}

export interface Measured {
  /** The end of each metric's name. */
  readonly name: string
  readonly peer: string
  readonly open: () => Promise<Store>
  readonly alone: Alone
  /** The bar on our median over the library's, where it is another. */
  readonly most?: number | undefined
}

export async function measureStore(measured: Measured): Promise<BenchRow[]> {
  const { name, peer, open, alone } = measured
  const store = await open()
  const writer = new Writer(store)
  const rows: BenchRow[] = []
  for (const size of SIZES) {
    const { ours, theirs } = await commits(writer, alone, size)
    const suffix = size === 1 ? name : `${name}_${size}rows`
    const versus = (share: number) => ({ peer, theirs: quantile(theirs, share) })
    const bar = 'most' in measured ? measured.most : MOST
    const most = bar === undefined ? {} : { ratio: { most: bar } }
    rows.push(
      row(`commit_p50_${suffix}`, 'ms', quantile(ours, 0.5), versus(0.5), most),
      row(`commit_p99_${suffix}`, 'ms', quantile(ours, 0.99), versus(0.99), {}),
      row(`rows_${suffix}`, 'rows/s', rate(ours, size), { peer, theirs: rate(theirs, size) }, {}),
    )
  }
  while (writer.written < RECORDS) {
    const some = writer.rows(Math.min(FILLING, RECORDS - writer.written))
    await writer.commit(some)
    await alone.write(some)
  }
  await store.close()
  rows.push(await start(name, peer, open, alone))
  return rows
}

async function commits(writer: Writer, alone: Alone, size: number) {
  const [ours, theirs]: [number[], number[]] = [[], []]
  for (let i = -WARM; i < COMMITS; i++) {
    const rows = writer.rows(size)
    const began = performance.now()
    await writer.commit(rows)
    const between = performance.now()
    await alone.write(rows)
    if (i < 0) continue
    ours.push(between - began)
    theirs.push(performance.now() - between)
  }
  return { ours, theirs }
}

async function start(name: string, peer: string, open: () => Promise<Store>, alone: Alone) {
  const began = performance.now()
  const store = await open()
  const makers = { clock: systemClock, random: systemRandom, log: quiet }
  const records = await openRecords({ store, ...makers })
  const seconds = (performance.now() - began) / 1000
  const again = performance.now()
  const read = await alone.readAll()
  const theirs = (performance.now() - again) / 1000
  await records.close()
  await store.close()
  if (read < RECORDS) throw new Error(`${peer} read ${read} of ${RECORDS}`)
  return row(`start_${RECORDS / 1000}k_${name}`, 's', seconds, { peer, theirs }, {})
}

const rate = (times: readonly number[], size: number): number =>
  (times.length * size * 1000) / times.reduce((sum, one) => sum + one, 0)

/** Commits as a peer's line would. */
class Writer {
  readonly #store: Store
  #meta: Meta | undefined
  written = 0

  constructor(store: Store) {
    this.#store = store
  }

  rows(count: number): StoredRow[] {
    const { seq, hlc } = this.#next()
    const stamp = { epoch: 1, hlc, origin: ORIGIN, seq }
    return Array.from({ length: count }, () => {
      const { kind, id, groups } = creation(this.written++)
      const stored = Object.entries(groups).map(([name, value]) => {
        return { name, body: JSON.stringify(value), unknown: undefined, version: stamp }
      })
      return { kind, id, birth: { origin: ORIGIN, seq }, groups: stored }
    })
  }

  async commit(rows: readonly StoredRow[]): Promise<void> {
    const meta = this.#next()
    const batch = { meta, rows, tombstones: [], claims: [], entries: [] }
    await this.#store.commit(batch, this.#meta)
    this.#meta = meta
  }

  #next(): Meta {
    const revision = (this.#meta?.revision ?? -1) + 1
    const hlc = (BigInt(Date.now()) << 16n) + BigInt(revision % 65_536)
    return { origin: ORIGIN, seq: revision, hlc, position: 0, revision }
  }
}
