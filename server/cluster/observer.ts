// Looks at the other peers for what they cannot write down themselves, and writes it down for them: that a clock went wrong
// or is right again, that a data folder was put back, and that it was started as another version.

import type { PeerInfo } from '#protocol/api/peers.ts'
import type { Actor } from '#protocol/link.ts'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Change, Records } from '../records/records.ts'

/** How often the others are looked at, ms: their clocks are measured by each probe. */
const LOOK_MS = 2_000

export type Looked = Pick<
  PeerInfo,
  'id' | 'name' | 'isSelf' | 'state' | 'version' | 'clock' | 'isRolledBack'
>

/** What was told of a peer last. */
interface Said {
  readonly isClockOff: boolean
  readonly isRolledBack: boolean
  readonly version: string
}

export interface ObserverOptions {
  readonly peers: () => readonly Looked[]
  readonly records: Records
  readonly actor: Actor
  readonly clock: Clock
  readonly log: Log
}

export class Observer {
  readonly #options: ObserverOptions
  readonly #said = new Map<string, Said>()
  readonly #closed = new AbortController()
  readonly #loop: Promise<void>

  constructor(options: ObserverOptions) {
    this.#options = options
    this.#loop = this.#lookOften()
  }

  async close(): Promise<void> {
    this.#closed.abort()
    await this.#loop
  }

  /** Also called when membership has news: a peer may be there for less than the pause between two looks. */
  look(): void {
    const { records, log, actor, peers } = this.#options
    if (this.#closed.signal.aborted) return
    const changes = observe(peers(), this.#said, actor)
    if (changes.length === 0) return
    records
      .transact(() => ({ changes, result: undefined }))
      .catch((err: unknown) => log.warn({ err }, 'what was seen of a peer was not kept'))
  }

  async #lookOften(): Promise<void> {
    const { signal } = this.#closed
    while (!signal.aborted) {
      this.look()
      await this.#options.clock.delay(LOOK_MS, signal).catch(() => undefined)
    }
  }
}

/**
 * What is news, which `said` then holds. Whoever's own clock is wrong says nothing of others', and of one that cannot be
 * heard there is nothing new.
 */
export function observe(
  peers: readonly Looked[],
  said: Map<string, Said>,
  actor: Actor,
): readonly Change[] {
  const isJudge = !peers.some(({ isSelf, clock }) => isSelf && clock)
  return peers
    .filter(({ isSelf, state }) => !isSelf && state === 'alive')
    .flatMap(({ id, name, clock, version, isRolledBack = false }) => {
      const before = said.get(id) ?? { isClockOff: false, isRolledBack: false, version }
      const isClockOff = isJudge ? clock !== undefined : before.isClockOff
      said.set(id, { isClockOff, isRolledBack, version })
      const note = (action: string, detail: Record<string, unknown>): Change => {
        const body = { actor, action, target: { kind: 'peer', id, name }, detail }
        return { op: 'append', stream: 'audit', subject: id, body }
      }
      return [
        ...(isClockOff === before.isClockOff
          ? []
          : [note('peer.clock', { aheadMs: clock?.aheadMs ?? 0 })]),
        ...(isRolledBack && !before.isRolledBack ? [note('peer.rolled-back', {})] : []),
        ...(version === before.version
          ? []
          : [note('peer.version', { was: before.version, is: version })]),
      ]
    })
}
