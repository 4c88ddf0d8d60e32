// Whether two replicas hold the same, without looking at what they hold: for each kind 256 sums of hashes, one for each
// bucket of ids, kept up to date with every change. Bodies are not hashed: a stamp names its value, in every version of
// Skein. Tombstones and stream entries stand outside, since each replica purges them in its own time.

import { ensure } from '../../records/ensure.ts'
import type { Dot, Version } from '../../records/records.ts'
import type { StoredClaim } from '../../store/store.ts'
import { CLAIM_KIND } from '../../store/store.ts'
import type { Bucket } from './delta.ts'
import { difference, type Hash, hashOf, isSameHash, lowHashOf, NO_HASH, sum } from './hash.ts'

/** One differing row costs the exchange of 1/256 of its kind: 400 rows of 100,000. */
export const BUCKETS = 256

export function bucketOf(id: string): number {
  return lowHashOf(id) % BUCKETS
}

/** What a row weighs: its birth, and of each group the stamp. */
export function hashOfRow(
  id: string,
  birth: Dot,
  versions: Readonly<Record<string, Version | undefined>>,
): Hash {
  let text = `${id} ${birth.origin} ${birth.seq}`
  // Most groups of a row were written together.
  let last: Version | undefined
  let lastText = ''
  for (const name of Object.keys(versions).sort()) {
    const version = versions[name]
    if (!version) continue
    if (version !== last) lastText = textOf(version)
    last = version
    text += ` ${name} ${lastText}`
  }
  return hashOf(text)
}

export function hashOfClaim({ claim, birth, holder, version }: StoredClaim): Hash {
  return hashOf(`${claim} ${birth.origin} ${birth.seq} ${holder} ${textOf(version)}`)
}

const textOf = ({ epoch, hlc, origin, seq }: Version): string => `${epoch} ${hlc} ${origin} ${seq}`

export class Fingerprints {
  readonly #kinds = new Map<string, Hash[]>()
  /** By kind, of the buckets that have changed since the root was asked for, what they were in it. */
  readonly #changed = new Map<string, Map<number, Hash>>()
  #root: Hash = NO_HASH

  /** Of everything: the kinds' names weigh in, so that a row cannot hide in another kind. */
  get root(): Hash {
    for (const [kind, buckets] of this.#changed) {
      for (const [number, was] of buckets) {
        const name = `${kind}/${number}`
        const is = this.bucket(kind, number)
        this.#root = sum(difference(this.#root, weigh(name, was)), weigh(name, is))
      }
      buckets.clear()
    }
    return this.#root
  }

  add(kind: string, id: string, hash: Hash): void {
    this.#change(kind, id, sum, hash)
  }

  remove(kind: string, id: string, hash: Hash): void {
    this.#change(kind, id, difference, hash)
  }

  addClaim(claim: StoredClaim): void {
    this.add(CLAIM_KIND, claim.claim, hashOfClaim(claim))
  }

  removeClaim(claim: StoredClaim): void {
    this.remove(CLAIM_KIND, claim.claim, hashOfClaim(claim))
  }

  bucket(kind: string, number: number): Hash {
    return this.#kinds.get(kind)?.[number] ?? NO_HASH
  }

  /** Buckets that hold something, by kind and number. */
  all(): { readonly bucket: Bucket; readonly hash: Hash }[] {
    return [...this.#kinds.keys()].toSorted().flatMap((kind) =>
      (this.#kinds.get(kind) ?? []).flatMap((hash, number) => {
        return isSameHash(hash, NO_HASH) ? [] : [{ bucket: { kind, number }, hash }]
      }),
    )
  }

  #change(kind: string, id: string, change: (a: Hash, b: Hash) => Hash, hash: Hash): void {
    const number = bucketOf(id)
    const buckets = ensure(this.#kinds, kind, () => Array<Hash>(BUCKETS).fill(NO_HASH))
    const before = buckets[number] ?? NO_HASH
    buckets[number] = change(before, hash)
    const changed = ensure(this.#changed, kind, () => new Map<number, Hash>())
    if (!changed.has(number)) changed.set(number, before)
  }
}

/** An empty bucket weighs nothing: a kind that was never seen and one whose rows are all gone are the same. */
function weigh(name: string, bucket: Hash): Hash {
  if (isSameHash(bucket, NO_HASH)) return NO_HASH
  return hashOf(`${name} ${bucket.low} ${bucket.high}`)
}

/** Buckets in which the two do not hold the same. */
export function differing(mine: Fingerprints, theirs: Fingerprints): Bucket[] {
  const buckets = new Map(
    [...mine.all(), ...theirs.all()].map(({ bucket }) => [
      `${bucket.kind}/${bucket.number}`,
      bucket,
    ]),
  )
  return [...buckets.values()].filter(
    ({ kind, number }) => !isSameHash(mine.bucket(kind, number), theirs.bucket(kind, number)),
  )
}
