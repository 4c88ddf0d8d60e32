// Keeps the audit: seals what this database wrote by a checkpoint now and then, and removes what is older than it is to
// be kept. Both may be cut off anywhere and begin again from what the store has.

import type { Clock } from '../clock.ts'
import type { Span } from '../cluster/replica/delta.ts'
import type { Records } from '../records/records.ts'
import type { Replicable } from '../records/replicable.ts'
import type { Log } from '../store/log.ts'
import type { Store, StoredEntry } from '../store/store.ts'
import { comparePlaces, digestOf, extend, genesis, type Head } from './chain.ts'
import {
  type AuditKey,
  CHECKPOINT_ACTION,
  CHECKPOINT_SUBJECT,
  type Checkpoint,
  MAX_SEALED,
} from './checkpoint.ts'
import { type AuditReport, reportOn } from './report.ts'
import { type Retention, sweep } from './sweep.ts'
import { placeOf, readAudit, readTrail } from './trail.ts'

/** How often it is seen whether a checkpoint is due, ms. */
const LOOK_MS = 60_000
/** An entry stays unsealed for no longer than this, ms, and a little. */
export const SEAL_AFTER_MS = 60 * 60_000
/** How often what is too old is removed, ms, and how long after the start the first time. */
const SWEEP_MS = 6 * 60 * 60_000
const FIRST_SWEEP_MS = 5 * 60_000

const ACTOR = { kind: 'system', id: 'audit', name: 'audit' } as const

export interface AuditKeeperOptions {
  readonly records: Pick<Records, 'transact'>
  readonly replica: Pick<Replicable, 'origin' | 'heard'>
  readonly store: Pick<Store, 'readStream' | 'sweep'>
  readonly key: AuditKey
  readonly retention: Retention
  readonly clock: Clock
  readonly log: Log
}

interface Open {
  readonly head: Head
  /** Own entries that no checkpoint seals, the oldest first. */
  readonly entries: readonly StoredEntry[]
}

export class AuditKeeper {
  readonly #options: AuditKeeperOptions
  readonly #closed = new AbortController()
  readonly #loops: Promise<unknown>
  #verifying: Promise<AuditReport> | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: AuditKeeperOptions) {
    this.#options = options
    this.#loops = Promise.all([
      this.#every(LOOK_MS, LOOK_MS, () => this.seal()),
      this.#every(FIRST_SWEEP_MS, SWEEP_MS, () => this.sweep()),
    ])
  }

  /**
   * Reads and hashes everything that this database has; who asks meanwhile gets the same answer. Rejects with
   * `too_large`, and with the store's codes.
   */
  verify(): Promise<AuditReport> {
    this.#verifying ??= this.#alone(() => this.#verify()).finally(() => {
      this.#verifying = undefined
    })
    return this.#verifying
  }

  /** Writes the checkpoints that are due. */
  seal(): Promise<void> {
    return this.#alone(() => this.#seal())
  }

  /** Removes what is older than it is to be kept, a little at a time; the audit only up to a checkpoint. */
  async sweep(): Promise<void> {
    const { store, key, retention, clock, log } = this.#options
    const sweeping = { store, key, retention, clock }
    const removed = await this.#alone(() => sweep(sweeping, this.#closed.signal))
    if (removed > 0) log.info({ removed }, 'entries that were too old were removed')
  }

  async close(): Promise<void> {
    this.#closed.abort()
    await this.#loops
  }

  async #verify(): Promise<AuditReport> {
    const { store, key, replica, retention, clock } = this.#options
    const arriving = withGaps(replica.heard().spans())
    const trail = await readTrail(store, key)
    const cutoffMs = clock.nowMs() - retention.auditMs
    const own = replica.origin
    return reportOn(trail, { key: key.shown, own, arriving, cutoffMs, atMs: clock.nowMs() })
  }

  async #seal(): Promise<void> {
    const { clock, records, replica, key } = this.#options
    let { head, entries } = await this.#open()
    while (isDue(entries, clock.nowMs())) {
      const sealed = entries.slice(0, MAX_SEALED)
      const last = sealed.at(-1)
      if (!last) return
      const heads = extend(head, sealed.map(digestOf))
      const detail = key.seal(replica.origin, heads, placeOf(last))
      const body = { actor: ACTOR, action: CHECKPOINT_ACTION, detail }
      await records.transact(() => ({
        changes: [{ op: 'append', stream: 'audit', subject: CHECKPOINT_SUBJECT, body }],
        result: undefined,
      }))
      head = heads.at(-1) ?? head
      entries = entries.slice(sealed.length)
    }
  }

  /** From the newest own checkpoint on. */
  async #open(): Promise<Open> {
    const { replica, store } = this.#options
    const last = await this.#lastCheckpoint()
    const entries: StoredEntry[] = []
    for await (const entry of readAudit(store)) {
      if (entry.dot.origin !== replica.origin) continue
      if (last && comparePlaces(placeOf(entry), last.upTo) <= 0) break
      entries.push(entry)
    }
    const byPlace = (a: StoredEntry, b: StoredEntry) => comparePlaces(placeOf(a), placeOf(b))
    return { head: last?.head ?? genesis(replica.origin), entries: entries.sort(byPlace) }
  }

  async #lastCheckpoint(): Promise<Checkpoint | undefined> {
    const { replica, store, key } = this.#options
    for await (const entry of readAudit(store, { subject: CHECKPOINT_SUBJECT })) {
      const checkpoint = entry.dot.origin === replica.origin ? key.open(entry) : undefined
      if (checkpoint) return checkpoint
    }
    return undefined
  }

  /** A verification that reads while a sweep removes would miss what goes meanwhile; two that seal would do so twice. */
  #alone<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#last.then(act)
    this.#last = result.catch(() => undefined)
    return result
  }

  async #every(firstMs: number, thenMs: number, act: () => Promise<void>): Promise<void> {
    const { clock, log } = this.#options
    const { signal } = this.#closed
    let waitMs = firstMs
    while (!signal.aborted) {
      await clock.delay(waitMs, signal).catch(() => undefined)
      waitMs = thenMs
      if (signal.aborted) return
      await act().catch((err: unknown) => log.warn({ err }, 'the audit could not be kept now'))
    }
  }
}

/** Origins of which something is still on its way here. */
function withGaps(spans: readonly Span[]): ReadonlySet<string> {
  return new Set(spans.filter(({ low }) => low > 1).map(({ origin }) => origin))
}

/** A checkpoint alone is no reason for the next one. */
function isDue(entries: readonly StoredEntry[], nowMs: number): boolean {
  if (entries.length >= MAX_SEALED) return true
  const oldest = entries.find(({ subject }) => subject !== CHECKPOINT_SUBJECT)
  return oldest !== undefined && nowMs - oldest.atMs >= SEAL_AFTER_MS
}
