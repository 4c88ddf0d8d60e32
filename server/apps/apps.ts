// The door to apps: every request and upgrade whose Host lies under the apps domain ends here and never reaches Skein's
// own pages and API, whatever it is.

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { SpaceId } from '#protocol/ids.ts'
import type { Clock, Random } from '../clock.ts'
import { ClientAddress } from '../http/address.ts'
import type { HttpConfig, Log, SpacesPort } from '../http/ports.ts'
import type { Visits } from '../http/visits.ts'
import type { Sessions } from '../identity/sessions.ts'
import type { Streams } from '../links/streams.ts'
import type { Live } from '../live/live.ts'
import type { Records } from '../records/records.ts'
import { admitTo } from './admission.ts'
import { type CarryParts, carryRequest, carryUpgrade, type Open } from './carry.ts'
import type { DirectSource } from './direct/direct-ways.ts'
import { answerReserved, type EnterWish, isReserved, sendToSignIn, ticketUrl } from './entering.ts'
import { appSlug } from './host.ts'
import { noteVisit } from './note-visit.ts'
import { OpenWays, type Way } from './open-ways.ts'
import { Passes } from './passes.ts'
import { answerPreflight } from './preflight.ts'
import { type Answer, answer, answerSocket, asJson, asPage, plainPage } from './refusal.ts'
import { Upstreams } from './upstreams.ts'
import { isForApps, type ReceiveParts, receive, type Visit } from './visit.ts'

/** Sessions that end by time write no record, so what is under way is looked at this often, ms. */
const RECHECK_MS = 20_000

export interface AppsParts {
  readonly records: Records
  readonly live: Live
  readonly streams: Streams
  /** Where containers are; absent where every request is to go through the agent. */
  readonly direct?: DirectSource
  readonly sessions: Sessions
  readonly spaces: Pick<SpacesPort, 'show'>
  readonly config: HttpConfig
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Signs tickets and passes. */
  readonly passKey: Buffer
  readonly visits: Visits
  readonly newRequestId: () => string
}

export class Apps {
  readonly #parts: AppsParts & CarryParts & ReceiveParts
  readonly #stop = new AbortController()
  readonly #watching: Promise<unknown>

  constructor(given: AppsParts) {
    const { spaces, config, passKey } = given
    const appPort: ReceiveParts['appPort'] = (id, slug) =>
      spaces.show(id)?.apps.find(({ name }) => appSlug(name) === slug)?.port
    const passes = new Passes({ ...given, key: passKey })
    const upstreams = new Upstreams(given)
    const ways = new OpenWays()
    const address = new ClientAddress(config)
    this.#parts = { ...given, appPort, passes, upstreams, ways, address }
    this.#watching = Promise.all([upstreams.watch(), this.#watchRights(), this.#watchTime()])
  }

  /** Requests and sockets that are under way. */
  get size(): number {
    return this.#parts.ways.size
  }

  /** Whether the request is this door's to answer, if only to refuse it. */
  claims(request: IncomingMessage): boolean {
    const { appsDomain } = this.#parts.config
    return appsDomain !== undefined && isForApps(request, appsDomain)
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    let visit: Visit | undefined
    try {
      visit = receive(this.#parts, request)
      const refusal = this.#refusal(visit)
      if (refusal) answer(request, response, refusal)
      else {
        noteVisit(this.#parts, visit)
        carryRequest(this.#parts, { visit, open: visit.admission as Open }, request, response)
      }
    } catch (caught) {
      answer(request, response, this.#asAnswer(caught, visit))
    }
  }

  upgrade(request: IncomingMessage, socket: Duplex, first: Buffer): void {
    // A reset of the connection must not be an unheard error; its close is heard.
    socket.on('error', () => undefined)
    try {
      const visit = receive(this.#parts, request)
      assertOwnSocket(visit)
      const refusal = this.#refusal(visit)
      if (refusal) answerSocket(socket, refusal)
      else {
        noteVisit(this.#parts, visit)
        const bound = { visit, open: visit.admission as Open }
        carryUpgrade(this.#parts, bound, request, socket, first)
      }
    } catch (caught) {
      answerSocket(socket, this.#asAnswer(caught, undefined))
    }
  }

  /**
   * Where somebody who is signed in goes with a ticket for what they wish to enter. Throws `app_not_shared` or
   * `app_unknown`.
   */
  enter(wish: EnterWish, person: Parameters<typeof ticketUrl>[2]): string {
    const { kind } = admitTo(this.#parts, wish.host, person)
    if (kind === 'unknown') throw new SkeinError('app_unknown')
    if (kind !== 'open') throw new SkeinError('app_not_shared', { user: wish.host.user })
    return ticketUrl(this.#parts, wish, person)
  }

  async close(): Promise<void> {
    this.#stop.abort()
    this.#parts.ways.close()
    this.#parts.upstreams.close()
    await this.#watching
  }

  /** Undefined for whoever may go on to the app. */
  #refusal(visit: Visit): Answer | undefined {
    if (isReserved(visit.target)) return answerReserved(this.#parts, visit)
    const { kind } = visit.admission
    if (kind === 'open') return undefined
    const preflight = answerPreflight(visit)
    if (preflight) return preflight
    if (kind === 'unknown') throw new SkeinError('app_unknown')
    if (kind === 'refused') throw new SkeinError('app_not_shared', { user: visit.host.user })
    if (visit.isNavigation) return sendToSignIn(this.#parts, visit)
    if (visit.cause === 'foreign' && visit.hasPass) throw badOrigin(visit)
    throw new SkeinError('not_signed_in')
  }

  #asAnswer(caught: unknown, visit: Visit | undefined): Answer {
    const error = toSkeinError(caught, this.#parts.newRequestId())
    if (error.code === 'internal') this.#parts.log.error({ err: error.cause }, 'app door failed')
    if (!visit?.isNavigation) return asJson(error)
    return asPage(plainPage(error), error.status, randomBytes(16).toString('base64'))
  }

  /** Sessions that end and rights that are withdrawn end what is under way. */
  async #watchRights(): Promise<void> {
    const { records, upstreams, ways, log } = this.#parts
    const { signal } = this.#stop
    const watch = async (
      kind: 'session' | 'user' | 'space' | 'group',
      concerns: (way: Way, id: string) => boolean,
    ): Promise<void> => {
      for await (const { id } of records.watch(kind, { signal })) {
        if (kind === 'space') upstreams.recheck(id as SpaceId)
        ways.recheck((way) => concerns(way, id))
      }
    }
    const failed = (err: unknown): void => {
      if (!signal.aborted) log.error({ err }, 'rights to apps are no longer watched')
    }
    await Promise.all([
      watch('session', ({ claims }, id) => claims?.sessionId === id).catch(failed),
      watch('user', ({ claims }, id) => claims?.userId === id).catch(failed),
      watch('space', ({ spaceId }, id) => spaceId === id).catch(failed),
      watch('group', () => true).catch(failed),
    ])
  }

  /** Ends what came by a session that has expired, until `close`. */
  async #watchTime(): Promise<void> {
    const { clock, ways } = this.#parts
    const { signal } = this.#stop
    while (!signal.aborted) {
      await clock.delay(RECHECK_MS, signal).catch(() => undefined)
      ways.recheck(() => true)
    }
  }
}

/** Browsers name the origin of every WebSocket; only a program comes without one, and without a pass. */
function assertOwnSocket(visit: Visit): void {
  const hasOrigin = visit.header('origin') !== undefined
  if (visit.cause === 'foreign' || (!hasOrigin && visit.hasPass)) throw badOrigin(visit)
}

const badOrigin = (visit: Visit): SkeinError =>
  new SkeinError('bad_origin', {
    origin: (visit.header('origin') ?? 'no Origin header').slice(0, 200),
  })
