// Ids for what a request makes. A request with an Idempotency-Key makes its ids out of the key, so that the same request at
// another peer, which knows nothing of the first one's answer, makes the same things and so nothing twice: not even where
// the first peer died before anybody had heard of what it did, since both then merge into one.

import { createHash } from 'node:crypto'
import { type Id, isId, makeId } from '#protocol/ids.ts'
import { freshId, type Makers } from '../identity/settings.ts'
import type { Repeatable } from './idempotency.ts'

/** A key that is a UUIDv7 tells when it was made; it is believed within this of our own clock. */
const MAX_SKEW_MS = 24 * 60 * 60 * 1000

export type IdFor = <K extends string>(kind: K) => Id<K>

/** Fresh ids each time, for a request that nobody repeats. */
export const freshIds =
  (makers: Makers): IdFor =>
  <K extends string>() =>
    freshId<K>(makers)

/**
 * The same request gives the same ids: of person, key, method, path and body, so that a key that is used again for something
 * else makes something else. The time in the id is the key's own where it has one, else none: then it sorts first.
 */
export function repeatableIds(request: Repeatable, nowMs: number): IdFor {
  const { userId, key, method, path, body } = request
  const timeMs = isId(key) ? Number.parseInt(key.replaceAll('-', '').slice(0, 12), 16) : 0
  const atMs = Math.abs(timeMs - nowMs) < MAX_SKEW_MS ? timeMs : 0
  return <K extends string>(kind: K) => {
    const hash = createHash('sha256').update(`${kind} ${userId} ${key}\n${method} ${path}\n`)
    return makeId<K>(atMs, hash.update(body).digest())
  }
}
