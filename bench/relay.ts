// What it costs that any peer serves any space: a hop, a crowd of terminals at one peer, and what a peer tells the others
// of its agents.

import { hop } from './relay/hop.ts'
import type { BenchRow } from './report.ts'

export async function relay(): Promise<readonly BenchRow[]> {
  return [...(await hop())]
}
