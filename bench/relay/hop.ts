// What a hop adds to a keystroke, and what it carries: agent and holder are processes of their own, and the bench is the
// peer that asks. Beside it the same agent's code without the hop, and socat, which copies bytes and does nothing else.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Hopping } from '../../link/testing/hopping.ts'
import type { LinkStream } from '../../server/links/streams.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { type BenchRow, quantile, row } from '../report.ts'
import { Worker } from '../worker.ts'
import { cpuSeconds } from './cpu.ts'
import { socatMegabytes } from './socat.ts'

const ECHOES = 3000
const BETWEEN_MS = 2
const RELAY_MS = 5000
const WARM_UP = 300

export async function hop(): Promise<BenchRow[]> {
  const hopping = new Hopping()
  const { holder, asker } = hopping
  const holding = new Worker(
    'peer',
    './relay/holder.ts',
    holder.spaceId,
    hex(holder.key),
    hex(hopping.key),
  )
  const { address } = await holding.next<{ address: string }>()
  hopping.address = address
  const far = agent(address, holder.spaceId, holder.key)
  await holding.next()
  const near = asker.another({ spaceId: asker.spaceId, key: randomBytes(32) })
  const beside = agent(await asker.listen(), near.spaceId, near.key)
  const linked = () => asker.links.has(asker.spaceId)
  await eventually(linked, { timeoutMs: 30_000, what: 'the agent beside' })
  hopping.hear(hopping.holderId)
  try {
    const direct = await asker.open({ kind: 'echo' })
    const hopped = await openAt(hopping, { kind: 'echo' })
    const [without, withHop] = await echoesOf([direct, hopped])
    const relay = await relayed(hopping, holding.pid)
    return rowsOf(without ?? [], withHop ?? [], relay, await socatMegabytes(RELAY_MS))
  } finally {
    for (const worker of [holding, far, beside]) worker.close()
    await hopping.close()
  }
}

function rowsOf(without: number[], withHop: number[], relay: number, socat: number): BenchRow[] {
  const extra = (share: number) => quantile(withHop, share) - quantile(without, share)
  const echo = (share: number) => ({ peer: 'echo without it', theirs: quantile(without, share) })
  return [
    row('hop_p50', 'ms', extra(0.5), echo(0.5), { ours: { most: 1 } }),
    row('hop_p99', 'ms', extra(0.99), echo(0.99), { ours: { most: 5 } }),
    row('relay', 'MB/s', relay, { peer: 'socat', theirs: socat }, { ours: { least: 100 } }),
  ]
}

const hex = (bytes: Buffer): string => bytes.toString('hex')

const agent = (address: string, spaceId: string, key: Buffer): Worker =>
  new Worker('agent', '../tests/links/agent-process.ts', address, spaceId, hex(key))

function openAt({ asker, holder }: Hopping, open: Parameters<typeof asker.open>[0]) {
  const options = { actor: { kind: 'user', id: 'bench', name: 'bench' }, requestId: 'b' } as const
  return asker.links.streams.open({ space: holder.spaceId }, open, options)
}

/** One keystroke at a time on each in turn, so that whatever else the machine does falls on both. */
async function echoesOf(streams: readonly LinkStream[]): Promise<number[][]> {
  const times: number[][] = streams.map(() => [])
  for (let i = 0; i < ECHOES + WARM_UP; i++) {
    for (const [at, { duplex }] of streams.entries()) {
      const beganMs = performance.now()
      duplex.write('x')
      await once(duplex, 'data')
      if (i >= WARM_UP) times[at]?.push(performance.now() - beganMs)
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS))
    }
  }
  for (const stream of streams) stream.abort()
  return times
}

/** MB for each second of a core that the holder used. */
async function relayed(hopping: Hopping, holder: number): Promise<number> {
  const stream = await openAt(hopping, { kind: 'tcp', port: 1 })
  let bytes = 0
  const began = cpuSeconds(holder)
  stream.duplex.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  await new Promise((resolve) => setTimeout(resolve, RELAY_MS))
  const seconds = cpuSeconds(holder) - began
  stream.abort()
  return bytes / 1e6 / seconds
}
