// The machine broken on purpose, one rule at a time. Each of these faults is one that a membership layer really had;
// the simulator must find every one of them, or it proves nothing by finding none in ours.

import { type PeerState, peerStates } from '../../server/cluster/swim/claim.ts'
import { SUSPICION_MIN_MS } from '../../server/cluster/swim/limits.ts'
import { type Rules, rules } from '../../server/cluster/swim/rules.ts'

const rank = (state: PeerState): number => peerStates.indexOf(state)

export const broken: Readonly<Record<string, Rules>> = {
  'nobody refutes what is said of them': { ...rules, refutation: () => undefined },
  'a refutation keeps the incarnation that it answers': {
    ...rules,
    refutation: (claim, self) => {
      const sound = rules.refutation(claim, self)
      return sound === undefined ? undefined : sound - 1
    },
  },
  'a later start does not supersede a former one': {
    ...rules,
    supersedes: (claim, held) => rules.supersedes({ ...claim, boot: held.boot }, held),
  },
  'the last claim wins, however old': {
    ...rules,
    supersedes: (claim, held) =>
      claim.boot !== held.boot ||
      claim.incarnation !== held.incarnation ||
      claim.state !== held.state,
  },
  'the better state wins over the worse': {
    ...rules,
    supersedes: (claim, held) =>
      claim.boot === held.boot && claim.incarnation === held.incarnation
        ? rank(claim.state) < rank(held.state)
        : rules.supersedes(claim, held),
  },
  'a suspicion never ends': { ...rules, suspicionMs: () => Number.POSITIVE_INFINITY },
  'a suspicion ends at once': { ...rules, suspicionMs: () => 0 },
  'news is told once only, and views are never compared': {
    ...rules,
    timesTold: () => 1,
    syncs: false,
  },
  'the dead are never tried again': { ...rules, retriesDead: false },
  'views are never compared': { ...rules, syncs: false },
  'nobody else is asked before a doubt': { ...rules, asksOthers: false },
  'every death is taken on trust': {
    ...rules,
    trustsDeath: () => true,
    isFresh: () => false,
  },
  'a doubt is a verdict as soon as one shares it': {
    ...rules,
    suspicionMs: (confirmations) => (confirmations > 0 ? 0 : SUSPICION_MIN_MS),
  },
}
