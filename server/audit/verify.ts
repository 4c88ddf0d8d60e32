// Whether an origin's audit is what it was: its entries, hashed one upon the other, against the checkpoints that were
// signed meanwhile. Pure.

import { comparePlaces, entryHash, genesis, type Head, type Place } from './chain.ts'
import { type Checkpoint, MARK_BYTES } from './checkpoint.ts'

/** An entry, as much as the chain needs of it. */
export interface Link extends Place {
  readonly atMs: number
  readonly digest: Buffer
  /** `forged`: it says to be a checkpoint, and is not signed by the cluster. */
  readonly checkpoint?: Checkpoint | 'forged'
}

/**
 * `altered`: from here on the chain is another; this entry was changed, put in or moved, or one before it taken out.
 * `missing`: entries that were sealed are not there. `forged`: a checkpoint that the cluster did not sign.
 */
export type BreakReason = 'altered' | 'missing' | 'forged'

export interface ChainBreak extends Place {
  readonly atMs: number
  readonly reason: BreakReason
}

export interface Verdict {
  readonly entries: number
  /** Of them so many are sealed by a checkpoint; those after the last one could still be changed unseen. */
  readonly sealed: number
  readonly checkpoints: number
  /** Of the first entry that is there. */
  readonly beginsMs: number | undefined
  /** Whether older entries were removed, as retention does: the rest then stands on a signed checkpoint. */
  readonly isCut: boolean
  /** The first. */
  readonly broken?: ChainBreak
}

/** `links` in the order of their places. */
export function verifyChain(origin: string, links: readonly Link[]): Verdict {
  const seals = sealsOf(links)
  const [first] = links
  const anchor = first && seals.findLast(({ upTo }) => comparePlaces(upTo, first) < 0)
  const start = anchor?.head ?? genesis(origin)
  const later = seals.filter(({ head }) => head.count > start.count)
  const broken = earliest(forgery(links), firstBreak(start, links, later))
  const sealedUpTo = later.at(-1)?.head.count ?? start.count
  return {
    entries: links.length,
    sealed: Math.min(links.length, sealedUpTo - start.count),
    checkpoints: seals.length,
    beginsMs: first?.atMs,
    isCut: anchor !== undefined,
    ...(broken && { broken }),
  }
}

function sealsOf(links: readonly Link[]): Checkpoint[] {
  const seals = links.flatMap(({ checkpoint }) =>
    checkpoint === undefined || checkpoint === 'forged' ? [] : [checkpoint],
  )
  return seals.toSorted((a, b) => a.head.count - b.head.count)
}

function firstBreak(
  start: Head,
  links: readonly Link[],
  seals: readonly Checkpoint[],
): ChainBreak | undefined {
  let { hash, count } = start
  let next = 0
  for (const link of links) {
    hash = entryHash(hash, link.digest)
    count++
    const seal = seals[next]
    if (!seal) return undefined
    if (!agrees(seal, { hash, count }, link)) return breakAt(link, 'altered')
    // Two peers that write one database may both have sealed the same entries.
    while (seals[next]?.head.count === count) {
      if (!agrees(seals[next], { hash, count }, link)) return breakAt(link, 'altered')
      next++
    }
  }
  const last = links.at(-1)
  return last && seals[next] ? breakAt(last, 'missing') : undefined
}

/** Whether the chain is at this entry what the checkpoint says that it was. */
function agrees(seal: Checkpoint | undefined, { hash, count }: Head, place: Place): boolean {
  if (!seal) return true
  const { head, sealed, upTo, marks } = seal
  if (head.count === count) return head.hash.equals(hash) && comparePlaces(upTo, place) === 0
  const at = (count - (head.count - sealed) - 1) * MARK_BYTES
  // Before what this one sealed: the checkpoint of that is gone, and the chain shows it where the marks begin.
  if (at < 0) return true
  return marks.subarray(at, at + MARK_BYTES).equals(hash.subarray(0, MARK_BYTES))
}

function forgery(links: readonly Link[]): ChainBreak | undefined {
  const found = links.find(({ checkpoint }) => checkpoint === 'forged')
  return found && breakAt(found, 'forged')
}

function earliest(a: ChainBreak | undefined, b: ChainBreak | undefined): ChainBreak | undefined {
  if (!a || !b) return a ?? b
  return comparePlaces(a, b) <= 0 ? a : b
}

const breakAt = ({ seq, index, atMs }: Link, reason: BreakReason): ChainBreak => ({
  ...{ seq, index, atMs, reason },
})
