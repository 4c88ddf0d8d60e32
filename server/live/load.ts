// What all spaces of this peer do together, coarsely enough that it seldom changes: others choose by it and show it, and
// have no use for the samples of each space.

import type { LiveTopics, LiveView } from './live.ts'

/** Steps in which load is told: a change below one is none. */
const CPU_STEP_PERCENT = 10
const MEMORY_STEP_BYTES = 128 * 1024 * 1024

export function loadOf(own: Pick<LiveView, 'entries'>): LiveTopics['load'] {
  const usage = [...own.entries('usage').values()]
  const terminals = [...own.entries('terminals').values()]
  return {
    agents: own.entries('agent').size,
    terminals: sum(terminals.map(({ count }) => count)),
    cpuPercent: inSteps(sum(usage.map(({ cpuPercent }) => cpuPercent)), CPU_STEP_PERCENT),
    memoryBytes: inSteps(sum(usage.map(({ memoryBytes }) => memoryBytes)), MEMORY_STEP_BYTES),
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)
const inSteps = (amount: number, step: number): number => Math.round(amount / step) * step
