// WebSockets: the same checks as for every request, answered in plain HTTP when they fail, so that a refusal has a
// status and a code. Only then is the socket taken.

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { SOCKET_PROTOCOL, TICKET_PROTOCOL } from '#protocol/api/live-protocols.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { Person } from '../identity/credential.ts'
import { answerBare } from './bare.ts'
import type { Entry } from './entry.ts'
import { authorityOf, type Front, rawValues, type Visitor } from './front.ts'
import { addSecurityHeaders } from './headers.ts'
import type { Door } from './ports.ts'
import { freshIds } from './repeats.ts'
import { errorReply, toResponse } from './reply.ts'
import { API, type Attend, type Call, type SocketRoute } from './route.ts'
import { routes } from './routes.ts'
import type { Sockets } from './sockets.ts'

/** The largest message from a browser: pasted text is cut well below it. */
export const MAX_MESSAGE_BYTES = 1024 * 1024

export interface UpgradeParts {
  readonly door: Door
  readonly front: Front
  readonly sockets: Sockets
  /** A peer that still looks at its engine serves terminals all the same: their agents' links do not wait for it. */
  readonly isDraining: () => boolean
  readonly newRequestId: () => string
}

const socketRoutes = routes
  .filter((route): route is SocketRoute => route.isSocket)
  .map((route) => ({ route, pattern: patternOf(API + route.path) }))

export class Upgrade {
  readonly #parts: UpgradeParts
  readonly #server = new WebSocketServer({
    noServer: true,
    // A few bytes can be made to unpack to gigabytes, and terminals gain little.
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    clientTracking: false,
    // Whoever offers a ticket must be agreed with, or the browser ends the connection.
    handleProtocols: (offered) => (offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false),
  })

  constructor(parts: UpgradeParts) {
    this.#parts = parts
  }

  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const requestId = this.#parts.newRequestId()
    // Until `ws` listens, a reset of the connection must not be an unheard error.
    const ignore = (): void => undefined
    socket.on('error', ignore)
    try {
      const { attend, person, isResumed, admittedAs } = this.#admit(request, requestId)
      this.#parts.sockets.assertRoom(person.credential)
      this.#server.handleUpgrade(request, socket, head, (taken: WebSocket) => {
        socket.off('error', ignore)
        this.#parts.sockets.add(taken, person.credential, { isResumed, admittedAs })
        attend(taken)
      })
    } catch (caught) {
      void this.#refuse(socket, caught, requestId)
    }
  }

  #admit(request: IncomingMessage, requestId: string) {
    const { door, isDraining } = this.#parts
    const url = new URL(pathOf(request.url), 'http://localhost')
    const found = match(url.pathname)
    const visitor = this.#receive(request, found?.route.takesTickets === true)
    if (!found || request.method !== 'GET') throw new SkeinError('not_found', { thing: 'address' })
    if (isDraining()) throw new SkeinError('unavailable', { reason: 'draining' })
    const call: Call = {
      ...{ ...visitor, requestId, idFor: freshIds(door) },
      ...{ params: found.params, search: url.searchParams },
    }
    const attend: Attend = found.route.admit(door, call)
    if (!call.person) throw new SkeinError('not_signed_in')
    const { route } = found
    const admittedAs = (person: Person) => route.admittedAs(door, { ...call, person })
    return { attend, person: call.person, isResumed: route.isResumed, admittedAs }
  }

  /** A ticket opens what it is for and nothing else; elsewhere it is not even read. */
  #receive(request: IncomingMessage, takesTickets: boolean): Visitor {
    const { front } = this.#parts
    const entry = entryOf(request)
    const ticket = takesTickets ? ticketIn(entry.header('sec-websocket-protocol')) : undefined
    const { remoteAddress } = request.socket
    return ticket === undefined
      ? front.receive(entry, remoteAddress)
      : front.receiveRoaming(entry, remoteAddress, ticket)
  }

  async #refuse(socket: Duplex, caught: unknown, requestId: string): Promise<void> {
    const { door } = this.#parts
    const response = toResponse(errorReply(caught, requestId, door.log))
    addSecurityHeaders(response.headers, requestId, door.config)
    const { status, headers } = response
    answerBare(socket, { status, headers, body: await response.text() })
  }
}

function entryOf(request: IncomingMessage): Entry {
  const { rawHeaders, headers, method = '', url = '/' } = request
  return {
    method,
    isUpgrade: true,
    hosts: rawValues(rawHeaders, 'host'),
    authority: authorityOf(url, headers.host ?? ''),
    header(name) {
      const value = headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    },
  }
}

/**
 * The ticket among the subprotocols that are offered: the one header that a page can choose for a WebSocket. In the address
 * it would stand in logs; as a first message it would have to be waited for by sockets of nobody.
 */
function ticketIn(offered: string | undefined): string | undefined {
  const names = offered?.split(',').map((name) => name.trim()) ?? []
  const found = names.find((name) => name.startsWith(TICKET_PROTOCOL))
  return found?.slice(TICKET_PROTOCOL.length)
}

/** Path and query of a request line in either form. */
const pathOf = (requestTarget = '/'): string =>
  requestTarget.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/^\/*/, '/')

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`)
}

function match(pathname: string) {
  for (const { route, pattern } of socketRoutes) {
    const found = pattern.exec(pathname)
    if (found) return { route, params: { ...found.groups } }
  }
  return undefined
}
