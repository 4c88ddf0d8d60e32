// Which of some clocks are wrong, as one peer can tell that has measured how far the others' are from its own. Pure.

import { CLOCK_TOLD_MS, type PeerClock } from '#protocol/api/peers.ts'

/** Clocks that are off, by peer; `offsets` are the others' wall clocks minus our own, ms. */
export function clocksOff(
  self: string,
  offsets: ReadonlyMap<string, number>,
): ReadonlyMap<string, PeerClock> {
  const all = new Map([[self, 0], ...offsets])
  const middle = middleOf([...all.values()])
  const off = new Map<string, PeerClock>()
  for (const [peer, offsetMs] of all) {
    const aheadMs = Math.round(offsetMs - middle)
    if (Math.abs(aheadMs) > CLOCK_TOLD_MS) off.set(peer, { aheadMs, among: all.size })
  }
  return off
}

/** Of an even number the one of the two in the middle that is nearer to our own: of two clocks ours is taken for right. */
function middleOf(offsets: readonly number[]): number {
  const inOrder = offsets.toSorted((a, b) => a - b)
  const lower = inOrder[Math.ceil(inOrder.length / 2) - 1] ?? 0
  const upper = inOrder[Math.floor(inOrder.length / 2)] ?? 0
  return Math.abs(lower) <= Math.abs(upper) ? lower : upper
}
