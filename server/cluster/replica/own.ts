// One's own origin in what others have heard of. Everything of it is in one's own database; what is not in memory was written
// by another member of that database a moment ago, or the database went back to an earlier state.

import type { Context } from './context.ts'
import type { Span } from './delta.ts'
import type { Turn } from './effect.ts'
import type { Local } from './local.ts'

/** Whether another has heard of more than is here; then whoever drives this is told. */
export function lacksOwn(
  turn: Turn,
  { origin, heard }: Local,
  { by, theirs }: { readonly by: string; readonly theirs: Context },
): boolean {
  const seq = theirs.head(origin)
  if (seq <= heard.head(origin)) return false
  turn.effects.push({ type: 'rolled-back', by, seq })
  return true
}

/** What can be asked of others. */
export const ofOthers = (spans: readonly Span[], { origin }: Local): Span[] =>
  spans.filter((span) => span.origin !== origin)
