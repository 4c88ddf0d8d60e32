// Listens to what one agent says of itself for as long as its link stands, and keeps it in Live. With the link it is
// withdrawn: nothing of an agent that is away is shown as true.

import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { SpaceId } from '#protocol/ids.ts'
import type { AgentReport } from '#protocol/report.ts'
import type { Clock } from '../clock.ts'
import type { Live } from '../live/live.ts'
import type { Log } from '../log.ts'
import type { AgentLink } from './agent-link.ts'
import { Pace } from './pace.ts'
import { ReportLines } from './report-lines.ts'
import { type Reported, type ReportedTopic, reportedTopics, toReported } from './reported.ts'
import type { LinkStream } from './streams.ts'

/** What is said lives this long after it was last confirmed, milliseconds: two refreshes may be missed. */
export const REPORT_TTL_MS = 90_000
/** How often all is confirmed while the link stands, milliseconds; each is an event for whoever watches. */
export const REFRESH_MS = 30_000
/** Lines a second of one agent; ours sends a few. What is above waits unread, and so does the agent. */
export const MAX_LINES_A_SECOND = 200

const REPORTER = { kind: 'system', id: 'links', name: 'links' } as const

export interface ReportingOptions {
  readonly live: Live
  readonly clock: Clock
  readonly log: Log
  readonly onReport?: (spaceId: SpaceId, report: AgentReport) => void
}

export class Reporting {
  readonly #link: AgentLink
  readonly #options: ReportingOptions
  readonly #spaceId: SpaceId
  readonly #linkedAt: number
  readonly #said = new Map<ReportedTopic, Reported>()
  #roundTripMs: number | undefined

  constructor(link: AgentLink, options: ReportingOptions) {
    this.#link = link
    this.#options = options
    this.#spaceId = link.identity.spaceId as SpaceId
    this.#linkedAt = options.clock.nowMs()
    // At once, so that what a newer link says is never taken back by this one.
    link.ended.addEventListener('abort', () => this.#withdraw(reportedTopics), { once: true })
  }

  /** Resolves when the link has ended. Never rejects. */
  async run(): Promise<void> {
    await Promise.all([this.#listen(), this.#refresh()])
  }

  /** The newest round trip; the first is told at once, later ones with the next refresh. */
  measured(roundTripMs: number): void {
    const isFirst = this.#roundTripMs === undefined
    this.#roundTripMs = roundTripMs
    const agent = this.#said.get('agent')
    if (isFirst && agent) this.#publish(agent)
  }

  async #listen(): Promise<void> {
    const spaceId = this.#spaceId
    const { run } = this.#link.identity
    const options = { actor: REPORTER, requestId: `report-${run.slice(0, 16)}` }
    try {
      await this.#hearAll(await this.#link.open({ kind: 'report' }, options))
      throw new SkeinError('frame_invalid', { reason: 'the agent has ended its reports' })
    } catch (caught) {
      if (this.#link.ended.aborted) return
      const err = toSkeinError(caught)
      this.#options.log.warn({ spaceId, err }, 'an agent’s reports are no longer read')
      // The link stays: its terminals belong to a user, who need not be the one who sends this.
      this.#withdraw(reportedTopics.filter((topic) => topic !== 'agent'))
    }
  }

  async #hearAll({ duplex }: LinkStream): Promise<void> {
    const { clock } = this.#options
    const lines = new ReportLines()
    const pace = new Pace(MAX_LINES_A_SECOND, clock.monotonicMs())
    for await (const chunk of duplex) {
      const before = lines.count
      for (const report of lines.push(chunk as Buffer)) this.#hear(report)
      const waitMs = pace.count(lines.count - before, clock.monotonicMs())
      if (waitMs > 0) await clock.delay(waitMs, this.#link.ended)
    }
  }

  #hear(report: AgentReport): void {
    if (this.#link.ended.aborted) return
    const reported = toReported(report, this.#linkedAt, this.#options.clock.nowMs())
    this.#said.set(reported.topic, reported)
    this.#publish(reported)
    this.#options.onReport?.(this.#spaceId, report)
  }

  async #refresh(): Promise<void> {
    const { clock, log } = this.#options
    try {
      while (!this.#link.ended.aborted) {
        await clock.delay(REFRESH_MS, this.#link.ended)
        for (const reported of this.#said.values()) this.#publish(reported)
      }
    } catch (err) {
      if (!this.#link.ended.aborted) log.warn({ err }, 'reports are no longer confirmed')
    }
  }

  #publish(reported: Reported): void {
    const { live } = this.#options
    const spaceId = this.#spaceId
    if (reported.topic === 'agent') {
      const trip = this.#roundTripMs === undefined ? {} : { roundTripMs: this.#roundTripMs }
      live.publish('agent', spaceId, { ...reported.value, ...trip }, REPORT_TTL_MS)
    } else {
      live.publish(reported.topic, spaceId, reported.value, REPORT_TTL_MS)
    }
  }

  #withdraw(topics: readonly ReportedTopic[]): void {
    for (const topic of topics) {
      if (this.#said.delete(topic)) this.#options.live.withdraw(topic, this.#spaceId)
    }
  }
}
