// Makes a failing run short: leaves out fault after fault for as long as the same invariant still fails.

import type { Rules } from '../../server/cluster/swim/rules.ts'
import type { Fault } from './faults.ts'
import { type Outcome, run } from './run.ts'

/** Which invariant: its name without the particulars. */
const kindOf = ({ violation }: Outcome): string | undefined => violation?.slice(0, 2)

/** Halves first, then single faults (Zeller's delta debugging, made simple). */
export function shrink(failed: Outcome, rules?: Rules): Outcome {
  let shortest = failed
  let size = Math.ceil(failed.faults.length / 2)
  while (size >= 1) {
    const shorter = withoutSome(shortest, size, rules)
    if (shorter) shortest = shorter
    else if (size === 1) break
    else size = Math.ceil(size / 2)
  }
  return shortest
}

function withoutSome(outcome: Outcome, size: number, rules?: Rules): Outcome | undefined {
  const { faults, seed } = outcome
  for (let at = 0; at < faults.length; at += size) {
    const fewer: readonly Fault[] = faults.filter((_, i) => i < at || i >= at + size)
    const next = run(seed, { faults: fewer, ...(rules && { rules }) })
    if (kindOf(next) === kindOf(outcome)) return next
  }
  return undefined
}
