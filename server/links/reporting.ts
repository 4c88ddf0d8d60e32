// Listens to what one agent says of itself for as long as its link stands, and keeps it in Live. With the link it is
// withdrawn: nothing of an agent that is away is shown as true.

import type { SpaceId } from '#protocol/ids.ts'
import type { AgentReport } from '#protocol/report.ts'
import type { Clock } from '../clock.ts'
import type { Live } from '../live/live.ts'
import type { Log } from '../log.ts'
import type { AgentLink } from './agent-link.ts'
import { Pace } from './pace.ts'
import { ReportLines } from './report-lines.ts'
import { type Reported, type ReportedTopic, toReported } from './reported.ts'
import type { LinkStream } from './streams.ts'

/** What is said lives this long after it was last confirmed, milliseconds: two refreshes may be missed. */
export const REPORT_TTL_MS = 90_000
/** How often all is confirmed while the link stands, milliseconds; each is an event for whoever watches. */
export const REFRESH_MS = 30_000
/** Reports that are read of one agent: an honest one has six types, none said more often than twice a second. */
const REPORTS_PER_SECOND = 50

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
    link.ended.addEventListener('abort', () => this.#withdraw(), { once: true })
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

  /** What is not a report ends the link: nothing more of this agent can be believed. */
  async #listen(): Promise<void> {
    const options = { actor: REPORTER, requestId: `report-${this.#link.identity.run}` }
    try {
      await this.#hearAll(await this.#link.open({ kind: 'report' }, options))
    } catch (err) {
      if (this.#link.ended.aborted) return
      this.#options.log.warn({ spaceId: this.#spaceId, err }, 'an agent’s reports ended its link')
    }
    this.#link.close()
  }

  async #hearAll({ duplex }: LinkStream): Promise<void> {
    const { clock } = this.#options
    const lines = new ReportLines()
    const pace = new Pace(REPORTS_PER_SECOND, clock)
    for await (const chunk of duplex) {
      for (const report of lines.read(chunk as Buffer)) {
        await pace.next(this.#link.ended)
        this.#hear(report)
      }
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
    const { epoch } = this.#link.identity
    if (reported.topic === 'agent') {
      const trip = this.#roundTripMs === undefined ? {} : { roundTripMs: this.#roundTripMs }
      live.publish('agent', spaceId, { ...reported.value, ...trip }, REPORT_TTL_MS, epoch)
    } else {
      live.publish(reported.topic, spaceId, reported.value, REPORT_TTL_MS, epoch)
    }
  }

  #withdraw(): void {
    for (const topic of this.#said.keys()) this.#options.live.withdraw(topic, this.#spaceId)
    this.#said.clear()
  }
}
