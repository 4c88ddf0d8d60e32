// A peer's figures as short texts.

import type { PeerInfo } from '#protocol/api/peers.ts'
import { clockSpan } from '../format/duration.ts'
import { words } from '../words.ts'

const text = words.cluster
/** Closer than this two clocks are the same for whoever reads times, ms. */
const EXACT_MS = 5

/** Of a peer whose clock is wrong how wrong it is, of others how far they are from the peer that serves the page. */
export function clockText({ isSelf, clock, clockOffsetMs }: PeerInfo): string {
  const offsetMs = clock?.aheadMs ?? clockOffsetMs
  if (offsetMs === undefined) return isSelf ? text.exact : text.none
  if (Math.abs(offsetMs) < EXACT_MS) return text.exact
  const span = clockSpan(offsetMs)
  return offsetMs > 0 ? text.ahead(span) : text.behind(span)
}

export function tripText({ roundTripMs }: PeerInfo): string {
  return roundTripMs === undefined ? text.none : text.trip(roundTripMs)
}

export function recordsText({ isSelf, state, records }: PeerInfo): string {
  if (isSelf) return text.none
  if (!records) return state === 'alive' ? text.records.none : text.none
  return records.isLevel ? text.records.level : text.records.behind
}

export const namesOf = (refs: readonly { readonly name: string }[]): string =>
  text.by(refs.map(({ name }) => name))
