// Every agent's link that this peer holds: who is linked, the way to open a stream, and what agents report about
// themselves, which goes into Live and ends with the link.

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import type { SpaceId } from '#protocol/ids.ts'
import type { LinkIdentity } from '#protocol/link.ts'
import type { AgentReport } from '#protocol/report.ts'
import { heartbeat } from '../../link/heartbeat.ts'
import type { Clock } from '../clock.ts'
import type { Live, LiveTopic } from '../live/live.ts'
import type { Log } from '../log.ts'
import { Acceptor } from './acceptor.ts'
import { AgentLink } from './agent-link.ts'
import { Pace } from './pace.ts'
import { Refusals } from './refusals.ts'
import { ReportLines } from './report-lines.ts'
import type { Streams } from './streams.ts'

/** What agents say lives this long after it was last said or confirmed by a ping, ms. */
const REPORT_TTL_MS = 60_000
/** How often what is live is said again while the link stands, ms. */
const REFRESH_MS = 20_000
/** Reports that are read of one agent: an honest one has six types, none said more often than twice a second. */
const REPORTS_PER_SECOND = 50
const REPORTED: readonly LiveTopic[] = [
  'agent',
  'ports',
  'services',
  'usage',
  'startup',
  'terminals',
]

export interface LinksOptions {
  /** The key of a space's start; undefined when that start is not the space's current one. */
  readonly agentKey: (identity: { spaceId: SpaceId; epoch: number }) => Buffer | undefined
  readonly live: Live
  readonly clock: Clock
  readonly log: Log
  readonly onReport?: (spaceId: SpaceId, report: AgentReport) => void
}

export class Links {
  readonly streams: Streams
  readonly #options: LinksOptions
  readonly #acceptor: Acceptor
  readonly #links = new Map<SpaceId, AgentLink>()

  constructor(options: LinksOptions) {
    this.#options = options
    const refusals = new Refusals(options.clock, (details) =>
      options.log.warn(details, 'a link was refused'),
    )
    this.#acceptor = new Acceptor({
      keyOf: (identity) => options.agentKey({ ...identity, spaceId: identity.spaceId as SpaceId }),
      onConnection: (identity, connection) => this.#accepted(identity, connection),
      clock: options.clock,
      onRefused: (reason) => refusals.add(reason),
    })
    this.streams = {
      open: async (to, open, openOptions) => {
        const link = 'space' in to ? this.#links.get(to.space) : undefined
        if (!link) throw new SkeinError('agent_not_linked')
        return await link.open(open, openOptions)
      },
    }
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#acceptor.handleUpgrade(request, socket, head)
  }

  has(spaceId: SpaceId): boolean {
    return this.#links.has(spaceId)
  }

  /** Ends a space's link, e.g. because it was stopped; its agent may dial again while its key is good. */
  unlink(spaceId: SpaceId): void {
    this.#links.get(spaceId)?.close()
  }

  async close(): Promise<void> {
    for (const link of this.#links.values()) link.close()
    this.#acceptor.close()
  }

  #accepted(identity: LinkIdentity, connection: Parameters<AgentLink['addLane']>[1]): void {
    const spaceId = identity.spaceId as SpaceId
    const standing = this.#links.get(spaceId)
    if (identity.lane !== 'control') {
      if (standing?.identity.run === identity.run) standing.addLane(identity.lane, connection)
      else connection.end()
      return
    }
    standing?.close()
    const link = new AgentLink(identity, connection, this.#options.clock)
    this.#links.set(spaceId, link)
    link.ended.addEventListener('abort', () => this.#lost(spaceId, link))
    this.#watch(spaceId, link).catch((error: unknown) => {
      this.#options.log.warn({ spaceId, error: String(error) }, 'an agent’s reports ended its link')
      link.close()
    })
  }

  #lost(spaceId: SpaceId, link: AgentLink): void {
    if (this.#links.get(spaceId) !== link) return
    this.#links.delete(spaceId)
    for (const topic of REPORTED) this.#options.live.withdraw(topic, spaceId)
    this.#options.log.info({ spaceId }, 'an agent’s link ended')
  }

  /** Pings the link and reads its reports until it ends. */
  async #watch(spaceId: SpaceId, link: AgentLink): Promise<void> {
    const { clock } = this.#options
    const { control } = link
    if (!control) return
    let roundTripMs: number | undefined
    const beats = heartbeat(
      control,
      {
        delay: (ms, signal) => clock.delay(ms, signal),
        onRoundTrip: (ms) => {
          roundTripMs = ms
        },
        onDead: () => link.close(),
      },
      link.ended,
    )
    const said = new Map<LiveTopic, () => void>()
    const refreshed = this.#refresh(link, said)
    const stream = await link.open(
      { kind: 'report' },
      {
        actor: { kind: 'system', id: 'links', name: 'links' },
        requestId: `report-${link.identity.run}`,
      },
    )
    const lines = new ReportLines()
    const pace = new Pace(REPORTS_PER_SECOND, clock)
    for await (const chunk of stream.duplex) {
      for (const report of lines.read(chunk as Buffer)) {
        await pace.next(link.ended)
        this.#heard(spaceId, report, said, () => roundTripMs)
      }
    }
    link.close()
    await Promise.all([beats, refreshed])
  }

  async #refresh(link: AgentLink, said: ReadonlyMap<LiveTopic, () => void>): Promise<void> {
    while (!link.ended.aborted) {
      try {
        await this.#options.clock.delay(REFRESH_MS, link.ended)
      } catch {
        return
      }
      for (const say of said.values()) say()
    }
  }

  #heard(
    spaceId: SpaceId,
    report: AgentReport,
    said: Map<LiveTopic, () => void>,
    roundTripMs: () => number | undefined,
  ): void {
    const topic =
      report.type === 'hello' ? 'agent' : report.type === 'stats' ? 'usage' : report.type
    const linkedAt = this.#options.clock.nowMs()
    const say = () => this.#publish(spaceId, report, linkedAt, roundTripMs())
    said.set(topic, say)
    say()
    this.#options.onReport?.(spaceId, report)
  }

  #publish(
    spaceId: SpaceId,
    report: AgentReport,
    at: number,
    roundTripMs: number | undefined,
  ): void {
    const { type, value } = toLive(report, at, roundTripMs)
    this.#options.live.publish(type, spaceId, value, REPORT_TTL_MS)
  }
}

/** What a report says, as the value of its Live topic. */
function toLive(report: AgentReport, at: number, roundTripMs: number | undefined) {
  switch (report.type) {
    case 'hello': {
      const { route, failed, version, run } = report
      const trip = roundTripMs === undefined ? {} : { roundTripMs }
      return {
        type: 'agent',
        value: { linkedAt: at, route, failed, version, run, ...trip },
      } as const
    }
    case 'ports':
      return { type: 'ports', value: report.ports } as const
    case 'services':
      return { type: 'services', value: report.services } as const
    case 'stats': {
      const { type: _, ...usage } = report
      return { type: 'usage', value: { at, ...usage } } as const
    }
    case 'startup': {
      const { type: _, ...startup } = report
      return { type: 'startup', value: startup } as const
    }
    case 'terminals':
      return { type: 'terminals', value: { count: report.count, at } } as const
  }
}

export function createLinks(options: LinksOptions): Links {
  return new Links(options)
}
