// What was made is there until it is deleted, and what was deleted never is again: a delete wins over every write.

import type { FinalState, Read, Rule } from './operation.ts'
import type { Story } from './story.ts'

type Found = (rule: Rule, says: string) => void

export function checkPresence(
  object: string,
  story: Story,
  finals: readonly FinalState[],
  found: Found,
): void {
  const { create, deletes } = story
  const deleted = deletes.find(({ outcome }) => outcome === 'ok')
  for (const { peer, objects } of finals) {
    const isThere = objects.has(object)
    if (isThere && deleted) found('returned', `${deleted.id} deleted it, ${peer} has it`)
    if (isThere && !create) found('unwritten', `${peer} has what nobody made`)
    if (isThere && create?.outcome === 'refused')
      found('unwritten', `${create.id} was refused, ${peer} has it`)
    if (!isThere && create?.outcome === 'ok' && story.ends.length === 0)
      found('lost', `${create.id} made it, nobody deleted it, ${peer} does not have it`)
  }
  checkReads(story, found)
}

/** In what order one peer showed it: there, gone, and there again must not be. */
function checkReads({ deletes, reads, groups, create }: Story, found: Found): void {
  const goneSince = new Map<string, { readonly atMs: number; readonly says: string }>()
  for (const { id, peer, endMs, outcome } of deletes) {
    if (outcome !== 'ok') continue
    const known = goneSince.get(peer)
    if (!known || endMs < known.atMs) goneSince.set(peer, { atMs: endMs, says: `${id} deleted it` })
  }
  noteVanished(reads, create?.outcome === 'ok' ? create : undefined, goneSince)
  const shown = [
    ...reads.filter(({ values }) => values !== undefined),
    ...[...groups.values()].flatMap(({ writes }) =>
      writes.map(({ by }) => by).filter(({ op, outcome }) => op === 'set' && outcome === 'ok'),
    ),
  ]
  for (const { id, peer, startMs } of shown) {
    const gone = goneSince.get(peer)
    if (gone && gone.atMs < startMs)
      found('returned', `${gone.says} at ${peer}, then ${id} found it`)
  }
}

/** A peer that had it, or made it, and then has it no more has heard of its end. */
function noteVanished(
  reads: readonly Read[],
  create: { readonly peer: string; readonly endMs: number } | undefined,
  goneSince: Map<string, { readonly atMs: number; readonly says: string }>,
): void {
  const hadFrom = new Map<string, number>()
  if (create) hadFrom.set(create.peer, create.endMs)
  for (const { peer, endMs, values } of reads) {
    if (values) hadFrom.set(peer, Math.min(endMs, hadFrom.get(peer) ?? Infinity))
  }
  for (const { id, peer, startMs, endMs, values } of reads) {
    if (values || startMs <= (hadFrom.get(peer) ?? Infinity)) continue
    const known = goneSince.get(peer)
    if (!known || endMs < known.atMs)
      goneSince.set(peer, { atMs: endMs, says: `${id} found it gone` })
  }
}
