// Starts and stops spaces at the times that their templates say. The peer that drives a space's host does it, by writing
// the wish down as a person would; a wish that a person made since then stands.

import { SkeinError } from '#protocol/errors.ts'
import type { SpaceId } from '#protocol/ids.ts'
import type { Clock } from '../clock.ts'
import type { Change, Decision, Records, Row, View } from '../records/records.ts'
import type { Log } from '../store/log.ts'
import { type Due, lastMoment, type Schedule } from '../templates/schedule.ts'
import type { Parsed, Templates } from '../templates/templates.ts'
import { auditedSpace, decideWant, type Wisher } from './wishes.ts'

/** How late a space may be started or stopped, ms. */
const LOOK_EVERY_MS = 15_000

/** As the timeline and the audit name it. */
export const SCHEDULE_ACTOR = { kind: 'system', id: 'schedule', name: 'schedule' } as const

export interface SchedulerOptions {
  readonly records: Records
  readonly templates: Pick<Templates, 'parsed'>
  readonly clock: Clock
  readonly log: Log
  /** Whether this peer acts on the space. */
  readonly isDriven: (row: Row<'space'>) => boolean
  /** Writes the wish of `decide` down. */
  readonly intend: (decide: (view: View, wisher: Wisher) => Decision<string>) => Promise<unknown>
}

export class Scheduler {
  readonly #options: SchedulerOptions

  constructor(options: SchedulerOptions) {
    this.#options = options
  }

  /** Until the signal; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look()
      await this.#options.clock.delay(LOOK_EVERY_MS, signal).catch(() => undefined)
    }
  }

  /** Acts on everything that is due now. */
  async look(): Promise<void> {
    const { records, clock, log, isDriven, intend } = this.#options
    const nowMs = clock.nowMs()
    const known = new Map<Schedule, Due | undefined>()
    for (const row of records.list('space').filter(isDriven)) {
      const schedule = this.#scheduleOf(row)
      if (schedule === undefined) continue
      // Reckoned once for all spaces of a version: the zones' calendars are slow.
      if (!known.has(schedule)) known.set(schedule, lastMoment(schedule, nowMs))
      const due = known.get(schedule)
      if (due === undefined || scheduledWish(due, row) === undefined) continue
      const decide = (view: View, wisher: Wisher) => decideScheduled(view, wisher, row.id, due)
      await intend(decide).catch((error: unknown) => {
        log.warn({ error, spaceId: row.id }, 'A space could not be started or stopped on time.')
      })
    }
  }

  #scheduleOf(row: Row<'space'>): Schedule | undefined {
    const { records, templates } = this.#options
    return scheduled(records, templates, row)?.template.schedule
  }
}

/** The version whose schedule holds for a space: that which runs; what rests would start with the newest. */
export function scheduled(
  records: Pick<View, 'get'>,
  templates: Pick<Templates, 'parsed'>,
  { groups: { spec, runtime } }: Row<'space'>,
): Parsed | undefined {
  const newest = spec && records.get('template', spec.templateId)?.groups.head?.versionId
  const versionId = runtime?.state === 'running' ? runtime.versionId : newest
  return versionId && templates.parsed(versionId)
}

/** What a moment asks of a space, unless somebody wished for something after it, or it is so already. */
export function scheduledWish(
  due: Due,
  { groups: { desired, runtime, schedule } }: Row<'space'>,
): 'running' | 'stopped' | undefined {
  if (desired === undefined || desired.state === 'deleted' || desired.at >= due.atMs) {
    return undefined
  }
  // What was due while it was off is not made good.
  if (schedule !== undefined && (schedule.isOff || schedule.at >= due.atMs)) return undefined
  if (due.do === 'stop') return desired.state === 'stopped' ? undefined : 'stopped'
  const isUp =
    desired.state === 'running' && runtime?.state !== 'stopped' && runtime?.state !== 'failed'
  return isUp ? undefined : 'running'
}

/** Switches a space's schedule on or off. Throws `not_found` where its template has none. */
export function decideSchedule(
  view: View,
  { wisher, id, isOn }: { readonly wisher: Wisher; readonly id: SpaceId; readonly isOn: boolean },
): Decision<void> {
  const row = view.get('space', id)
  if (row === undefined) throw new SkeinError('not_found', { thing: 'space' })
  if (!scheduled(view, wisher.templates, row)?.template.schedule) {
    throw new SkeinError('not_found', { thing: 'schedule' })
  }
  const wasOn = row.groups.schedule?.isOff !== true
  if (wasOn === isOn) return { changes: [], result: undefined }
  const value = { isOff: !isOn, at: wisher.nowMs }
  const name = row.groups.name?.name ?? id
  const changes: Change[] = [
    { op: 'set', kind: 'space', id, group: 'schedule', value },
    auditedSpace(wisher, 'space.schedule', id, name, undefined, {
      before: { schedule: wasOn ? 'on' : 'off' },
      after: { schedule: isOn ? 'on' : 'off' },
    }),
  ]
  return { changes, result: undefined }
}

function decideScheduled(view: View, wisher: Wisher, id: SpaceId, due: Due): Decision<string> {
  const row = view.get('space', id)
  const wish = row && scheduledWish(due, row)
  if (wish === undefined) return { changes: [], result: '' }
  const { changes, result } = decideWant(view, wisher, id, wish)
  const text = due.do === 'start' ? 'Start it on schedule' : 'Stop it on schedule'
  const { intentId, actor } = wisher
  const body = { stepId: intentId, intentId, step: 'schedule', text, state: 'note', actor } as const
  const told: Change = { op: 'append', stream: 'timeline', subject: id, body }
  return { changes: [...changes, told], result }
}
