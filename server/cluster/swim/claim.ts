// What is said of a member. Two claims about one member are always ordered, so that everyone who has heard the same
// claims believes the same one, whatever the order in which they came.

import type { PeerId } from '#protocol/ids.ts'

/**
 * From best to worst. `suspect` is a doubt that its subject may refute, `unreachable` a verdict to route by, `dead` one
 * to claim leases by. `left` is said by the member itself, and final until it starts again.
 */
export const peerStates = ['alive', 'suspect', 'unreachable', 'dead', 'left'] as const
export type PeerState = (typeof peerStates)[number]

/** How a member is reached and what it says of itself. Only its own claims of life set it. */
export interface Contact {
  /** Random per process start: two processes with one id differ here. */
  readonly run: string
  /** `host:port`, as the member advertises it. */
  readonly address: string
  /** JSON; opaque here. */
  readonly metadata: string
}

/** The run of a start that was only heard of, from a verdict about it. */
export const UNKNOWN_RUN = ''

export interface Claim {
  readonly id: PeerId
  /** Grows with each start of the member, so that a restarted peer supersedes its own death. */
  readonly boot: number
  /** Grows when the member refutes what is said of it, or changes what it says of itself. */
  readonly incarnation: number
  readonly state: PeerState
  /** Who says so. */
  readonly by: PeerId
  readonly contact?: Contact
}

const rank = (state: PeerState): number => peerStates.indexOf(state)

/**
 * Whether `claim` replaces `held`: a later start wins, then a later incarnation, then the worse state. The exception is
 * `left`, which no incarnation of the same start takes back: a leaver's late doubts and refutations change nothing.
 */
export function supersedes(claim: Claim, held: Claim): boolean {
  if (claim.boot !== held.boot) return claim.boot > held.boot
  if (held.state === 'left') return false
  if (claim.state === 'left') return true
  if (claim.incarnation !== held.incarnation) return claim.incarnation > held.incarnation
  return rank(claim.state) > rank(held.state)
}

/** The incarnation with which a member answers a claim about itself; undefined where the claim is old or harmless. */
export function refutation(
  claim: Claim,
  self: { boot: number; incarnation: number },
): number | undefined {
  if (claim.boot !== self.boot || claim.state === 'alive') return undefined
  return claim.incarnation >= self.incarnation ? claim.incarnation + 1 : undefined
}

/** Members that are watched: those that are given up are only tried now and then. */
export const isWatched = ({ state }: { state: PeerState }): boolean =>
  state === 'alive' || state === 'suspect'

/** Members that may answer and may come back. */
export const isPresent = ({ state }: { state: PeerState }): boolean =>
  state !== 'dead' && state !== 'left'
