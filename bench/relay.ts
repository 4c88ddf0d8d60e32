// What it costs that any peer serves any space: a hop, a crowd of terminals at one peer, and what a peer tells the others
// of its agents.

import { crowd } from './relay/crowd.ts'
import { hop } from './relay/hop.ts'
import { reports } from './relay/reports.ts'
import type { BenchRow } from './report.ts'

export async function relay(): Promise<readonly BenchRow[]> {
  const parts = { hop, crowd, reports }
  const only = process.env.SKEIN_RELAY?.split(',')
  const rows: BenchRow[] = []
  for (const [name, measure] of Object.entries(parts)) {
    if (only?.includes(name) ?? true) rows.push(...(await measure()))
  }
  return rows
}
