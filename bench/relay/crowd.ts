// A thousand open terminals at one peer, each with 1 kB of output each 100 ms, and somebody who types at one more: agents
// and viewers are a few processes, the peer is one of its own. Beside it the same at a plain relay.

import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Api } from '../../tests/support/api.ts'
import { TestTerminal } from '../../tests/support/terminal.ts'
import { privateMegabytes } from '../idle.ts'
import { type BenchRow, quantile, row } from '../report.ts'
import { Worker } from '../worker.ts'
import type { Seat } from './crowd-peer.ts'
import { type Crowded, crowded, echoes, standElsewhere, wantedRate } from './crowded.ts'
import { plainCrowd } from './plain-crowd.ts'

const SPACES = 20
const EACH = 50
const TERMINALS = SPACES * EACH
const PROCESSES = 2
const SETTLE_MS = 5000

interface Open {
  readonly port: number
  readonly linkPort: number
  readonly seats: readonly Seat[]
}

export async function crowd(): Promise<BenchRow[]> {
  const ours = await peerCrowd()
  return rowsOf(ours, await plainCrowd(TERMINALS))
}

async function peerCrowd(): Promise<Measured> {
  const key = randomBytes(32).toString('hex')
  const peer = new Worker('peer', './relay/crowd-peer.ts', String(SPACES + 1), key)
  const workers: Worker[] = [peer]
  try {
    const { port, linkPort, seats } = await peer.next<Open>()
    const address = `http://127.0.0.1:${linkPort}`
    const [typist, ...others] = seats
    const ids = (some: readonly Seat[]) => some.map(({ spaceId }) => spaceId)
    const agents = (voice: string, some: readonly Seat[]) => {
      const worker = new Worker(
        'agent',
        './relay/crowd-agents.ts',
        voice,
        address,
        key,
        ...ids(some),
      )
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
    const viewers = parts.map(
      () => new Worker('person', './relay/crowd-viewers.ts', url, String(EACH)),
    )
    workers.push(...viewers)
    for (const viewer of viewers) standElsewhere(viewer)
    await Promise.all(viewers.map((viewer, i) => viewer.next(parts[i])))
    await sleep(SETTLE_MS)
    const seen = await crowded({ probe, peer, loud, viewers })
    const kilobytes = ((privateMegabytes(peer.pid) - emptyMb) * 1000) / TERMINALS
    probe.close()
    return { ...seen, alone, kilobytes, emptyMb }
  } finally {
    for (const worker of workers) worker.close()
  }
}

interface Measured extends Crowded {
  readonly alone: readonly number[]
  /** Of a terminal. */
  readonly kilobytes: number
  readonly emptyMb: number
}

function rowsOf(ours: Measured, plain: Crowded): BenchRow[] {
  const beside = (theirs: number) => ({ peer: 'plain ws relay', theirs })
  const [p50, p99] = [0.5, 0.99].map((share) => quantile(ours.timesMs, share))
  const alone = { peer: 'in the crowd', theirs: p99 ?? 0 }
  const all = { peer: 'all of it', theirs: wantedRate(TERMINALS) / 1e6 }
  const whole = { peer: 'of one peer', theirs: ours.emptyMb * 1000 }
  return [
    row('crowd_p50', 'ms', p50 ?? 0, beside(quantile(plain.timesMs, 0.5)), {}),
    row('crowd_p99', 'ms', p99 ?? 0, beside(quantile(plain.timesMs, 0.99)), { ours: { most: 10 } }),
    row('crowd_alone', 'ms', quantile(ours.alone, 0.99), alone, {}),
    row('crowd_rate', 'MB/s', ours.bytesPerSecond / 1e6, all, { ratio: { least: 0.97 } }),
    ...['crowd_cpu', 'crowd_agents', 'crowd_viewers'].map((name, i) =>
      row(name, '%', ours.shares[i] ?? 0, beside(plain.shares[i] ?? 0), {}),
    ),
    row('terminal_kb', 'kB', ours.kilobytes, whole, { ours: { most: 100 } }),
  ]
}

function at(url: string, seat: Seat | undefined): Api {
  const api = new Api(url)
  api.cookie = seat?.cookie ?? ''
  return api
}
