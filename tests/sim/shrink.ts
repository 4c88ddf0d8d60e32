// Makes a failing run short: leaves out fault after fault for as long as the same invariant still fails.

import type { Rules } from '../../server/cluster/swim/rules.ts'
import { type Outcome, run } from './run.ts'

interface Failed {
  readonly violation: string | undefined
  readonly faults: readonly unknown[]
}

/** Which invariant: its name without the particulars. */
const kindOf = ({ violation }: { violation: string | undefined }) => violation?.slice(0, 2)

export function shrink(failed: Outcome, rules?: Rules): Outcome {
  const { seed } = failed
  return shrinkBy(failed, (faults) => run(seed, { faults, ...(rules && { rules }) }))
}

/** Halves first, then single faults (Zeller's delta debugging, made simple). `again` runs it with other faults. */
export function shrinkBy<O extends Failed>(failed: O, again: (faults: O['faults']) => O): O {
  let shortest = failed
  let size = Math.ceil(failed.faults.length / 2)
  while (size >= 1) {
    const shorter = withoutSome(shortest, size, again)
    if (shorter) shortest = shorter
    else if (size === 1) break
    else size = Math.ceil(size / 2)
  }
  return shortest
}

function withoutSome<O extends Failed>(
  outcome: O,
  size: number,
  again: (faults: O['faults']) => O,
): O | undefined {
  const { faults } = outcome
  for (let at = 0; at < faults.length; at += size) {
    const next = again(faults.filter((_, i) => i < at || i >= at + size))
    if (kindOf(next) === kindOf(outcome)) return next
  }
  return undefined
}
