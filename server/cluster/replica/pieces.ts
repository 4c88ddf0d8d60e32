// Cutting what is missing into pieces, the newest first.

import type { Span } from './delta.ts'
import { COLLECT_SEQS, NEED_SPANS } from './limits.ts'

/** From the top, each as large as is collected at once. */
export function inPieces({ origin, low, high }: Span): Span[] {
  const pieces: Span[] = []
  for (let top = high; top >= low; top -= COLLECT_SEQS) {
    pieces.push({ origin, low: Math.max(low, top - COLLECT_SEQS + 1), high: top })
  }
  return pieces
}

/** The newer half first; nothing when it is one transaction. */
export function halved(spans: readonly Span[]): [readonly Span[], readonly Span[]] | undefined {
  const half = Math.ceil(spans.length / 2)
  if (spans.length > 1) return [spans.slice(0, half), spans.slice(half)]
  const [span] = spans
  if (!span || span.low === span.high) return undefined
  const middle = Math.floor((span.low + span.high) / 2)
  return [[{ ...span, low: middle + 1 }], [{ ...span, high: middle }]]
}

/** Pieces from the top of every span by turns, since what people wait for is new. */
export function newestFirst(missing: readonly Span[]): Span[] {
  const pieces = missing.map(inPieces)
  const deepest = Math.max(0, ...pieces.map(({ length }) => length))
  const ordered: Span[] = []
  for (let depth = 0; depth < deepest && ordered.length < NEED_SPANS; depth++) {
    for (const all of pieces) {
      const piece = all[depth]
      if (piece) ordered.push(piece)
    }
  }
  return ordered.slice(0, NEED_SPANS)
}
