// Each group holds what some operation wrote, and never what is certainly older than something acknowledged.

import { compareVersions } from '../../../server/records/version.ts'
import type { FinalObject, FinalState, Operation, Rule } from './operation.ts'
import { isBefore, type Write } from './order.ts'
import type { Group, Story } from './story.ts'

type Found = (rule: Rule, says: string) => void

export function checkValues(
  object: string,
  story: Story,
  { finals, skewMs }: { finals: readonly FinalState[]; skewMs: number | undefined },
  found: Found,
): void {
  for (const [name, group] of story.groups) {
    // Equal peers need no second look.
    const seen = new Set<string>()
    for (const { peer, objects } of finals) {
      const held = objects.get(object)
      const value = held?.values[name]
      if (!held || seen.has(String(value))) continue
      seen.add(String(value))
      checkFinal(name, group, { peer, held, skewMs }, found)
    }
    checkReads(name, group, story, skewMs, found)
  }
}

function checkFinal(
  name: string,
  group: Group,
  { peer, held, skewMs }: { peer: string; held: FinalObject; skewMs: number | undefined },
  found: Found,
): void {
  const value = held.values[name]
  if (value === undefined) {
    const lost = group.writes.find(({ by }) => by.outcome === 'ok')
    if (lost) found('lost', `${lost.by.id} wrote ${name}, ${peer} has nothing there`)
    return
  }
  const write = group.byValue.get(value)
  if (!write || write.by.outcome === 'refused') {
    const by = write ? `${write.by.id} was refused` : 'nobody wrote it'
    found('unwritten', `${peer} has ${name} ${value}: ${by}`)
    return
  }
  const version = held.versions?.[name]
  const lost = group.writes.find(
    (other) =>
      (version && isAbove(other.by, version)) || isBefore(write, other, group.seen(value), skewMs),
  )
  if (lost)
    found('lost', `${lost.by.id} wrote ${name} after ${write.by.id}, which is what ${peer} has`)
}

const isAbove = ({ version, outcome }: Operation, held: NonNullable<Operation['version']>) =>
  outcome === 'ok' && version !== undefined && compareVersions(version, held) > 0

/** What a peer shows is never from before what it showed or acknowledged, and was written by somebody by then. */
function checkReads(
  name: string,
  group: Group,
  { reads }: Story,
  skewMs: number | undefined,
  found: Found,
): void {
  const floors = new Floors(group, skewMs)
  for (const read of reads) {
    const value = read.values?.[name]
    if (value === undefined) continue
    const write = group.byValue.get(value)
    if (!write || write.by.outcome === 'refused' || write.by.startMs > read.endMs) {
      found('unwritten', `${read.id} found ${name} ${value} at ${read.peer}`)
      continue
    }
    const newer = floors.below(read.peer, read.startMs, write)
    if (newer)
      found(
        'older',
        `${read.id} found ${write.by.id} at ${read.peer}, which had had ${newer.by.id}`,
      )
  }
}

/** What each peer has certainly had, in the order in which it is known. */
class Floors {
  readonly #group: Group
  readonly #skewMs: number | undefined
  /** By peer, by time: who was acknowledged. Only the newest ones matter, so few are looked at. */
  readonly #known = new Map<string, { readonly atMs: number; readonly write: Write }[]>()

  constructor(group: Group, skewMs: number | undefined) {
    this.#group = group
    this.#skewMs = skewMs
    for (const write of group.writes) {
      if (write.by.outcome === 'ok') this.#note(write.by.peer, write.by.endMs, write)
    }
    for (const [value, sights] of group.sights) {
      const write = group.byValue.get(value)
      if (write) for (const [peer, atMs] of sights) this.#note(peer, atMs, write)
    }
    for (const known of this.#known.values()) known.sort((a, b) => a.atMs - b.atMs)
  }

  /** Something newer than `write` that the peer had before this time. */
  below(peer: string, beforeMs: number, write: Write): Write | undefined {
    const known = this.#known.get(peer) ?? []
    const sights = this.#group.seen(write.value)
    const last = lastBefore(known, beforeMs)
    for (let i = last; i >= 0 && i > last - LOOK_BACK; i--) {
      const other = known[i]?.write
      if (other && isBefore(write, other, sights, this.#skewMs)) return other
    }
    return undefined
  }

  #note(peer: string, atMs: number, write: Write): void {
    const known = this.#known.get(peer)
    if (known) known.push({ atMs, write })
    else this.#known.set(peer, [{ atMs, write }])
  }
}

/** How many of the last things that a peer is known to have had are compared: those before were compared by others. */
const LOOK_BACK = 8

function lastBefore(known: readonly { readonly atMs: number }[], beforeMs: number): number {
  let low = 0
  let high = known.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((known[middle]?.atMs ?? Infinity) < beforeMs) low = middle + 1
    else high = middle
  }
  return low - 1
}
