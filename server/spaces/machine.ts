// The space's state machine: from what is wanted, what was recorded and what the engine shows to the one next step.
// Pure and level-triggered: it never asks how it came here, so a peer that died in the middle of anything goes on
// by asking again. Times are wall-clock milliseconds, because a start may be continued by another process.

import type { ErrorBody } from '#protocol/errors.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { KindGroups } from '../records/kinds.ts'
import type { ContainerState } from './runtime/answers.ts'

export type Desired = KindGroups['space']['desired']
export type Runtime = KindGroups['space']['runtime']

/** From the main container's start to its agent's link: Node starts in 0.2 s, a busy host takes seconds. */
export const AGENT_DEADLINE_MS = 60_000
/** How long a start-up script may run before the space counts as running without it. */
export const STARTUP_DEADLINE_MS = 15 * 60_000

export interface ObservedContainer {
  readonly id: string
  readonly service: string
  readonly main: boolean
  readonly state: ContainerState
  readonly epoch: number
  /** Of a container that has ended and is still there. */
  readonly exit?: { readonly status: number; readonly outOfMemory: boolean; readonly error: string }
}

export interface Observed {
  readonly containers: readonly ObservedContainer[]
  /** The space's network is there. */
  readonly network: boolean
  readonly agentLinked: boolean
  readonly startup?: { readonly state: 'running' | 'done' | 'failed'; readonly status?: number }
}

export interface Situation {
  readonly desired: Desired
  readonly runtime: Runtime | undefined
  readonly observed: Observed
  /** Whether the template that the containers were made from has a start-up script. */
  readonly hasStartup: boolean
  /** Since when its agent is waited for: its start, or this peer's own where that is later. */
  readonly waitingSinceMs: number
  readonly nowMs: number
}

export type Step =
  | { readonly do: 'nothing' }
  /** Stop and remove the containers and the network; volumes stay. */
  | { readonly do: 'clear'; readonly state: 'stopping' | 'deleting' | 'stopped' | 'failed' }
  /** Write a new epoch, then launch. */
  | { readonly do: 'begin' }
  /** Make what is missing of the epoch's containers and start what has not run. */
  | { readonly do: 'launch' }
  /** Look again when something is reported, or at `untilMs`. */
  | { readonly do: 'wait'; readonly for: 'agent' | 'startup'; readonly untilMs: number }
  | {
      readonly do: 'settle'
      readonly state: 'running' | 'stopped' | 'failed'
      readonly reason: string
      readonly failure?: ErrorBody
    }
  /** Remove volumes, then the records. */
  | { readonly do: 'erase' }

const nothing: Step = { do: 'nothing' }

export function nextStep(situation: Situation): Step {
  const { desired, runtime, observed } = situation
  const present = observed.containers.length > 0 || observed.network
  if (desired.state === 'deleted')
    return present ? { do: 'clear', state: 'deleting' } : { do: 'erase' }
  if (desired.state === 'stopped') return towardsStopped(situation, present)
  if (runtime === undefined || runtime.generation !== desired.generation) {
    return present ? { do: 'clear', state: 'stopping' } : { do: 'begin' }
  }
  switch (runtime.state) {
    case 'running':
      return whileRunning(runtime, observed)
    case 'pulling':
    case 'starting':
      return whileStarting(situation, runtime)
    case 'stopped':
    case 'failed':
      return present ? { do: 'clear', state: runtime.state } : nothing
    // A clearing that was cut off, of a wish that was then taken back within the same generation: begin anew.
    case 'stopping':
    case 'deleting':
      return present ? { do: 'clear', state: 'stopping' } : { do: 'begin' }
  }
}

function towardsStopped({ desired, runtime }: Situation, present: boolean): Step {
  if (present) return { do: 'clear', state: 'stopping' }
  const settled = runtime?.state === 'stopped' && runtime.generation === desired.generation
  return settled ? nothing : { do: 'settle', state: 'stopped', reason: 'It was stopped.' }
}

function whileRunning(runtime: Runtime, observed: Observed): Step {
  const main = ofEpoch(runtime, observed).find((container) => container.main)
  if (main === undefined) return removed(Object.keys(runtime.containers)[0] ?? 'main')
  return hasEnded(main) ? ended(main) : nothing
}

function whileStarting(situation: Situation, runtime: Runtime): Step {
  const { observed, hasStartup } = situation
  if (observed.containers.some((container) => container.epoch !== runtime.epoch)) {
    return { do: 'clear', state: 'stopping' }
  }
  const main = ofEpoch(runtime, observed).find((container) => container.main)
  if (main === undefined || main.state === 'created') return { do: 'launch' }
  if (hasEnded(main)) return ended(main)
  if (!observed.agentLinked) return awaitAgent(situation)
  return hasStartup ? awaitStartup(situation) : running()
}

function awaitAgent({ waitingSinceMs, nowMs }: Situation): Step {
  const untilMs = waitingSinceMs + AGENT_DEADLINE_MS
  if (nowMs < untilMs) return { do: 'wait', for: 'agent', untilMs }
  const error = new SkeinError('agent_not_linked')
  return { do: 'settle', state: 'failed', reason: error.message, failure: error.body }
}

function awaitStartup({ observed: { startup }, waitingSinceMs, nowMs }: Situation): Step {
  if (startup?.state === 'done') return running()
  if (startup?.state === 'failed') {
    // The terminal is what mends a start-up script, so the space runs all the same.
    return running(new SkeinError('startup_failed', { status: startup.status ?? 'unknown' }))
  }
  const untilMs = waitingSinceMs + STARTUP_DEADLINE_MS
  if (nowMs < untilMs) return { do: 'wait', for: 'startup', untilMs }
  const seconds = STARTUP_DEADLINE_MS / 1000
  return running(new SkeinError('timeout', { thing: 'The start-up script', seconds }))
}

function running(failure?: SkeinError): Step {
  if (failure === undefined) return { do: 'settle', state: 'running', reason: 'It runs.' }
  const reason = `It runs, but: ${failure.message}`
  return { do: 'settle', state: 'running', reason, failure: failure.body }
}

/** A main container that ends by itself is not started again: status 0 is a stop, anything else a failure. */
function ended(main: ObservedContainer): Step {
  if (main.exit === undefined) return removed(main.service)
  const { status, outOfMemory, error } = main.exit
  if (status === 0 && error === '') {
    return {
      do: 'settle',
      state: 'stopped',
      reason: `The container ${main.service} ended by itself.`,
    }
  }
  const failure = outOfMemory
    ? new SkeinError('out_of_memory', { service: main.service })
    : new SkeinError('container_exited', { service: main.service, status })
  return { do: 'settle', state: 'failed', reason: failure.message, failure: failure.body }
}

function removed(service: string): Step {
  const failure = new SkeinError('container_removed', { service })
  return { do: 'settle', state: 'failed', reason: failure.message, failure: failure.body }
}

const ofEpoch = (runtime: Runtime, observed: Observed): readonly ObservedContainer[] =>
  observed.containers.filter((container) => container.epoch === runtime.epoch)

const hasEnded = ({ state }: ObservedContainer): boolean =>
  state === 'exited' || state === 'dead' || state === 'removing'
