// Plain HTTP at a port that speaks HTTPS. Links pass, since their own TLS is inside them; health is no secret; a page
// is sent on to HTTPS under a name of ours. A request that carries something is refused and not redirected: it was
// readable on its way here, and whoever wrote the program that sent it has to hear of that.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import { answerBare } from './bare.ts'
import { checkHost, type Entry } from './entry.ts'
import { authorityOf, rawValues } from './front.ts'
import { addSecurityHeaders } from './headers.ts'
import { type HostName, isPublicName, originOf } from './host.ts'
import type { HttpConfig, Log } from './ports.ts'
import { errorReply, toResponse } from './reply.ts'

const HEALTH = new Set(['/healthz', '/readyz'])

export interface PlainParts {
  readonly config: HttpConfig
  readonly log: Log
  readonly newRequestId: () => string
  readonly health: (path: string) => Promise<Response>
}

export interface PlainDoor {
  readonly request: RequestListener
  /** Every upgrade but that of a link. */
  readonly refuseUpgrade: (request: IncomingMessage, socket: Duplex) => void
}

export function createPlainDoor({ config, log, newRequestId, health }: PlainParts): PlainDoor {
  const answer = (request: IncomingMessage, isUpgrade: boolean): Response => {
    const requestId = newRequestId()
    const response = respond(request, isUpgrade, requestId)
    addSecurityHeaders(response.headers, requestId, config)
    return response
  }
  const respond = (request: IncomingMessage, isUpgrade: boolean, requestId: string): Response => {
    try {
      const location = secureUrl(entryOf(request, isUpgrade), request.url ?? '/', config)
      return new Response(null, { status: 308, headers: { location, 'cache-control': 'no-store' } })
    } catch (caught) {
      return toResponse(errorReply(caught, requestId, log))
    }
  }
  return {
    request: (request, response) => {
      const path = pathAndQuery(request.url ?? '/').split('?')[0] ?? '/'
      const isHealth = HEALTH.has(path)
      if (!isHealth) response.shouldKeepAlive = false
      const answered = isHealth ? health(path) : answer(request, false)
      write(response, answered).catch((err: unknown) => {
        log.error({ err }, 'request not answered')
        response.destroy()
      })
    },
    refuseUpgrade: (request, socket) => {
      socket.on('error', () => socket.destroy())
      refuse(socket, answer(request, true)).catch(() => socket.destroy())
    },
  }
}

/** Where a plain request belongs. Throws `bad_request`, `bad_host` or `https_only`. */
export function secureUrl(entry: Entry, target: string, config: HttpConfig): string {
  const host = publicOr(entry, config)
  const path = pathAndQuery(target)
  const isPage = !entry.isUpgrade && (entry.method === 'GET' || entry.method === 'HEAD')
  if (!isPage || path.startsWith('/api/')) throw new SkeinError('https_only')
  return (typeof host === 'string' ? host : originOf(host, 'https:')) + path
}

/** The public URL for its own name at any port, since port 80 may lead here as well; else the name that was called. */
function publicOr(entry: Entry, config: HttpConfig): string | HostName {
  const isOurs = (host: HostName) => isPublicName(host, config) || isBelowApps(host, config)
  const host = checkHost(entry, config, isOurs)
  return isPublicName(host, config) ? new URL(config.publicUrl ?? '').origin : host
}

/** Whether there is such an app is said over HTTPS. */
const isBelowApps = ({ name }: HostName, { appsDomain }: HttpConfig): boolean =>
  appsDomain !== undefined && name.endsWith(`.${appsDomain}`)

function entryOf(request: IncomingMessage, isUpgrade: boolean): Entry {
  const { rawHeaders, headers, method = '', url = '/' } = request
  return {
    method,
    isUpgrade,
    hosts: rawValues(rawHeaders, 'host'),
    authority: authorityOf(url, headers.host ?? ''),
    header: (name) => headers[name]?.toString(),
  }
}

/** Of a request line in either form; always with one leading slash, so that it cannot name a host. */
const pathAndQuery = (target: string): string =>
  target.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/^[/\\]*/, '/')

async function write(to: ServerResponse, answered: Response | Promise<Response>): Promise<void> {
  const response = await answered
  const body = await response.text()
  to.writeHead(response.status, Object.fromEntries(response.headers)).end(body)
}

async function refuse(socket: Duplex, response: Response): Promise<void> {
  const { status, headers } = response
  answerBare(socket, { status, headers, body: await response.text() })
}
