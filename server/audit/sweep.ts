// What is older than it is to be kept goes: of the audit only whole stretches up to a checkpoint, so that what stays
// still stands on something signed.

import type { Clock } from '../clock.ts'
import type { Store, Sweep } from '../store/store.ts'
import { type AuditKey, CHECKPOINT_SUBJECT, type Checkpoint, MAX_SEALED } from './checkpoint.ts'
import { readAudit } from './trail.ts'

/** Entries that go at once, and the pause after, ms: between them every waiting commit has its turn. */
const AT_ONCE = 500
const PAUSE_MS = 200

/** How long entries are kept, ms. */
export interface Retention {
  readonly auditMs: number
  readonly timelineMs: number
  readonly usageMs: number
}

export interface Sweeping {
  readonly store: Pick<Store, 'readStream' | 'sweep'>
  readonly key: AuditKey
  readonly retention: Retention
  readonly clock: Clock
}

/** Answers how many entries went. Ends early, without an error, when the signal aborts. */
export async function sweep(sweeping: Sweeping, signal: AbortSignal): Promise<number> {
  const { retention, clock } = sweeping
  const nowMs = clock.nowMs()
  let removed = 0
  const cuts: Sweep[] = [
    { stream: 'timeline', beforeMs: nowMs - retention.timelineMs, limit: AT_ONCE },
    { stream: 'usage', beforeMs: nowMs - retention.usageMs, limit: AT_ONCE },
    ...(await auditCuts(sweeping, nowMs - retention.auditMs)),
  ]
  for (const cut of cuts) removed += await remove(sweeping, cut, signal)
  return removed
}

/** Each origin checkpoint by checkpoint, what one sealed at once: the chain is whole between any two of them. */
async function auditCuts({ store, key }: Sweeping, beforeMs: number): Promise<Sweep[]> {
  const old: { origin: string; checkpoint: Checkpoint }[] = []
  for await (const entry of readAudit(store, { subject: CHECKPOINT_SUBJECT })) {
    const checkpoint = entry.atMs < beforeMs ? key.open(entry) : undefined
    if (checkpoint) old.push({ origin: entry.dot.origin, checkpoint })
  }
  old.sort((a, b) => a.checkpoint.head.count - b.checkpoint.head.count)
  return old.map(({ origin, checkpoint: { upTo } }) => ({
    ...{ stream: 'audit', origin, upTo, limit: MAX_SEALED + 1 },
  }))
}

async function remove(
  { store, clock }: Sweeping,
  cut: Sweep,
  signal: AbortSignal,
): Promise<number> {
  let removed = 0
  while (!signal.aborted) {
    const gone = await store.sweep(cut)
    removed += gone
    if (gone > 0) await clock.delay(PAUSE_MS, signal).catch(() => undefined)
    if (gone < cut.limit) break
  }
  return removed
}
