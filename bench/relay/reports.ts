// A thousand agents that report each two seconds to one peer: what leaves for another peer, beside passing each report
// on, and what it costs.

import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../tests/support/eventually.ts'
import { LivePeer } from '../../tests/support/live-peer.ts'
import { type BenchRow, row } from '../report.ts'
import { Worker } from '../worker.ts'

const AGENTS = 1000
const PROCESSES = 2
const EVERY_SECONDS = 2
const MEASURED_MS = 20_000
/** Until all are linked and have been told of once, ms. */
const SETTLE_MS = 120_000
/** One report as it comes from an agent, bytes. */
const LINE_BYTES =
  '{"type":"stats","cpuPercent":12.3,"memoryBytes":123456789,"memoryLimitBytes":2147483648}\n'
    .length

interface Told {
  readonly cpuSeconds: number
  readonly sentBytes: number
  readonly agents: number
}

export async function reports(): Promise<BenchRow[]> {
  const [secret, key] = [randomBytes(32), randomBytes(32).toString('hex')]
  const other = await new LivePeer(secret).start([])
  const peer = new Worker(
    'peer',
    './relay/told-peer.ts',
    secret.toString('hex'),
    key,
    other.address,
  )
  const { address } = await peer.next<{ address: string }>()
  const each = String(AGENTS / PROCESSES)
  const workers = Array.from(
    { length: PROCESSES },
    () => new Worker('agent', './relay/reporters.ts', address, key, each),
  )
  try {
    const ask = () => peer.next<Told>({})
    const all = async () => (await ask()).agents === AGENTS
    await eventually(all, { timeoutMs: SETTLE_MS, what: 'all agents' })
    const isTold = () => other.live.entries('agent').size === AGENTS
    await eventually(isTold, { timeoutMs: SETTLE_MS, what: 'the other peer to know' })
    const before = await ask()
    await sleep(MEASURED_MS)
    return rowsOf(before, await ask())
  } finally {
    for (const worker of [peer, ...workers]) worker.close()
    await other.kill()
  }
}

function rowsOf(before: Told, after: Told): BenchRow[] {
  const seconds = MEASURED_MS / 1000
  const perSecond = (after.sentBytes - before.sentBytes) / seconds
  const cpu = ((after.cpuSeconds - before.cpuSeconds) / seconds) * 100
  const each = (AGENTS / EVERY_SECONDS) * LINE_BYTES
  return [
    row(
      'report_bytes',
      'B/s',
      perSecond,
      { peer: 'each sent on', theirs: each },
      {
        ratio: { most: 0.1 },
      },
    ),
    row('report_cpu', '%', cpu, { peer: 'a core', theirs: 100 }, {}),
  ]
}
