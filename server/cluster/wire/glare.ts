// Two peers that dial each other at once have two lines, and may meet them in either order. If each kept the newer, each
// could end the one that the other keeps, and both would dial again, at once, for ever.

/** Lines begun within so long of each other were dialled at once, ms: longer than a dial and a peer's patience. */
const GLARE_MS = 5000

export interface Standing {
  /** Dialled by the peer with the lower id. */
  readonly isLowers: boolean
  readonly isOpen: boolean
  readonly sinceMs: number
}

/**
 * Whether a line stays although another has opened to the same peer. Of two dialled at once it is the lower id's that
 * stays, on both sides; otherwise the newer takes over: whoever dials again has lost the other.
 */
export function stays(former: Standing, isLowers: boolean, nowMs: number): boolean {
  return former.isOpen && former.isLowers && !isLowers && nowMs - former.sinceMs < GLARE_MS
}
