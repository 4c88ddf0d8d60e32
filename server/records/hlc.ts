// The hybrid logical clock: 48 bits of milliseconds, 16 bits of counter, in one 64-bit number. It follows wall time
// when that runs ahead and counts on when wall time stands or steps back, so it never goes back (Kulkarni et al. 2014).

const COUNTER_BITS = 16n

/** The next value after `last`. A counter that is full carries into the milliseconds. */
export function tick(last: bigint, nowMs: number): bigint {
  const wall = BigInt(Math.floor(nowMs)) << COUNTER_BITS
  return wall > last ? wall : last + 1n
}

/** The milliseconds of a clock value. */
export function hlcMs(hlc: bigint): number {
  return Number(hlc >> COUNTER_BITS)
}
