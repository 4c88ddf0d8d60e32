// Keeps the audit: seals what this database wrote by a checkpoint now and then, and removes what is older than it is to
// be kept. Both may be cut off anywhere and begin again from what the store has.

import type { Clock } from '../clock.ts'
import type { Records } from '../records/records.ts'
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
  readonly records: Pick<Records, 'transact' | 'origin'>
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
    this.#verifying ??= this.#verify().finally(() => {
      this.#verifying = undefined
    })
    return this.#verifying
  }

  /** Writes the checkpoints that are due. */
  async seal(): Promise<void> {
    const { clock, records, key } = this.#options
    let { head, entries } = await this.#open()
    while (isDue(entries, clock.nowMs())) {
      const sealed = entries.slice(0, MAX_SEALED)
      const last = sealed.at(-1)
      if (!last) return
      const heads = extend(head, sealed.map(digestOf))
      const detail = key.seal(records.origin, heads, placeOf(last))
      const body = { actor: ACTOR, action: CHECKPOINT_ACTION, detail }
      await records.transact(() => ({
        changes: [{ op: 'append', stream: 'audit', subject: CHECKPOINT_SUBJECT, body }],
        result: undefined,
      }))
      head = heads.at(-1) ?? head
      entries = entries.slice(sealed.length)
    }
  }

  /** Removes what is older than it is to be kept, a little at a time; the audit only up to a checkpoint. */
  async sweep(): Promise<void> {
    const { store, key, retention, clock, log } = this.#options
    const removed = await sweep({ store, key, retention, clock }, this.#closed.signal)
    if (removed > 0) log.info({ removed }, 'entries that were too old were removed')
  }

  async close(): Promise<void> {
    this.#closed.abort()
    await this.#loops
  }

  async #verify(): Promise<AuditReport> {
    const { store, key, records, retention, clock } = this.#options
    const trail = await readTrail(store, key)
    const cutoffMs = clock.nowMs() - retention.auditMs
    return reportOn(trail, { key: key.shown, own: records.origin, cutoffMs, atMs: clock.nowMs() })
  }

  /** From the newest own checkpoint on. */
  async #open(): Promise<Open> {
    const { records, store } = this.#options
    const last = await this.#lastCheckpoint()
    const entries: StoredEntry[] = []
    for await (const entry of readAudit(store)) {
      if (entry.dot.origin !== records.origin) continue
      if (last && comparePlaces(placeOf(entry), last.upTo) <= 0) break
      entries.push(entry)
    }
    const byPlace = (a: StoredEntry, b: StoredEntry) => comparePlaces(placeOf(a), placeOf(b))
    return { head: last?.head ?? genesis(records.origin), entries: entries.sort(byPlace) }
  }

  async #lastCheckpoint(): Promise<Checkpoint | undefined> {
    const { records, store, key } = this.#options
    for await (const entry of readAudit(store, { subject: CHECKPOINT_SUBJECT })) {
      const checkpoint = entry.dot.origin === records.origin ? key.open(entry) : undefined
      if (checkpoint) return checkpoint
    }
    return undefined
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

/** A checkpoint alone is no reason for the next one. */
function isDue(entries: readonly StoredEntry[], nowMs: number): boolean {
  if (entries.length >= MAX_SEALED) return true
  const oldest = entries.find(({ subject }) => subject !== CHECKPOINT_SUBJECT)
  return oldest !== undefined && nowMs - oldest.atMs >= SEAL_AFTER_MS
}
