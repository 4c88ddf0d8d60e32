// A thousand open terminals at one peer, each with 1 kB of output each 100 ms, and somebody who types at one more: agents
// and viewers are a few processes, the peer is one of its own.

import { randomBytes } from 'node:crypto'
import { constants, setPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { Api } from '../../tests/support/api.ts'
import { TestTerminal } from '../../tests/support/terminal.ts'
import { privateMegabytes } from '../idle.ts'
import { type BenchRow, quantile, row } from '../report.ts'
import { LINES } from './chatter.ts'
import { cpuSeconds } from './cpu.ts'
import type { Seat } from './crowd-peer.ts'
import { Worker } from './worker.ts'

const SPACES = 20
const EACH = 50
const TERMINALS = SPACES * EACH
const PROCESSES = 2
const KEYS = 500
const BETWEEN_MS = 20
const SETTLE_MS = 5000
/** What a thousand terminals say in a second, bytes; a crowd that says much less is none. */
const WANTED_RATE = TERMINALS * 10 * LINES.length

interface Open {
  readonly port: number
  readonly linkPort: number
  readonly seats: readonly Seat[]
}

export async function crowd(): Promise<BenchRow[]> {
  const key = randomBytes(32).toString('hex')
  const peer = new Worker('peer', './crowd-peer.ts', String(SPACES + 1), key)
  const workers: Worker[] = [peer]
  try {
    const { port, linkPort, seats } = await peer.next<Open>()
    const address = `http://127.0.0.1:${linkPort}`
    const [typist, ...others] = seats
    const ids = (some: readonly Seat[]) => some.map(({ spaceId }) => spaceId)
    const agents = (voice: string, some: readonly Seat[]) => {
      const worker = new Worker('agent', './crowd-agents.ts', voice, address, key, ...ids(some))
      workers.push(worker)
      return worker
    }
    agents('quiet', typist ? [typist] : [])
    const parts = Array.from({ length: PROCESSES }, (_, at) =>
      others.filter((_, i) => i % PROCESSES === at),
    )
    const loud = parts.map((part) => agents('loud', part))
    for (const agent of loud) standElsewhere(agent)
    const url = `http://localhost:${port}`
    const probe = await TestTerminal.open(at(url, typist), typist?.spaceId ?? '', 'probe')
    const emptyMb = privateMegabytes(peer.pid)
    const alone = await echoes(probe)
    const viewers = parts.map(() => new Worker('person', './crowd-viewers.ts', url, String(EACH)))
    workers.push(...viewers)
    for (const viewer of viewers) standElsewhere(viewer)
    await Promise.all(viewers.map((viewer, i) => viewer.next(parts[i])))
    await sleep(SETTLE_MS)
    return await measured({ probe, peer, loud, viewers, emptyMb, alone })
  } finally {
    for (const worker of workers) worker.close()
  }
}

interface Measured {
  readonly probe: TestTerminal
  readonly peer: Worker
  /** The agents of the thousand. */
  readonly loud: readonly Worker[]
  readonly viewers: readonly Worker[]
  readonly emptyMb: number
  readonly alone: readonly number[]
}

async function measured(crowd: Measured): Promise<BenchRow[]> {
  const { probe, peer, loud, viewers, emptyMb, alone } = crowd
  const groups = [[peer], loud, viewers]
  const bytesBefore = await came(viewers)
  const [beganMs, used] = [performance.now(), groups.map(spent)]
  const times = await echoes(probe)
  const tookMs = performance.now() - beganMs
  // Of a core, percent: the peer's, the agents' and the viewers'.
  const shares = groups.map((group, i) => ((spent(group) - (used[i] ?? 0)) / tookMs) * 1e5)
  const rate = ((await came(viewers)) - bytesBefore) / (tookMs / 1000)
  const kilobytes = ((privateMegabytes(peer.pid) - emptyMb) * 1000) / TERMINALS
  probe.close()
  const all = { peer: 'all of it', theirs: WANTED_RATE / 1e6 }
  const core = { peer: 'a core', theirs: 100 }
  const whole = { peer: 'of one peer', theirs: emptyMb * 1000 }
  const versus = { peer: 'nobody else', theirs: quantile(alone, 0.99) }
  return [
    row('crowd_p99', 'ms', quantile(times, 0.99), versus, { ours: { most: 10 } }),
    row('crowd_rate', 'MB/s', rate / 1e6, all, { ratio: { least: 0.9 } }),
    ...['crowd_cpu', 'crowd_agents', 'crowd_viewers'].map((name, i) =>
      row(name, '%', shares[i] ?? 0, core, {}),
    ),
    row('terminal_kb', 'kB', kilobytes, whole, { ours: { most: 100 } }),
  ]
}

const spent = (group: readonly Worker[]): number =>
  group.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0)

async function came(viewers: readonly Worker[]): Promise<number> {
  const told = await Promise.all(viewers.map((viewer) => viewer.next<{ bytes: number }>({})))
  return told.reduce((sum, { bytes }) => sum + bytes, 0)
}

/**
 * The thousand and their programs have machines of their own: what they take of this one's two cores is no time of the peer's.
 * That all of what they say gets through is a row of its own.
 */
function standElsewhere({ pid }: Worker): void {
  setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
}

function at(url: string, seat: Seat | undefined): Api {
  const api = new Api(url)
  api.cookie = seat?.cookie ?? ''
  return api
}

/** How long each key takes until it is shown. */
async function echoes(terminal: TestTerminal): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < KEYS; i++) {
    const { promise, resolve } = Promise.withResolvers<void>()
    terminal.onOutput = () => resolve()
    const beganMs = performance.now()
    terminal.type('x')
    await promise
    times.push(performance.now() - beganMs)
    await sleep(BETWEEN_MS)
  }
  return times
}
