// Makes a space ready for whoever comes in by ssh: one that runs is ready, one that stands still is started when they
// want that, and while it starts they are told each step of its timeline.

import { type ErrorBody, SkeinError } from '#protocol/errors.ts'
import type { SpaceId } from '#protocol/ids.ts'
import type { Actor } from '#protocol/link.ts'
import type { Clock } from '../clock.ts'
import type { SpacesPort } from '../http/ports.ts'
import type { Live } from '../live/live.ts'
import type { Records, Row } from '../records/records.ts'

/** How long a start may take, ms. Pulling an image is its longest part; whoever waits may always interrupt. */
export const WAKE_TIMEOUT_MS = 15 * 60_000
/** How long an agent that should be linked may be away, ms: it dials again at once, a peer that came back takes a second. */
export const LINK_TIMEOUT_MS = 20_000

export interface WakeParts {
  readonly records: Pick<Records, 'get' | 'watch' | 'tail'>
  readonly live: Pick<Live, 'getOf' | 'watch'>
  readonly spaces: Pick<SpacesPort, 'want'>
  readonly clock: Clock
}

/** What a space is for somebody at its door. */
export type Standing = 'ready' | 'still' | 'coming'

export function standing({ live }: Pick<WakeParts, 'live'>, row: Row<'space'>): Standing {
  const { desired, runtime } = row.groups
  const isAnswered = runtime?.generation === desired?.generation
  const isOver = isAnswered && (runtime?.state === 'stopped' || runtime?.state === 'failed')
  if (desired?.state !== 'running' || isOver) return 'still'
  // A restart that has been wished for and not begun: its agent is the old one's.
  const isOld = !isAnswered && runtime !== undefined
  const agent = runtime && live.getOf('agent', row.id, runtime.epoch)
  return agent === undefined || isOld ? 'coming' : 'ready'
}

/** Wants the space to run. Rejects with `space_busy` and the codes of `transact`. */
export async function start({ spaces }: WakeParts, actor: Actor, id: SpaceId): Promise<void> {
  await spaces.want(actor, id, 'running')
}

/**
 * Resolves when the space takes streams. Rejects with the failure of its start, `space_not_running` when somebody stops
 * it meanwhile, `not_found`, `timeout`, or the signal's reason.
 */
export async function arrival(
  parts: WakeParts,
  id: SpaceId,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { records, live } = parts
  const over = new AbortController()
  const stop = AbortSignal.any([signal, over.signal])
  const came = Promise.withResolvers<void>()
  const look = (): void => {
    try {
      if (hasCome(parts, id)) came.resolve()
    } catch (error) {
      came.reject(error)
    }
  }
  const watches = [
    each(records.watch('space', { signal: stop }), (changed) => changed.id === id && look()),
    each(live.watch('agent', { signal: stop }), ({ key }) => key === id && look()),
    each(records.tail('timeline', { signal: stop }), ({ subject, body }) => {
      if (subject === id) for (const line of linesOf(body)) say(line)
    }),
    tooLate(parts, id, stop),
  ]
  // A watch that fails ends the wait; one that ends with its signal is what we asked for.
  for (const watch of watches) watch.catch((error: unknown) => came.reject(error))
  signal.addEventListener('abort', () => came.reject(signal.reason), { once: true })
  look()
  try {
    await came.promise
  } finally {
    over.abort()
  }
}

function hasCome(parts: WakeParts, id: SpaceId): boolean {
  const row = parts.records.get('space', id)
  if (!row) throw new SkeinError('not_found', { thing: 'space' })
  const is = standing(parts, row)
  if (is !== 'still') return is === 'ready'
  const { desired, runtime } = row.groups
  const { failure } = runtime ?? {}
  if (desired?.state === 'running' && failure) throw SkeinError.fromBody(failure)
  throw new SkeinError('space_not_running', { state: runtime?.state ?? 'stopped' })
}

/** A space that runs already only waits for its agent, which takes a moment or does not happen. */
async function tooLate({ records, clock }: WakeParts, id: SpaceId, signal: AbortSignal) {
  const runs = records.get('space', id)?.groups.runtime?.state === 'running'
  const timeoutMs = runs ? LINK_TIMEOUT_MS : WAKE_TIMEOUT_MS
  try {
    await clock.delay(timeoutMs, signal)
  } catch {
    return
  }
  throw new SkeinError('timeout', { thing: 'The space', seconds: timeoutMs / 1000 })
}

interface Told {
  readonly text: string
  readonly state: 'running' | 'done' | 'failed' | 'note'
  readonly durationMs?: number
  readonly error?: ErrorBody
}

/** A step as it begins and as it ends; its failure is told once, by the wait itself. */
function* linesOf({ text, state, durationMs }: Told): Generator<string> {
  const took = durationMs === undefined ? '' : ` (${(durationMs / 1000).toFixed(1)} s)`
  if (state === 'running') yield `  ${text} …`
  else if (state === 'done') yield `✓ ${text}${took}`
  else if (state === 'failed') yield `✗ ${text}${took}`
  else yield `· ${text}`
}

/** Ends with the iterable, which ends with its signal. */
async function each<T>(source: AsyncIterable<T>, act: (item: T) => unknown): Promise<void> {
  for await (const item of source) act(item)
}
