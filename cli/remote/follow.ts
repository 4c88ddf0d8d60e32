// Waits for a wish to come true and shows the timeline's steps meanwhile: on standard error, so that what a command
// prints stays its answer.

import { setTimeout as sleep } from 'node:timers/promises'
import { type ErrorBody, SkeinError } from '#protocol/errors.ts'
import { type RemoteSpace, type RemoteStep, spaceSchema, timelineSchema } from './answers.ts'
import { arrival, type Wish } from './arrived.ts'
import type { Remote } from './remote.ts'

const LOOK_AGAIN_MS = 300
/** A large image over a slow line takes this long; the wish goes on when we stop waiting. */
const MOST_WAIT_MS = 60 * 60 * 1000

export interface Followed {
  readonly id: string
  readonly intentId: string
  readonly wish: Wish
  readonly before: RemoteSpace | undefined
}

/** The space as it is then; undefined when it was deleted. Rejects with its failure, or `timeout`. */
export async function follow(remote: Remote, followed: Followed): Promise<RemoteSpace | undefined> {
  const { id, intentId, wish, before } = followed
  const steps = new StepLines((line) => process.stderr.write(`${line}\n`))
  const endMs = performance.now() + MOST_WAIT_MS
  while (performance.now() < endMs) {
    const space = await show(remote, id)
    if (space && !remote.asJson) steps.take(await readSteps(remote, id, intentId))
    const now = arrival(wish, before, space)
    if (now === 'failed') throw failureOf(space)
    if (now === 'done') return space
    await sleep(LOOK_AGAIN_MS)
  }
  throw new SkeinError('timeout', { thing: 'The space', seconds: MOST_WAIT_MS / 1000 })
}

async function show(remote: Remote, id: string): Promise<RemoteSpace | undefined> {
  try {
    return await remote.call('GET /spaces/:id', { params: { id }, answer: spaceSchema })
  } catch (caught) {
    if (caught instanceof SkeinError && caught.code === 'not_found') return undefined
    throw caught
  }
}

async function readSteps(remote: Remote, id: string, intentId: string): Promise<RemoteStep[]> {
  const wanted = { params: { id }, answer: timelineSchema }
  const { steps } = await remote.call('GET /spaces/:id/timeline', wanted).catch(
    // Deleted between two questions.
    () => ({ steps: [] as RemoteStep[] }),
  )
  return steps.filter((step) => step.intentId === intentId)
}

function failureOf(space: RemoteSpace | undefined): SkeinError {
  if (!space) return new SkeinError('not_found', { thing: 'space' })
  if (space.failure) return SkeinError.fromBody(space.failure as unknown as ErrorBody)
  return new SkeinError('space_not_running', { state: space.reason })
}

/** One line when a step ends, and one when it has begun and takes its time. */
export class StepLines {
  readonly #write: (line: string) => void
  readonly #told = new Map<string, string>()

  constructor(write: (line: string) => void) {
    this.#write = write
  }

  take(steps: readonly RemoteStep[]): void {
    for (const step of steps) {
      const line = lineOf(step)
      if (this.#told.get(step.id) === line) continue
      this.#told.set(step.id, line)
      this.#write(line)
    }
  }
}

const SIGNS = { running: '…', done: '✓', failed: '✗', note: '·' } as const
/** Progress is told in tenths, so that a log keeps readable. */
const TENTHS = 10

function lineOf({ state, text, durationMs, progress, error }: RemoteStep): string {
  const took = durationMs === undefined ? '' : ` (${(durationMs / 1000).toFixed(1)} s)`
  const share =
    state === 'running' && progress?.total
      ? ` ${Math.floor((progress.done / progress.total) * TENTHS) * TENTHS} %`
      : ''
  const why = error ? `: ${error.message}` : ''
  return `${SIGNS[state]} ${text}${share}${took}${why}`
}
