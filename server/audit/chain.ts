// The hash chain of one origin's audit: each entry's hash stands on the one before it, so that none can be changed, taken
// out, put in or moved without all after it being different. Pure.

import { createHash } from 'node:crypto'
import type { StoredEntry } from '../store/store.ts'

/** Bytes of SHA-256. */
export const HASH_BYTES = 32

/** Where an entry stands among those of its origin. */
export interface Place {
  readonly seq: number
  readonly index: number
}

/** How far a chain goes: the hash of its last entry, and how many there were since the first of all. */
export interface Head {
  readonly hash: Buffer
  readonly count: number
}

export const comparePlaces = (a: Place, b: Place): number => a.seq - b.seq || a.index - b.index

/** What stands before an origin's first entry. */
export function genesis(origin: string): Head {
  return { hash: sha256(`skein audit 1\n${origin}`), count: 0 }
}

/** Everything of an entry that is the same in every database: not its position, which is each database's own. */
export function digestOf({ stream, dot, index, subject, atMs, body }: StoredEntry): Buffer {
  return sha256(JSON.stringify([stream, dot.origin, dot.seq, index, subject, atMs, body]))
}

export function entryHash(previous: Buffer, digest: Buffer): Buffer {
  return sha256(Buffer.concat([previous, digest]))
}

/** The head after each of these entries, in their order. */
export function extend(head: Head, digests: readonly Buffer[]): Head[] {
  const heads: Head[] = []
  let last = head
  for (const digest of digests) {
    last = { hash: entryHash(last.hash, digest), count: last.count + 1 }
    heads.push(last)
  }
  return heads
}

function sha256(bytes: string | Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}
