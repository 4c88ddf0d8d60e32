// The decisions that make the machine correct, in one place and by name. They are handed in, so that the tests can
// break one at a time and show that the simulator notices.

import { refutation, supersedes } from './claim.ts'
import { FRESH_MS, RETRANSMIT_FACTOR, SUSPICION_MIN_MS } from './limits.ts'
import { confirmed, possibleConfirmations, suspicionMs } from './suspicion.ts'

export interface Rules {
  readonly supersedes: typeof supersedes
  readonly refutation: typeof refutation
  readonly confirmed: typeof confirmed
  readonly suspicionMs: typeof suspicionMs
  readonly possibleConfirmations: typeof possibleConfirmations
  /** How often one piece of news is told, among `members`. */
  readonly timesTold: (members: number) => number
  /** Whether what was heard from a member itself, `ageMs` ago, outweighs what another says of it. */
  readonly isFresh: (ageMs: number) => boolean
  /** Whether another's word that a member is dead is taken, when we have called it unreachable for so long. */
  readonly trustsDeath: (unreachableMs: number) => boolean
  /** Whether members that are dead are tried again. */
  readonly retriesDead: boolean
  /** Whether views that differ are exchanged whole. */
  readonly syncs: boolean
  /** Whether others are asked before a member that did not answer is doubted. */
  readonly asksOthers: boolean
}

export const rules: Rules = {
  supersedes,
  refutation,
  confirmed,
  suspicionMs,
  possibleConfirmations,
  timesTold: (members) => RETRANSMIT_FACTOR * Math.ceil(Math.log10(members + 1)),
  isFresh: (ageMs) => ageMs < FRESH_MS,
  trustsDeath: (unreachableMs) => unreachableMs >= SUSPICION_MIN_MS,
  retriesDead: true,
  syncs: true,
  asksOthers: true,
}
