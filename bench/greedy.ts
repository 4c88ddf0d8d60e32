// What one terminal that floods costs somebody who types in another one, in the same space and in another. The flood has a
// viewer of its own, elsewhere, as it would: drawn in the process that types and measures, it was that one's own full
// collections (10 to 20 ms each, thirty a second) that were measured.

import type { Api } from '../tests/support/api.ts'
import type { TestTerminal } from '../tests/support/terminal.ts'
import { BareTerminal } from './bare-terminal.ts'
import { type Echoing, echo } from './echo.ts'
import { type BenchRow, quantile, row } from './report.ts'
import { Worker } from './worker.ts'

const KEYS = 2000
/** Typed before, unmeasured: all of it compiles what a flood needs. */
const WARM_UP_KEYS = 300

export interface Victims {
  readonly api: Api
  /** Whose terminal floods. */
  readonly space: string
  readonly same: TestTerminal
  readonly other: TestTerminal
  readonly peer: string
}

/** The victims' terminals echo through the driver alone (`quiet`). */
export async function greedy({ api, space, same, other, peer }: Victims): Promise<BenchRow[]> {
  const [otherMs, sameMs] = await beside([api.url, api.cookie, space], [other, same])
  const neighbour = await BareTerminal.open()
  const [theirs = 0] = await beside([], [neighbour])
  neighbour.close()
  const versus = { peer, theirs }
  return [
    row('greedy_other_p99', 'ms', otherMs ?? 0, versus, { ours: { most: 10 } }),
    row('greedy_same_p99', 'ms', sameMs ?? 0, versus, { ours: { most: 25 } }),
  ]
}

/** The p99 of each, one after the other, while somebody floods. */
async function beside(
  at: readonly string[],
  victims: readonly Echoing[],
): Promise<readonly number[]> {
  const flooder = new Worker('person', './flooder.ts', ...at)
  try {
    await flooder.next()
    const p99: number[] = []
    for (const victim of victims) await echo(victim, WARM_UP_KEYS)
    for (const victim of victims) p99.push(quantile(await echo(victim, KEYS), 0.99))
    return p99
  } finally {
    flooder.close()
  }
}
