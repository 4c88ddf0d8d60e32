// How soon what one peer acknowledged is on all, how soon a lost push is noticed, what a hundred thousand records take to
// start with, and what peers that are equal, or nearly, have to say to each other: beside Redis with the same records.

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PEER_FLAGS } from '#protocol/heap.ts'
import { encode } from '../server/cluster/replica/codec.ts'
import type { Delta } from '../server/cluster/replica/delta.ts'
import { eventually } from '../tests/support/eventually.ts'
import { creation, fill, fillFolder } from './records.ts'
import { type ReplicaPeer, startPeers } from './replicate-peers.ts'
import { measureRedis, type RedisFigures } from './replicate-redis.ts'
import { type BenchRow, quantile, row } from './report.ts'

const WRITES = Number(process.env.SKEIN_REPLICATE_WRITES ?? 500)
const SIZES = [3, 10]
/** Records in the databases where one is missed. */
const COUNTS = [10_000, 100_000]
const PEER = 'redis, 1 + 2 replicas'
/** Between two writes, ms: each is looked at by itself. */
const PAUSE_MS = 5
const PATIENCE_MS = 300_000
const LOST_ROUNDS = 10
const DIFFERENCES = 100
/** What was under way is done, ms. */
const CALM_MS = 3_000
const IDLE_MS = 10_000
/** One digest a second and peer. */
const DIGEST_MS = 1_000
const STARTS = 3

type Peers = readonly [ReplicaPeer, ...ReplicaPeer[]]

export async function replicate(): Promise<readonly BenchRow[]> {
  const most = Math.max(...COUNTS)
  const redis = await measureRedis(WRITES, most)
  const rows: BenchRow[] = []
  for (const size of SIZES) rows.push(...(await visible(size, redis)))
  for (const count of COUNTS) rows.push(...(await apart(count, redis)))
  rows.push(...(await start(most, redis)))
  return rows
}

const versus = (theirs: number) => ({ peer: PEER, theirs })
const alone = { peer: 'none', theirs: 0 }

async function visible(size: number, { visibleMs: theirs }: RedisFigures): Promise<BenchRow[]> {
  const peers = await startPeers(size)
  await sleep(CALM_MS)
  const samples: number[] = []
  for (let i = 0; i < WRITES; i++) {
    samples.push(Math.max(0, await seenAfter(peers, i)))
    await sleep(PAUSE_MS)
  }
  await close(peers)
  const ours = (share: number) => quantile(samples, share)
  const [p50, p99] = [0.5, 0.99].map((share) => versus(quantile(theirs, share)))
  return [
    row(`visible_p50_n${size}`, 'ms', ours(0.5), p50 ?? alone, { ours: { most: 10 } }),
    row(`visible_p99_n${size}`, 'ms', ours(0.99), p99 ?? alone, { ours: { most: 100 } }),
  ]
}

/** From the acknowledgement until the last of the others has it, ms; below 0 where they had it first. */
async function seenAfter(peers: Peers, number: number): Promise<number> {
  const [first, ...others] = peers
  const change = creation(number)
  await first.write(change)
  const ackMs = performance.now()
  const times = () => others.map((peer) => peer.seenMs(change.id))
  await eventually(() => times().every((time) => time !== undefined), {
    timeoutMs: PATIENCE_MS,
    what: 'a record to be on all',
  })
  return Math.max(...times().map((time) => (time ?? 0) - ackMs))
}

/** Peers with so many records: what they say while equal, after one push was lost, and after a hundred. */
async function apart(count: number, redis: RedisFigures): Promise<BenchRow[]> {
  const peers = await startPeers(3, (records) => fill(records, 0, count))
  const began = performance.now()
  await eventually(() => areEqual(peers), { timeoutMs: PATIENCE_MS, what: 'equal peers' })
  const caughtUp = (performance.now() - began) / 1000
  await sleep(CALM_MS)
  const repairs = await repair(peers)
  const thousands = `${count / 1000}k`
  const rows = [
    row(
      `repair_${thousands}`,
      's',
      quantile(repairs, 0.99),
      versus(quantile(redis.repairSeconds, 0.99)),
      { ours: { most: 3 } },
    ),
    row(`catch_up_${thousands}`, 's', caughtUp, alone, {}),
  ]
  if (count === Math.max(...COUNTS)) rows.push(...(await spoken(peers)))
  await close(peers)
  return rows
}

async function repair(peers: Peers): Promise<number[]> {
  const samples: number[] = []
  for (let i = 0; i < LOST_ROUNDS; i++) {
    peers[0].isMute = true
    const seen = seenAfter(peers, i)
    // The record is committed, and would have been pushed, by the time that it is acknowledged.
    await sleep(PAUSE_MS * 20)
    peers[0].isMute = false
    samples.push((await seen) / 1000)
  }
  return samples
}

/** Bytes between peers that are equal, for one exchange; and beyond the records themselves where a hundred are missing. */
async function spoken(peers: Peers): Promise<BenchRow[]> {
  const sent = () => peers.reduce((sum, { sentBytes }) => sum + sentBytes, 0)
  await sleep(CALM_MS)
  const before = sent()
  await sleep(IDLE_MS)
  const equal = (sent() - before) / (peers.length * (IDLE_MS / DIGEST_MS))
  const { overhead, most } = await differences()
  return [
    row('equal_bytes', 'B', equal, alone, { ours: { most: 400 } }),
    row('diff100_overhead', 'B', overhead, alone, { ours: { most: Math.round(most) } }),
  ]
}

/** Between two, so that nobody else's questions are counted; records are counted as they stand on the wire. */
async function differences(): Promise<{ overhead: number; most: number }> {
  const peers = await startPeers(2, (records) => fill(records, 0, 1000))
  await eventually(() => areEqual(peers), { timeoutMs: PATIENCE_MS, what: 'equal peers' })
  await sleep(CALM_MS)
  const [first, ...others] = peers
  const sent = () => peers.reduce((sum, { sentBytes }) => sum + sentBytes, 0)
  const changes = Array.from({ length: DIFFERENCES }, (_, i) => creation(i))
  const before = sent()
  first.isMute = true
  await Promise.all(changes.map((change) => first.write(change)))
  first.isMute = false
  await eventually(
    () => changes.every(({ id }) => others.every((peer) => peer.seenMs(id) !== undefined)),
    {
      timeoutMs: PATIENCE_MS,
      what: 'what was missing',
    },
  )
  await sleep(DIGEST_MS / 2)
  const bytes = sent() - before
  const rows = await recordBytes(first, changes.length)
  await close(peers)
  return { overhead: bytes - rows, most: 1200 + rows * 0.05 }
}

/** Of the last transactions' records alone, without a word around them. */
async function recordBytes({ records: { replica } }: ReplicaPeer, count: number): Promise<number> {
  const last = { origin: replica.origin, low: replica.seq - count + 1, high: replica.seq }
  const delta = await replica.collect([last], Number.MAX_SAFE_INTEGER)
  const whole = (records: Delta) =>
    encode({ type: 'range', id: 1, delta: records, isLast: true, reach: [] }).length
  return whole({ ...delta, spans: [] }) - whole(NOTHING)
}

const NOTHING: Delta = { rows: [], claims: [], tombstones: [], entries: [], spans: [] }

function areEqual(peers: Peers): boolean {
  const { heard } = peers[0].records.replica.local
  return peers.every(({ records }) => records.replica.local.heard.missingFrom(heard).length === 0)
}

interface Started {
  readonly seconds: number
  /** Of the processor, seconds. */
  readonly allThreads: number
  readonly mainThread: number
  readonly heap: number
  readonly resident: number
}

async function start(count: number, redis: RedisFigures): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-start-'))
  await fillFolder(folder, count)
  const starts: Started[] = []
  for (let i = 0; i < STARTS; i++) starts.push(await startOnce(folder))
  rmSync(folder, { recursive: true, force: true })
  const median = (pick: (one: Started) => number) => quantile(starts.map(pick), 0.5)
  const theirMegabytes = redis.usedBytes / 1e6
  return [
    row(
      'start_100k',
      's',
      median(({ seconds }) => seconds),
      versus(redis.startSeconds),
      {
        ours: { most: 2 },
      },
    ),
    row(
      'start_cpu_100k',
      's',
      median(({ allThreads }) => allThreads),
      alone,
      {},
    ),
    row(
      'start_main_100k',
      's',
      median(({ mainThread }) => mainThread),
      alone,
      {},
    ),
    row(
      'heap_100k',
      'MB',
      median(({ heap }) => heap),
      versus(theirMegabytes),
      {},
    ),
    row(
      'resident_100k',
      'MB',
      median(({ resident }) => resident),
      versus(theirMegabytes),
      {},
    ),
  ]
}

/** In a process of its own, as a peer starts. */
async function startOnce(folder: string): Promise<Started> {
  const program = new URL('./start-records.ts', import.meta.url).pathname
  const flags = [...PEER_FLAGS, '--expose-gc']
  const child = spawn(process.execPath, [...flags, program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk
  return JSON.parse(text)
}

async function close(peers: Peers): Promise<void> {
  await Promise.all(peers.map((peer) => peer.close()))
}
