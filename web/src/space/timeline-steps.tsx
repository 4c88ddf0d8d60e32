// The steps of starting and stopping: what is done, what is under way with its duration and bytes, what failed with
// the last lines of its log.

import { Check, Circle, CircleAlert, LoaderCircle } from 'lucide-react'
import type { TimelineStep } from '#protocol/api/timeline.ts'
import { duration } from '../format/duration.ts'
import { bytes } from '../format/quantity.ts'
import { Moment, Running } from '../parts/moment.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'
import { LogLines } from './log-lines.tsx'

interface TimelineStepsProps {
  readonly steps: readonly TimelineStep[]
  /** Without times of day, for the panel that is only shown while one waits. */
  readonly brief?: boolean
}

export function TimelineSteps({ steps, brief }: TimelineStepsProps) {
  return (
    <ol className="flex flex-col">
      {steps.map((step, index) => (
        <Step
          actor={step.actor?.id === steps[index - 1]?.actor?.id ? undefined : step.actor?.name}
          brief={brief ?? false}
          key={step.id}
          step={step}
        />
      ))}
    </ol>
  )
}

interface StepProps {
  readonly step: TimelineStep
  /** Who asked, where it is not the one who asked for the step before. */
  readonly actor: string | undefined
  readonly brief: boolean
}

function Step({ step, actor, brief }: StepProps) {
  return (
    <li className="relative flex gap-3 pb-3 not-last:before:absolute not-last:before:top-6 not-last:before:bottom-0 not-last:before:left-[7.5px] not-last:before:w-px not-last:before:bg-line">
      <span className="mt-0.5 flex size-4 shrink-0 items-center justify-center">
        <StepSign state={step.state} />
      </span>
      <div className="min-w-0 grow">
        <div className="flex min-h-5 flex-wrap items-center gap-x-3 text-sm">
          <span className={step.state === 'failed' ? 'font-medium text-red' : 'text-ink'}>
            {step.text}
            <span className="sr-only">, {words.timeline.state[step.state]}</span>
          </span>
          <span className="tabular text-ink-3 text-xs">
            <Took step={step} />
          </span>
          {!brief && (
            <span className="ml-auto flex gap-1.5 whitespace-nowrap text-ink-3 text-xs">
              {actor && <span>{words.timeline.by(actor)}</span>}
              <Moment at={step.startedAt} />
            </span>
          )}
        </div>
        {step.progress && step.state === 'running' && <Progress progress={step.progress} />}
        {step.error && <ErrorNotice className="mt-2" error={step.error} />}
        {step.log && step.log.length > 0 && (
          <LogLines lines={step.log} open={step.state !== 'done'} />
        )}
      </div>
    </li>
  )
}

function StepSign({ state }: { readonly state: TimelineStep['state'] }) {
  switch (state) {
    case 'running':
      return <LoaderCircle aria-hidden="true" className="turning text-violet" size={16} />
    case 'done':
      return <Check aria-hidden="true" className="text-green" size={16} strokeWidth={2.5} />
    case 'failed':
      return <CircleAlert aria-hidden="true" className="text-red" size={16} />
    case 'note':
      return <Circle aria-hidden="true" className="text-ink-3" fill="currentColor" size={7} />
  }
}

function Took({ step }: { readonly step: TimelineStep }) {
  if (step.state === 'running') return <Running at={step.startedAt} />
  return step.durationMs === undefined ? null : duration(step.durationMs)
}

function Progress({ progress }: { readonly progress: NonNullable<TimelineStep['progress']> }) {
  const { done, total, unit } = progress
  const told =
    unit === 'steps'
      ? words.timeline.steps(done, total ?? done)
      : total === undefined
        ? bytes(done)
        : words.timeline.of(bytes(done), bytes(total))
  return (
    <div className="mt-1.5 flex max-w-md items-center gap-3">
      {total !== undefined && (
        <div
          aria-label={told}
          aria-valuemax={total}
          aria-valuemin={0}
          aria-valuenow={done}
          className="h-1 grow overflow-hidden rounded-full bg-line"
          role="progressbar"
        >
          <div
            className="h-full rounded-full bg-violet transition-[width] duration-100"
            style={{ width: `${Math.min(100, (done / Math.max(1, total)) * 100)}%` }}
          />
        </div>
      )}
      <span className="tabular text-ink-2 text-xs">{told}</span>
    </div>
  )
}
