// The timeline's steps as readers think of them: one start, one stop, each with its steps. Newest first. Pure.

import type { TimelineStep } from '#protocol/api/timeline.ts'

export interface IntentGroup {
  readonly intentId: string
  readonly startedAt: string
  readonly steps: readonly TimelineStep[]
}

export function groupByIntent(steps: readonly TimelineStep[]): readonly IntentGroup[] {
  const groups = new Map<string, TimelineStep[]>()
  for (const step of [...steps].sort(byTime)) {
    const group = groups.get(step.intentId)
    if (group) group.push(step)
    else groups.set(step.intentId, [step])
  }
  return [...groups]
    .map(([intentId, own]) => ({ intentId, steps: own, startedAt: own[0]?.startedAt ?? '' }))
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
}

const byTime = (a: TimelineStep, b: TimelineStep): number =>
  a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0
