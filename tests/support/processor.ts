// How much of a processor a process takes: what a flood costs shows there also on a machine that is busy otherwise.

import { cpuSeconds } from '../../bench/relay/cpu.ts'

/** Call the answer for the share of one processor that was taken meanwhile, in percent. */
export function share(pid: number): () => number {
  const [fromMs, before] = [performance.now(), cpuSeconds(pid)]
  return () => Math.round((100_000 * (cpuSeconds(pid) - before)) / (performance.now() - fromMs))
}
