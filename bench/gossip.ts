// How soon peers miss one that crashed, know one that joined, and what it costs to watch: beside HashiCorp's memberlist
// with its LAN defaults, in the same run and with the same number of members on the same loopback.

import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../tests/support/eventually.ts'
import { falseDeaths } from './gossip-false.ts'
import { freshSecret, GossipPeer } from './gossip-peers.ts'
import { type BenchRow, quantile, row } from './report.ts'

const SIZES = (process.env.SKEIN_GOSSIP_SIZES ?? '3,10,30')
  .split(',')
  .map(Number)
  .filter((size) => size > 1)
const IDLE_SECONDS = 10
const PATIENCE_MS = 60_000
const PEER = 'memberlist LAN'
const SOURCES = ['main.go', 'watch.go'].map(
  (name) => new URL(`./memberlist/${name}`, import.meta.url).pathname,
)

interface Samples {
  readonly join: readonly number[]
  /** Seconds from the crash to the first peer that missed it, and to the last. */
  readonly first: readonly number[]
  readonly all: readonly number[]
  /** Bytes of datagrams a second and peer. */
  readonly idle: number
}

export async function gossip(): Promise<readonly BenchRow[]> {
  const program = build()
  const rows: BenchRow[] = []
  for (const size of SIZES) {
    // One after the other, so that neither waits for the other's share of the machine.
    const rounds = Number(process.env.SKEIN_GOSSIP_ROUNDS ?? 12)
    const ours = await measure(size, rounds)
    const theirs = await measureTheirs(program, size, rounds)
    rows.push(...compare(size, ours, theirs))
  }
  return [...rows, ...(await falseDeaths(program))]
}

function compare(size: number, ours: Samples, theirs: Samples): BenchRow[] {
  const versus = (value: number) => ({ peer: PEER, theirs: value })
  const at = (samples: readonly number[], share: number) => quantile(samples, share)
  const after = ours.all.map((all, i) => all - (ours.first[i] ?? 0))
  const theirAfter = theirs.all.map((all, i) => all - (theirs.first[i] ?? 0))
  return [
    row(`detect_p50_n${size}`, 's', at(ours.first, 0.5), versus(at(theirs.first, 0.5)), {
      ours: { most: 3.5 },
      ratio: { most: 0.55 },
    }),
    row(`detect_p99_n${size}`, 's', at(ours.first, 0.99), versus(at(theirs.first, 0.99)), {
      ours: { most: 4.5 },
    }),
    row(`spread_p99_n${size}`, 's', at(after, 0.99), versus(at(theirAfter, 0.99)), {
      ours: { most: 0.5 },
    }),
    row(`join_p99_n${size}`, 's', at(ours.join, 0.99), versus(at(theirs.join, 0.99)), {
      ours: { most: 3 },
    }),
    row(`idle_n${size}`, 'B/s', ours.idle, versus(theirs.idle), { ours: { most: 500 } }),
  ]
}

async function measure(size: number, rounds: number): Promise<Samples> {
  const secret = freshSecret()
  const peers = [await GossipPeer.start(secret, [])]
  while (peers.length < size) peers.push(await GossipPeer.start(secret, peers.slice(0, 1)))
  await allKnow(peers)
  const idle = await idleBytes(peers)
  const samples = { join: [] as number[], first: [] as number[], all: [] as number[], idle }
  for (let round = 0; round < rounds; round++) {
    const [victim] = peers.splice(1 + (round % (peers.length - 1)), 1)
    if (!victim) break
    const { first, all } = await crash(victim, peers)
    samples.first.push(first)
    samples.all.push(all)
    const began = performance.now()
    peers.push(await GossipPeer.start(secret, peers.slice(0, 1)))
    await allKnow(peers)
    samples.join.push((performance.now() - began) / 1000)
  }
  await Promise.all(peers.map((peer) => peer.kill()))
  return samples
}

async function crash(victim: GossipPeer, rest: readonly GossipPeer[]) {
  // At any moment of the others' periods.
  await sleep(Math.random() * 1000)
  const killed = performance.now()
  await victim.kill()
  await eventually(() => rest.every(({ missedAt }) => missedAt.has(victim.id)), {
    timeoutMs: PATIENCE_MS,
    what: 'everybody to miss it',
  })
  const times = rest.map(({ missedAt }) => ((missedAt.get(victim.id) ?? 0) - killed) / 1000)
  return { first: Math.min(...times), all: Math.max(...times) }
}

const allKnow = (peers: readonly GossipPeer[]) =>
  eventually(() => peers.every(({ known }) => known === peers.length - 1), {
    timeoutMs: PATIENCE_MS,
    what: 'all to know all',
  })

async function idleBytes(peers: readonly GossipPeer[]): Promise<number> {
  const sent = () => peers.reduce((sum, { membership }) => sum + membership.sentBytes, 0)
  // What joining has to tell is told by now.
  await sleep(3000)
  const before = sent()
  await sleep(IDLE_SECONDS * 1000)
  return (sent() - before) / IDLE_SECONDS / peers.length
}

function build(): string {
  const program = join(mkdtempSync(join(tmpdir(), 'skein-memberlist-')), 'memberlist')
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '' }
  execFileSync('go', ['build', '-o', program, ...SOURCES], { env, stdio: 'inherit' })
  return program
}

async function measureTheirs(program: string, size: number, rounds: number): Promise<Samples> {
  const argv = [String(size), String(rounds), String(IDLE_SECONDS)]
  const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk
  return JSON.parse(text)
}
