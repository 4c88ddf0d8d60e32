// One peer after the other: each is asked to start anew and waited for, until it serves and has every record, before the
// next is touched. It stops at the first that does not come back, with what can be done.

import type { PeerAsk, PeerInfo } from '#protocol/api/peers.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { Clock } from '../server/clock.ts'
import type { Asked } from '../server/peer/duty/ask.ts'

/** How often the cluster is looked at. */
const LOOK_MS = 300
/** What a peer may take: a drain, the end of its requests, three tries of a start, and the way back. */
const PEER_MS = 180_000
/** What the others may take to be well before the next is touched. */
const WELL_MS = 60_000

export interface Cluster {
  /** Rejects with `unavailable` while the asked peer is itself being started. */
  list(): Promise<readonly PeerInfo[]>
  wish(peer: string, ask: PeerAsk): Promise<Asked>
}

export interface RollingOptions {
  readonly cluster: Cluster
  readonly clock: Pick<Clock, 'monotonicMs' | 'delay'>
  readonly say: (line: string) => void
  /** Only this one, by name or id. */
  readonly only?: string
  readonly to?: string
  readonly back?: boolean
}

/** Rejects with `upgrade_stopped`, which says at which peer and why, and with what the peers refuse. */
export async function roll(options: RollingOptions): Promise<void> {
  const { cluster, only, say } = options
  const known = await cluster.list()
  for (const { name, state } of known)
    if (state === 'left') say(`${name} has left, and stays as it is`)
  const all = known.filter(({ state }) => state !== 'left' && state !== 'refused')
  const chosen = all.filter(({ id, name }) => only === undefined || only === id || only === name)
  if (chosen.length === 0) throw new SkeinError('not_found', { thing: 'peer' })
  // Whom we ask comes last: it tells us about the others.
  const order = chosen.toSorted((a, b) => Number(a.isSelf) - Number(b.isSelf))
  const done: string[] = []
  for (const peer of order) {
    await untilOthersAreWell(options, peer)
    await startAnew(options, peer, all)
    done.push(peer.name)
  }
  say(`done: ${done.join(', ')}`)
}

async function untilOthersAreWell(options: RollingOptions, peer: PeerInfo): Promise<void> {
  let ill: readonly string[] = []
  const areWell = async () => {
    ill = (await options.cluster.list()).filter(({ id }) => id !== peer.id).flatMap(illnessOf)
    return ill.length === 0
  }
  if (!(await within(options, WELL_MS, areWell))) throw stopped(peer, ill.join('; '))
}

async function startAnew(
  options: RollingOptions,
  peer: PeerInfo,
  all: readonly PeerInfo[],
): Promise<void> {
  const { cluster, clock, say, to, back } = options
  const beganMs = clock.monotonicMs()
  const change = { ...(to !== undefined && { to }), ...(back === true && { back }) }
  const { wish } = await cluster.wish(peer.id, { want: 'restart', ...change })
  say(`${peer.name}: asked to start anew${to === undefined ? '' : ` with ${to}`}`)
  let told = ''
  const isBack = async () => {
    const seen = await cluster.list()
    const now = seen.find(({ id }) => id === peer.id)
    if (now === undefined || now.state !== 'alive' || now.duty?.wish !== wish) return false
    if (now.duty?.failed !== undefined) throw stopped(peer, now.duty.failed)
    const isEnding = now.duty?.state === 'restarting'
    const illness = isEnding ? [`${peer.name} drains`] : illnessSeen(now, seen, all)
    const line = illness.join('; ')
    if (line !== told && line !== '') say(line)
    told = line
    return illness.length === 0
  }
  if (!(await within(options, PEER_MS, isBack))) {
    throw stopped(peer, told || 'it did not do as asked; a version before this one cannot')
  }
  const { version = '' } = (await cluster.list()).find(({ id }) => id === peer.id) ?? {}
  const seconds = ((clock.monotonicMs() - beganMs) / 1000).toFixed(1)
  say(`${peer.name}: serves ${version} and has every record, after ${seconds} s`)
}

/** Whom we ask is back when it sees the others again as they were: until then it could not tell us of them. */
function illnessSeen(
  peer: PeerInfo,
  seen: readonly PeerInfo[],
  all: readonly PeerInfo[],
): readonly string[] {
  if (!peer.isSelf) return illnessOf(peer)
  return all.flatMap(({ id, name }) => {
    const found = seen.find((one) => one.id === id)
    return found ? illnessOf(found) : [`${name} is not seen yet`]
  })
}

/** What keeps a peer from doing its part; those that are kept away are nobody's concern. */
export function illnessOf({ name, state, duty, records, isSelf }: PeerInfo): string[] {
  if (state === 'left' || state === 'refused') return []
  if (state !== 'alive') return [`${name} is ${state}`]
  if (duty?.state === 'restarting') return [`${name} is being started`]
  if (!isSelf && records?.isLevel !== true) return [`${name} does not have every record yet`]
  return []
}

/** The asked peer is away while it is started itself. */
async function within(
  { clock }: RollingOptions,
  limitMs: number,
  check: () => Promise<boolean>,
): Promise<boolean> {
  const endMs = clock.monotonicMs() + limitMs
  while (clock.monotonicMs() < endMs) {
    try {
      if (await check()) return true
    } catch (error) {
      if (!(error instanceof SkeinError) || error.code !== 'unavailable') throw error
    }
    await clock.delay(LOOK_MS)
  }
  return false
}

const stopped = ({ name }: PeerInfo, reason: string): SkeinError =>
  new SkeinError('upgrade_stopped', { name, reason })
