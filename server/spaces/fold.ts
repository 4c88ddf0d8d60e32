// From a space's appended events to the steps of its timeline. Pure. A step has a first event and a last one; what
// was cut off by its peer's end is closed by the event of the peer that came next.

import type { TimelineStep } from '#protocol/api/timeline.ts'
import type { StreamEntry } from '../records/records.ts'

type Progress = TimelineStep['progress'] & { readonly log?: readonly string[] }

interface OpenStep {
  readonly first: StreamEntry<'timeline'>
  last: StreamEntry<'timeline'>
  /** When another peer took the space over while this step ran. */
  cutAtMs?: number
}

/** `newestFirst` is as records read it; the answer is oldest first. `progress` is of steps that run now. */
export function foldTimeline(
  newestFirst: readonly StreamEntry<'timeline'>[],
  progress: (stepId: string) => Progress | undefined,
): readonly TimelineStep[] {
  const steps = new Map<string, OpenStep>()
  for (const entry of newestFirst.toReversed()) {
    const { stepId, step } = entry.body
    if (step === 'adopt') cutRunning(steps, entry.at)
    const known = steps.get(stepId)
    if (known === undefined) steps.set(stepId, { first: entry, last: entry })
    else known.last = entry
  }
  return [...steps.values()].map((step) => show(step, progress))
}

function cutRunning(steps: ReadonlyMap<string, OpenStep>, atMs: number): void {
  for (const step of steps.values()) {
    if (step.last.body.state === 'running') step.cutAtMs ??= atMs
  }
}

function show(step: OpenStep, progress: (stepId: string) => Progress | undefined): TimelineStep {
  const { first, last } = step
  const { stepId, intentId, step: name, text, state, error, durationMs } = last.body
  const cutAtMs = state === 'running' ? step.cutAtMs : undefined
  const live = state === 'running' && cutAtMs === undefined ? progress(stepId) : undefined
  const log = live?.log ?? last.body.log
  const actor = first.body.actor
  const lengthMs = cutAtMs === undefined ? durationMs : cutAtMs - first.at
  return {
    id: stepId,
    intentId,
    step: name,
    text: cutAtMs === undefined ? text : `${text} (cut off when its peer ended)`,
    state: cutAtMs === undefined ? state : 'note',
    startedAt: new Date(first.at).toISOString(),
    ...(lengthMs !== undefined && { durationMs: lengthMs }),
    ...(live && { progress: { done: live.done, total: live.total, unit: live.unit } }),
    ...(log && { log }),
    ...(error && { error }),
    ...(actor && { actor: { id: actor.id, name: actor.name } }),
  }
}
