// Deaths of members that never ended: while three datagrams in ten are lost, and while one peer in ten stands still again
// and again. Ours and memberlist's run side by side, since nothing is timed and all of them mostly wait.

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { newId, type PeerId } from '../protocol/ids.ts'
import type { Change } from '../server/cluster/membership.ts'
import type { PeerOrder } from '../tests/cluster/peer-process.ts'
import { eventually } from '../tests/support/eventually.ts'
import { freePort } from '../tests/support/skein.ts'
import { freshSecret, GossipPeer } from './gossip-peers.ts'
import { type BenchRow, row } from './report.ts'

const SIZE = 10
/** How long things go wrong; 0 leaves these rows out. */
const SECONDS = Number(process.env.SKEIN_GOSSIP_SECONDS ?? 60)
const LOSS = 0.3
/** The stalling peer stands still for so long, and is well for so long, ms: memberlist takes 6 s to call one dead. */
const STALL_MS = 7000
const WELL_MS = 5000
/** How long peers may talk before anything goes wrong, and after the last of it, ms. */
const SETTLE_MS = 3000
const PATIENCE_MS = 60_000
const PEER = 'memberlist LAN'
const PROGRAM = new URL('../tests/cluster/peer-process.ts', import.meta.url).pathname

interface Trouble {
  readonly loss: number
  /** 0 where nobody stands still. */
  readonly stallMs: number
}

/** How often anybody called anybody so who had not ended. */
interface FalseVerdicts {
  readonly dead: number
  /** `unreachable` or `dead`, of those that never stood still; memberlist has one verdict only. */
  readonly missed: number
}

/** `program` is the built bench/memberlist. */
export async function falseDeaths(program: string): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  if (SECONDS === 0) return rows
  const troubles = { loss30: { loss: LOSS, stallMs: 0 }, stall: { loss: 0, stallMs: STALL_MS } }
  for (const [name, trouble] of Object.entries(troubles)) {
    const [ours, theirs] = await Promise.all([watch(trouble), watchTheirs(program, trouble)])
    const at = (metric: string) => `${metric}_${name}_n${SIZE}`
    rows.push(
      row(at('false_dead'), 'verdicts', ours.dead, versus(theirs.dead), { ours: { most: 0 } }),
      row(at('false_missed'), 'verdicts', ours.missed, versus(theirs.missed), {
        ours: { most: 0 },
      }),
    )
  }
  return rows
}

const versus = (theirs: number) => ({ peer: PEER, theirs })

async function watch({ loss, stallMs }: Trouble): Promise<FalseVerdicts> {
  const secret = freshSecret()
  const changes: Change[] = []
  const onChange = (change: Change): void => void changes.push(change)
  const first = await GossipPeer.start(secret, [], { loss, onChange })
  const peers = [first]
  while (peers.length < SIZE - 1) {
    peers.push(await GossipPeer.start(secret, [first], { loss, onChange }))
  }
  const stalling = await StallingPeer.start(secret, [first], { loss, onChange })
  try {
    await eventually(() => peers.every(({ known }) => known === SIZE - 1), {
      timeoutMs: PATIENCE_MS,
      what: 'all to know all',
    })
    await sleep(SETTLE_MS)
    // What was believed while they met is not of interest.
    changes.length = 0
    const endMs = performance.now() + SECONDS * 1000
    while (performance.now() < endMs) {
      if (stallMs > 0) await stalling.standStill(stallMs)
      await sleep(WELL_MS)
    }
    await sleep(SETTLE_MS)
    return count(changes, stalling.id)
  } finally {
    stalling.kill()
    await Promise.all(peers.map((peer) => peer.kill()))
  }
}

function count(changes: readonly Change[], stalling: PeerId): FalseVerdicts {
  const dead = changes.filter(({ is }) => is === 'dead')
  const missed = changes.filter(
    ({ id, is }) => id !== stalling && (is === 'dead' || is === 'unreachable'),
  )
  return { dead: dead.length, missed: missed.length }
}

async function watchTheirs(program: string, { loss, stallMs }: Trouble): Promise<FalseVerdicts> {
  const argv = ['watch', SIZE, SECONDS, loss, stallMs, WELL_MS].map(String)
  const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk
  const { dead, well }: { dead: number; well: number } = JSON.parse(text)
  return { dead, missed: well }
}

/** A peer in a process of its own, so that it can be stopped as a busy machine stops one. */
class StallingPeer {
  readonly id: PeerId
  readonly #child: ReturnType<typeof spawn>

  private constructor(id: PeerId, child: ReturnType<typeof spawn>) {
    this.id = id
    this.#child = child
  }

  static async start(
    secret: Buffer,
    seeds: readonly GossipPeer[],
    options: { loss: number; onChange: (change: Change) => void },
  ): Promise<StallingPeer> {
    const order: PeerOrder = {
      id: newId<'peer'>(),
      boot: 1,
      host: '127.0.0.1',
      port: await freePort(),
      secret: secret.toString('hex'),
      seeds: seeds.map(({ address }) => address),
      loss: options.loss,
    }
    const argv = [PROGRAM, JSON.stringify(order)]
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { change }: { change?: Change } = JSON.parse(line)
      if (change) options.onChange(change)
    })
    return new StallingPeer(order.id as PeerId, child)
  }

  async standStill(ms: number): Promise<void> {
    this.#child.kill('SIGSTOP')
    await sleep(ms)
    this.#child.kill('SIGCONT')
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}
