// What somebody who types has of it that a crowd reads along beside him, and what the crowd takes of the processor: the same
// for a peer and for a plain relay.

import { constants, setPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Echoing } from '../echo.ts'
import type { Worker } from '../worker.ts'
import { LINES } from './chatter.ts'
import { cpuSeconds } from './cpu.ts'

const KEYS = 500
const BETWEEN_MS = 20

export interface Crowd {
  readonly probe: Echoing
  readonly peer: Worker
  /** The agents of the thousand. */
  readonly loud: readonly Worker[]
  readonly viewers: readonly Worker[]
}

export interface Crowded {
  readonly timesMs: readonly number[]
  /** Of a core, percent: the peer's, the agents' and the viewers'. */
  readonly shares: readonly number[]
  readonly bytesPerSecond: number
}

/** What so many terminals say in a second, bytes; a crowd that says much less is none. */
export const wantedRate = (terminals: number): number => terminals * 10 * LINES.length

export async function crowded({ probe, peer, loud, viewers }: Crowd): Promise<Crowded> {
  const groups = [[peer], loud, viewers]
  const bytesBefore = await came(viewers)
  const [beganMs, used] = [performance.now(), groups.map(spent)]
  const timesMs = await echoes(probe)
  const tookMs = performance.now() - beganMs
  const shares = groups.map((group, i) => ((spent(group) - (used[i] ?? 0)) / tookMs) * 1e5)
  const bytes = (await came(viewers)) - bytesBefore
  return { timesMs, shares, bytesPerSecond: bytes / (tookMs / 1000) }
}

/**
 * The thousand and their programs have machines of their own: what they take of this one's two cores is no time of the peer's.
 * That all of what they say gets through is a row of its own.
 */
export function standElsewhere({ pid }: Worker): void {
  setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
}

/** How long each key takes until it is shown. */
export async function echoes(terminal: Echoing): Promise<number[]> {
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

const spent = (group: readonly Worker[]): number =>
  group.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0)

async function came(viewers: readonly Worker[]): Promise<number> {
  const told = await Promise.all(viewers.map((viewer) => viewer.next<{ bytes: number }>({})))
  return told.reduce((sum, { bytes }) => sum + bytes, 0)
}
