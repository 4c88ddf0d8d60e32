// Asking a peer to go or to come back, or to start anew: found by its name, refused where nobody would be left, and written
// down with who wanted it.

import type { Ref } from '#protocol/api/parts.ts'
import type { PeerAsk, PeerFacts } from '#protocol/api/peers.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { PeerId } from '#protocol/ids.ts'
import { audited, type By } from '../../identity/audit.ts'
import { freshId, type Makers } from '../../identity/settings.ts'
import type { Records } from '../../records/records.ts'
import { wishChanges, wished, wishOf } from './wish.ts'

export interface Asked {
  readonly peer: Ref
  /** Of a restart: the peer says this when it has been carried out. */
  readonly wish?: string
}

/** Rejects with `not_found`, `peer_ambiguous`, `last_peer`, and the codes of a transaction. */
export async function askOf(
  { records, peers, makers }: { records: Records; peers: readonly PeerFacts[]; makers: Makers },
  who: string,
  ask: PeerAsk,
  by: By,
): Promise<Asked> {
  const { id, name } = findPeer(peers, who)
  if (ask.want === 'drain' && !others(peers, id).some(serves)) {
    throw new SkeinError('last_peer', { name })
  }
  const wish = freshId(makers) as string
  const since = new Date(makers.clock.nowMs()).toISOString()
  const target = { kind: 'peer', id: id as PeerId, name }
  const { want, ...detail } = ask
  const note = audited(by, `peer.${want}`, target, detail)
  const of = { since, by: { id: by.actor.id, name: by.actor.name }, id: wish }
  await records.transact((view) => {
    const next = wished(wishOf(view, id), ask, of)
    return { changes: [...wishChanges(view, id, next, makers), note], result: undefined }
  })
  return { peer: { id, name }, ...(want === 'restart' && { wish }) }
}

/** By its id or its name. Throws `not_found`, and `peer_ambiguous` where several that did not leave are called so. */
export function findPeer(peers: readonly PeerFacts[], who: string): PeerFacts {
  const known = peers.filter(({ state }) => state !== 'left' && state !== 'refused')
  const exact = known.find(({ id }) => id === who)
  const named = exact ? [exact] : known.filter(({ name }) => name === who)
  const [peer, another] = named
  if (peer === undefined) throw new SkeinError('not_found', { thing: 'peer' })
  if (another !== undefined) throw new SkeinError('peer_ambiguous', { name: who })
  return peer
}

const others = (peers: readonly PeerFacts[], self: string): readonly PeerFacts[] =>
  peers.filter(({ id }) => id !== self)

/** Whether people and agents may be sent there. */
export const serves = ({ state, duty }: PeerFacts): boolean =>
  (state === 'alive' || state === 'suspect') && duty?.isAway !== true
