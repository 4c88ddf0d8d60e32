// The audit as it lies in the store, read gently from the newest to the oldest, each entry as a link of its origin's
// chain.

import { SkeinError } from '#protocol/errors.ts'
import type { Store, StoredEntry } from '../store/store.ts'
import { comparePlaces, digestOf, type Place } from './chain.ts'
import { type AuditKey, CHECKPOINT_SUBJECT } from './checkpoint.ts'
import type { Link } from './verify.ts'

/** Entries of one question to the store: a few milliseconds of its thread, between which others are served. */
export const PAGE = 500
/** Entries that are verified at once, each 200 bytes of memory: five thousand a day for four hundred days. */
const MAX_ENTRIES = 2_000_000

export type Reader = Pick<Store, 'readStream'>

export interface Query {
  readonly subject?: string
}

/** Newest first, until the reader stops. */
export async function* readAudit(store: Reader, query: Query = {}): AsyncGenerator<StoredEntry> {
  let before: number | undefined
  for (;;) {
    const page = await store.readStream({ stream: 'audit', limit: PAGE, before, ...query })
    yield* page
    before = page.at(-1)?.position
    if (before === undefined || page.length < PAGE) return
  }
}

/** Every origin's links in their order. Rejects with `too_large`, and with the store's codes. */
export async function readTrail(store: Reader, key: AuditKey): Promise<Map<string, Link[]>> {
  const trail = new Map<string, Link[]>()
  let count = 0
  for await (const entry of readAudit(store)) {
    count++
    if (count > MAX_ENTRIES) {
      throw new SkeinError('too_large', { thing: 'audit', limit: `${MAX_ENTRIES} entries` })
    }
    const { origin } = entry.dot
    const links = trail.get(origin) ?? []
    trail.set(origin, links)
    links.push(linkOf(entry, key))
  }
  for (const links of trail.values()) links.sort(comparePlaces)
  return trail
}

export const placeOf = ({ dot, index }: StoredEntry): Place => ({ seq: dot.seq, index })

export function linkOf(entry: StoredEntry, key: AuditKey): Link {
  const link = { ...placeOf(entry), atMs: entry.atMs, digest: digestOf(entry) }
  if (entry.subject !== CHECKPOINT_SUBJECT) return link
  return { ...link, checkpoint: key.open(entry) ?? 'forged' }
}
