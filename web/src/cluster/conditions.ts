// What is out of order with a peer now, each with what it means and what to do: sentences, the worst first.

import type { PeerInfo } from '#protocol/api/peers.ts'
import { clockSpan } from '../format/duration.ts'
import { words } from '../words.ts'

export interface Condition {
  readonly tone: 'red' | 'amber' | 'plain'
  readonly title: string
  readonly text: string
}

const text = words.cluster.conditions

export function conditionsOf(peer: PeerInfo, ours: string): Condition[] {
  const { state } = peer
  const bad = state === 'alive' || state === 'left' ? [] : [stateOf(peer)]
  return [
    ...bad,
    ...(peer.isRolledBack ? [{ tone: 'red' as const, ...text.rolledBack }] : []),
    ...(peer.isStoreAway ? [{ tone: 'red' as const, ...text.storeAway }] : []),
    ...clockOf(peer),
    ...(peer.records?.told === 'comparing' ? [{ tone: 'plain' as const, ...text.comparing }] : []),
    ...dutyOf(peer),
    ...ageOf(peer, ours),
  ]
}

function stateOf({ state }: PeerInfo): Condition {
  const tone = state === 'suspect' ? 'amber' : 'red'
  return { tone, title: words.cluster.states[state], text: words.cluster.hints[state] }
}

function clockOf({ clock, heldBack }: PeerInfo): Condition[] {
  if (!clock) return []
  const { ahead, behind, aheadText, behindText, two, held } = text.clock
  const span = clockSpan(clock.aheadMs)
  const isAhead = clock.aheadMs > 0
  const parts = [
    isAhead ? aheadText : behindText,
    ...(heldBack ? [held(heldBack)] : []),
    ...(clock.among === 2 ? [two] : []),
  ]
  return [{ tone: 'amber', title: (isAhead ? ahead : behind)(span), text: parts.join(' ') }]
}

function dutyOf({ duty }: PeerInfo): Condition[] {
  if (!duty) return []
  const { isAwayBy, isAwayText, left, restarting, failed } = words.cluster.duty
  const away = duty.left ? `${isAwayText} ${left(duty.left)}` : isAwayText
  return [
    ...(duty.failed ? [{ tone: 'red' as const, title: failed, text: duty.failed }] : []),
    ...(duty.isAway ? [{ tone: 'plain' as const, title: isAwayBy(duty.by.name), text: away }] : []),
    ...(duty.state === 'restarting' ? [{ tone: 'plain' as const, ...restarting }] : []),
  ]
}

function ageOf({ age, version }: PeerInfo, ours: string): Condition[] {
  if (!age) return []
  return [{ tone: 'plain', title: text.age[age](version, ours), text: text.age.text }]
}
