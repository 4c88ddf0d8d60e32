// Carries an admitted request to its app over a connection that waits, or a new one; says what is the matter when
// the app does not answer.

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { SpaceId } from '#protocol/ids.ts'
import type { HttpConfig, Log, SpacesPort } from '../http/ports.ts'
import { sessionClaims } from '../identity/credential.ts'
import type { Sessions } from '../identity/sessions.ts'
import type { SessionClaims } from '../identity/token.ts'
import { type Admission, admitTo, type Sources } from './admission.ts'
import { pageOrigin, schemeOfApps, siblingUrl } from './domain.ts'
import { Exchange, type ExchangeParts, framingOf } from './exchange.ts'
import { explain } from './explain.ts'
import { HeadForApp } from './fields.ts'
import type { OpenWays, Way } from './open-ways.ts'
import { joinRaw } from './raw-join.ts'
import { type Answer, answer, answerSocket, asJson, asPage } from './refusal.ts'
import type { Upstreams } from './upstreams.ts'
import type { Visit } from './visit.ts'
import type { Connection } from './wire/connection.ts'

export interface CarryParts extends Sources {
  readonly config: HttpConfig
  readonly sessions: Pick<Sessions, 'holds'>
  readonly spaces: Pick<SpacesPort, 'show'>
  readonly upstreams: Upstreams
  readonly ways: OpenWays
  readonly log: Log
}

export type Open = Extract<Admission, { kind: 'open' }>
interface Bound {
  readonly visit: Visit
  readonly open: Open
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Throws `rate_limited`. Every later failure is answered. */
export function carryRequest(
  parts: CarryParts,
  bound: Bound,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const carrying = new Carrying(parts, bound, request, response)
  parts.ways.add(carrying)
  carrying.start()
}

/** One request under way: one object for all that ask about it, since there is one for each request. */
class Carrying implements Way, ExchangeParts {
  readonly visitor: string
  readonly spaceId: SpaceId
  readonly claims: SessionClaims | undefined
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly head: string
  readonly hostName: string
  readonly log: Log
  readonly #parts: CarryParts
  readonly #bound: Bound
  #wasUsed = false

  constructor(parts: CarryParts, bound: Bound, request: IncomingMessage, response: ServerResponse) {
    const { visit, open } = bound
    this.claims = claimsOf(visit)
    this.visitor = visitorOf(bound, this.claims)
    this.spaceId = open.space.id
    this.request = request
    this.response = response
    this.head = headOf(parts, visit, request, framingLine(request))
    this.hostName = visit.host.name
    this.log = parts.log
    this.#parts = parts
    this.#bound = bound
  }

  start(): void {
    const idle = this.#pool.take()
    if (idle) this.#run(idle)
    else this.#open()
  }

  holds(): boolean {
    return stillHolds(this.#parts, this.#bound.visit, this.claims)
  }

  end(): void {
    this.response.destroy()
  }

  over(): void {
    this.#parts.ways.delete(this)
  }

  failed(error: SkeinError, isFresh: boolean): void {
    // The app ended a waiting connection while the request was on its way; it has not seen it.
    if (this.#wasUsed && isFresh && this.#mayRepeat()) this.#open()
    else this.#fail(error)
  }

  get #pool() {
    return this.#parts.upstreams.pool(this.#bound.open.space.id, this.#bound.open.port)
  }

  #open(): void {
    this.#pool.open().then(
      (connection) => {
        // The visitor may have left meanwhile.
        if (this.response.destroyed) {
          connection.retire()
          this.over()
        } else this.#run(connection)
      },
      (error: unknown) => this.#fail(toSkeinError(error)),
    )
  }

  #run(connection: Connection): void {
    this.#wasUsed = connection.uses > 0
    new Exchange(connection, this).run()
  }

  #mayRepeat(): boolean {
    const { method = 'GET' } = this.request
    return SAFE.has(method) && framingOf(this.request) === 'none' && !this.response.destroyed
  }

  #fail(error: SkeinError): void {
    this.over()
    answer(this.request, this.response, failureOf(this.#parts, this.#bound, error))
  }
}

/** Throws `rate_limited`. Every later failure is answered. */
export function carryUpgrade(
  parts: CarryParts,
  bound: Bound,
  request: IncomingMessage,
  socket: Duplex,
  first: Buffer,
): void {
  const way = wayOf(parts, bound, () => end())
  let end = (): unknown => socket.destroy()
  parts.ways.add(way)
  const over = (): void => parts.ways.delete(way)
  const { space, port } = bound.open
  const upgrade = `Connection: Upgrade\r\nUpgrade: ${request.headers.upgrade ?? ''}\r\n`
  const head = headOf(parts, bound.visit, request, upgrade)
  const failed = (error: SkeinError): void => answerSocket(socket, failureOf(parts, bound, error))
  socket.once('close', over)
  parts.upstreams.open(space.id, port, bound.visit.person).then(
    (stream) => {
      if (socket.destroyed) stream.abort()
      else {
        const hostName = bound.visit.host.name
        end = joinRaw({ request, socket, first, stream, head, hostName, over, failed })
      }
    },
    (error: unknown) => failed(toSkeinError(error)),
  )
}

function headOf(parts: CarryParts, visit: Visit, request: IncomingMessage, more: string): string {
  const proto = schemeOfApps(parts.config) === 'https:' ? 'https' : 'http'
  const forwarded = { for: visit.address, proto, host: request.headers.host ?? '' } as const
  const { rawHeaders, socket } = request
  const line = { method: visit.method, target: visit.target, rawHeaders }
  let head = heads.get(socket)
  if (!head) {
    head = new HeadForApp()
    heads.set(socket, head)
  }
  return head.of(line, forwarded, more)
}

/** Of each visitor's connection. */
const heads = new WeakMap<object, HeadForApp>()

const framingLine = (request: IncomingMessage): string =>
  framingOf(request) === 'chunked' ? 'Transfer-Encoding: chunked\r\n' : ''

function wayOf(parts: CarryParts, bound: Bound, end: () => unknown): Way {
  const claims = claimsOf(bound.visit)
  return {
    visitor: visitorOf(bound, claims),
    spaceId: bound.open.space.id,
    claims,
    holds: () => stillHolds(parts, bound.visit, claims),
    end,
  }
}

const claimsOf = ({ person }: Visit): SessionClaims | undefined => person && sessionClaims(person)

/** Many people may share an address, and one person may come from many. */
const visitorOf = ({ visit, open }: Bound, claims: SessionClaims | undefined): string =>
  `${claims?.userId ?? visit.address} ${open.space.id} ${open.port}`

function stillHolds(parts: CarryParts, visit: Visit, claims: SessionClaims | undefined): boolean {
  const person = claims && parts.sessions.holds(claims)
  const { kind } = admitTo(parts, visit.host, person)
  return (claims === undefined || person !== undefined) && kind === 'open'
}

/** To a person a page, to a program a coded body. */
function failureOf(parts: CarryParts, { visit, open }: Bound, error: SkeinError): Answer {
  if (!visit.isNavigation) return asJson(error)
  const { config } = parts
  const { host } = visit
  const page = explain({
    error,
    host,
    port: open.port,
    space: open.owns ? parts.spaces.show(open.space.id) : undefined,
    pageOrigin: pageOrigin(config, host),
    urlOf: (port) => siblingUrl(config, host, String(port)),
  })
  return asPage(page, error.status, randomBytes(16).toString('base64'))
}
