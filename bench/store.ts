// What a commit costs by each store, one record at a time and twenty, and what a peer takes to start with a hundred
// thousand of them: beside the library of each database alone, which makes the same inserts in a transaction of its own.

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PEER_HEAP_FLAG } from '#protocol/heap.ts'
import { systemClock, systemRandom } from '../server/clock.ts'
import { openRecords } from '../server/records/open.ts'
import type { Batch, Meta, Store } from '../server/store/store.ts'
import { fill, quiet } from './records.ts'
import { type BenchRow, quantile, row } from './report.ts'

/** A database with a store on it, and its library alone on another of the same server. */
export interface Rival extends AsyncDisposable {
  readonly name: string
  readonly library: string
  /** As `--store` says it. */
  readonly address: string
  /** Empty; one at a time. */
  open(): Promise<Store>
  /** The same records, durable when it resolves. */
  alone(batch: Batch): Promise<void>
  /** Everything, as the library gives it. */
  readAll(): Promise<number>
}

/** How much slower than its library alone a store's commit may be, in the middle. */
const MOST = { sqlite: 4, mysql: 2, redis: 2 } as Readonly<Record<string, number>>
const COMMITS = Number(process.env.SKEIN_STORE_COMMITS ?? 500)
const SIZES = [1, 20] as const
const RECORDS = Number(process.env.SKEIN_STORE_RECORDS ?? 100_000)
const STARTS = 3
const WARM_UP = 50

const ORIGIN = '00112233445566ff'
/** As long as an ordinary group. */
const BODY = JSON.stringify({ name: 'work', at: 1, by: 'x'.repeat(120) })

export async function store(): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = []
  const makers = [
    async () => (await import('./store-sqlite.ts')).sqlite(),
    async () => (await import('./store-mysql.ts')).mysql(),
  ]
  for (const make of makers) {
    await using rival = await make()
    rows.push(...(await commits(rival)), ...(await start(rival)))
  }
  return rows
}

async function commits(rival: Rival): Promise<BenchRow[]> {
  const store = await rival.open()
  const batches = new Batches()
  await store.commit(batches.next(0), undefined)
  const rows: BenchRow[] = []
  for (const size of SIZES) rows.push(...(await commitsOf(rival, store, batches, size)))
  await store.close()
  return rows
}

/** In turn, so that both meet the same disk and the same neighbours. */
async function commitsOf(
  rival: Rival,
  store: Store,
  batches: Batches,
  size: number,
): Promise<BenchRow[]> {
  const ours: number[] = []
  const theirs: number[] = []
  for (let i = -WARM_UP; i < COMMITS; i++) {
    const after = batches.meta
    const batch = batches.next(size)
    const ourMs = await timed(() => store.commit(batch, after))
    const theirMs = await timed(() => rival.alone(batch))
    if (i < 0) continue
    ours.push(ourMs)
    theirs.push(theirMs)
  }
  const { name, library } = rival
  const suffix = size === 1 ? '' : `_${size}`
  const versus = (share: number) => ({ peer: library, theirs: quantile(theirs, share) })
  const rate = (samples: readonly number[]) =>
    (samples.length * size * 1000) / samples.reduce((all, one) => all + one, 0)
  const most = MOST[name]
  return [
    row(`commit_p50_${name}${suffix}`, 'ms', quantile(ours, 0.5), versus(0.5), {
      ...(most !== undefined && { ratio: { most } }),
    }),
    row(`commit_p99_${name}${suffix}`, 'ms', quantile(ours, 0.99), versus(0.99), {}),
    row(
      `rows_per_s_${name}${suffix}`,
      '1/s',
      rate(ours),
      { peer: library, theirs: rate(theirs) },
      {},
    ),
  ]
}

/** Commits upon one another, with nothing in them twice. */
class Batches {
  meta: Meta = { origin: ORIGIN, seq: 0, hlc: 1n << 60n, position: 0, revision: 0 }
  #ids = 0

  next(size: number): Batch {
    const { seq, hlc, position, revision } = this.meta
    const dot = { origin: ORIGIN, seq: seq + 1 }
    const version = { epoch: 0, hlc: hlc + 1n, ...dot }
    this.meta = {
      origin: ORIGIN,
      seq: dot.seq,
      hlc: version.hlc,
      position: position + size,
      revision: revision + 1,
    }
    const numbers = Array.from({ length: size }, (_, i) => i)
    const groups = [{ name: 'body', body: BODY, unknown: undefined, version }]
    return {
      meta: this.meta,
      rows: numbers.map(() => {
        this.#ids++
        const id = `00000000-0000-7000-8000-${String(this.#ids).padStart(12, '0')}`
        return { kind: 'space', id, birth: dot, groups }
      }),
      entries: numbers.map((index) => ({
        position: position + index + 1,
        stream: 'audit',
        subject: 'all',
        atMs: 1,
        dot,
        index,
        body: BODY,
      })),
      tombstones: [],
      claims: [],
    }
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

interface Started {
  readonly seconds: number
  readonly mainThread: number
}

/** In a process of its own, as a peer starts; beside it the library reads all there is. */
async function start(rival: Rival): Promise<BenchRow[]> {
  const store = await rival.open()
  const records = await openRecords({ store, clock: systemClock, random: systemRandom, log: quiet })
  await fill(records, 0, RECORDS)
  await records.close()
  await store.close()
  const starts: Started[] = []
  const reads: number[] = []
  for (let i = 0; i < STARTS; i++) {
    starts.push(await startOnce(rival.address))
    reads.push((await timed(async () => void (await rival.readAll()))) / 1000)
  }
  const median = (pick: (one: Started) => number) => quantile(starts.map(pick), 0.5)
  const { name, library } = rival
  const theirs = { peer: `${library}, reading alone`, theirs: quantile(reads, 0.5) }
  return [
    row(
      `start_100k_${name}`,
      's',
      median(({ seconds }) => seconds),
      theirs,
      {
        ours: { most: 5 },
      },
    ),
    row(
      `start_main_100k_${name}`,
      's',
      median(({ mainThread }) => mainThread),
      theirs,
      {},
    ),
  ]
}

async function startOnce(address: string): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-start-'))
  const program = new URL('./start-records.ts', import.meta.url).pathname
  const argv = [PEER_HEAP_FLAG, '--expose-gc', program, folder, address]
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk
  rmSync(folder, { recursive: true, force: true })
  return JSON.parse(text)
}
