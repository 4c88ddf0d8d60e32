// Refused ssh logins, in the audit. Strangers decide how many there are, and an entry stays on every peer's disk: so those
// of a minute are gathered, one entry for each address and name, and there are no more entries than a bucket gives.

import { SkeinError } from '#protocol/errors.ts'
import type { Id } from '#protocol/ids.ts'
import type { Clock } from '../clock.ts'
import { audited, type By } from '../identity/audit.ts'
import { type BucketRule, Buckets, bucketOf } from '../identity/limits.ts'
import type { Log } from '../log.ts'
import type { Change, Records } from '../records/records.ts'

/** How long refusals are gathered, ms. */
export const GATHER_MS = 60_000
/** Entries at once, and then one more a minute: 1,460 a day of one peer, 600 kB, however many knock. */
export const ENTRY_RULE: BucketRule = { burst: 20, refillMs: GATHER_MS }
/** Addresses and names that are told apart in one minute, some 500 kB; those beyond are counted only. */
export const MAX_GATHERED = 1000

const STRANGER = { kind: 'system', id: 'stranger', name: 'stranger' } as const
/** What was asked for is a name, perhaps of nothing. */
const UNKNOWN = 'unknown' as Id
const BUCKET = 'entries'

/** One connection that nobody came in by. */
export interface Refusal {
  readonly address: string
  /** The space that was asked for, as its name was written. */
  readonly name: string
  /** A code, or `no_key` or `key_unproven` for what is no error of anybody's. */
  readonly reason: string
  readonly fingerprint?: string
  /** Whose key was proved; nobody's, where none was. */
  readonly actor?: By['actor']
  readonly credential?: NonNullable<By['credential']>
}

interface Gathered extends Refusal {
  readonly fromMs: number
  toMs: number
  count: number
}

interface RefusalParts {
  readonly records: Pick<Records, 'transact'>
  readonly clock: Clock
  readonly log: Log
}

export class Refusals {
  readonly #parts: RefusalParts
  readonly #closed = new AbortController()
  readonly #entries: Buckets
  readonly #gathered = new Map<string, Gathered>()
  #uncounted = 0
  #writing: Promise<void> | undefined

  constructor(parts: RefusalParts) {
    this.#parts = parts
    this.#entries = new Buckets(ENTRY_RULE, parts.clock)
  }

  note(refusal: Refusal): void {
    if (this.#closed.signal.aborted) return
    const { address, name, reason, actor } = refusal
    const key = JSON.stringify([bucketOf(address), name, reason, actor?.id])
    const held = this.#gathered.get(key)
    const toMs = this.#parts.clock.nowMs()
    if (held) {
      held.count++
      held.toMs = toMs
    } else if (this.#gathered.size < MAX_GATHERED) {
      this.#gathered.set(key, { ...refusal, fromMs: toMs, toMs, count: 1 })
    } else this.#uncounted++
    this.#writing ??= this.#writeLater()
  }

  /** Writes what is gathered. */
  async close(): Promise<void> {
    this.#closed.abort(new SkeinError('unavailable', { reason: 'restarting' }))
    await this.#writing
  }

  async #writeLater(): Promise<void> {
    const { clock, log } = this.#parts
    const { signal } = this.#closed
    while (this.#gathered.size > 0) {
      await clock.delay(GATHER_MS, signal).catch(() => undefined)
      await this.#write(signal.aborted).catch((err: unknown) =>
        log.error({ err }, 'refused ssh logins were not audited'),
      )
    }
    this.#writing = undefined
  }

  /** Those of which there were most by themselves, the others in one entry. */
  async #write(isLast: boolean): Promise<void> {
    const all = [...this.#gathered.values()].toSorted((a, b) => b.count - a.count)
    const more = this.#uncounted > 0 ? 1 : 0
    const room = Math.max(this.#take(all.length + more), isLast ? 1 : 0)
    if (room === 0) return
    const alone = all.length + more <= room ? all : all.slice(0, room - 1)
    const changes = alone.map(entry)
    const rest = all.slice(alone.length)
    if (rest.length + more > 0) changes.push(entryOfRest(rest, this.#uncounted))
    this.#gathered.clear()
    this.#uncounted = 0
    await this.#parts.records.transact(() => ({ changes, result: undefined }))
  }

  /** How many entries there may be now, of so many. */
  #take(wanted: number): number {
    for (let taken = 0; taken < wanted; taken++) {
      try {
        this.#entries.take(BUCKET)
      } catch {
        return taken
      }
    }
    return wanted
  }
}

function entry({
  address,
  name,
  reason,
  actor,
  credential,
  fingerprint,
  ...rest
}: Gathered): Change {
  const by = { actor: actor ?? STRANGER, address, ...(credential && { credential }) }
  return audited(by, 'ssh.refused', targetOf(name), {
    ...{ reason, ...(fingerprint && { fingerprint }) },
    ...{ count: rest.count, ...spanOf([{ ...rest }]) },
  })
}

function entryOfRest(rest: readonly Gathered[], uncounted: number): Change {
  const count = rest.reduce((sum, one) => sum + one.count, uncounted)
  const addresses = new Set(rest.map(({ address }) => bucketOf(address))).size
  const by = { actor: STRANGER, address: 'several' }
  return audited(by, 'ssh.refused', targetOf('several'), {
    ...{ reason: 'several', count, addresses, ...spanOf(rest) },
  })
}

const targetOf = (name: string) => ({ kind: 'space', id: UNKNOWN, name })

function spanOf(all: readonly Pick<Gathered, 'fromMs' | 'toMs'>[]): Record<string, string> {
  if (all.length === 0) return {}
  const iso = (ms: number) => new Date(ms).toISOString()
  return {
    from: iso(Math.min(...all.map(({ fromMs }) => fromMs))),
    to: iso(Math.max(...all.map(({ toMs }) => toMs))),
  }
}
