// The Hono application: every route of the table, health, and the browser application for the rest. All answers,
// errors too, leave through one place, which adds the headers.

import { type Context, Hono } from 'hono'
import { SkeinError } from '#protocol/errors.ts'
import type { Apps } from '../apps/apps.ts'
import { ENTER_PATH } from '../apps/entering.ts'
import { apiPage } from './api-page.ts'
import { readBody } from './body.ts'
import type { CliFiles } from './cli/files.ts'
import { CONTINUE_PATH, continueHere } from './continue.ts'
import { enter } from './enter.ts'
import type { Entry } from './entry.ts'
import { isUnsafe } from './entry.ts'
import { type Exchange, exchangeOf } from './exchange.ts'
import { authorityOf, type Front, rawValues } from './front.ts'
import { addSecurityHeaders, allowPage } from './headers.ts'
import { Idempotency } from './idempotency.ts'
import { parseJson } from './json.ts'
import { openApi } from './openapi.ts'
import type { Door } from './ports.ts'
import { withReceived } from './received.ts'
import { freshIds, type IdFor, repeatableIds } from './repeats.ts'
import { errorReply, ok, type Reply, toResponse } from './reply.ts'
import { API, type Call, type HttpRoute, type Route } from './route.ts'
import { routes } from './routes.ts'
import type { WebFiles } from './web-files.ts'

/** What @hono/node-server gives with each request; absent when a test calls `fetch` itself. */
export interface Incoming {
  readonly incoming: {
    readonly url?: string | undefined
    readonly rawHeaders: readonly string[]
    readonly socket: { readonly remoteAddress?: string | undefined }
  }
  /** Node's answer, which a download that breaks off cuts. */
  readonly outgoing?: unknown
}

interface AppContext {
  Bindings: Partial<Incoming>
  Variables: { requestId: string }
}
type Ctx = Context<AppContext>

export interface AppParts {
  readonly door: Door
  readonly front: Front
  readonly files: WebFiles
  readonly cliFiles: CliFiles
  readonly apps: Apps
  /** Why this peer should get no requests now; empty when it may. */
  readonly unready: () => readonly string[]
  readonly newRequestId: () => string
}

export function createApp(parts: AppParts): Hono<AppContext> {
  const { door } = parts
  const app = new Hono<AppContext>()
  const idempotency = new Idempotency(door.clock)
  app.use(async (c, next) => {
    c.set('requestId', parts.newRequestId())
    await next()
    addSecurityHeaders(c.res.headers, c.get('requestId'), door.config, c.req.header('host'))
  })
  app.onError((caught, c) => {
    return toResponse(errorReply(caught, c.get('requestId') ?? '-', door.log))
  })
  app.get('/healthz', () => toResponse(ok({ ok: true })))
  app.get('/readyz', () => toResponse(readiness(parts.unready())))
  for (const route of routes) {
    app.on(route.method, API + route.path, async (c) =>
      toResponse(await answer(parts, idempotency, route, c)),
    )
  }
  addProgram(app, parts)
  app.get(ENTER_PATH, (c) =>
    enter(
      { apps: parts.apps, config: door.config },
      parts.front.receive(entryOf(c), addressOf(c)),
      new URL(c.req.url),
    ),
  )
  app.post(CONTINUE_PATH, (c) =>
    continueHere(door, parts.front.receiveHandover(entryOf(c), addressOf(c)), c.req.raw),
  )
  app.get('/api', (c) => {
    parts.front.receive(entryOf(c), addressOf(c))
    return c.html(apiPage(openApi(routes, door.config.peer.version)))
  })
  addRefusals(app, parts)
  return app
}

/** `skein` for a laptop. */
function addProgram(app: Hono<AppContext>, { front, cliFiles }: AppParts): void {
  app.get('/cli/skein.mjs', (c) => {
    front.receive(entryOf(c), addressOf(c))
    return cliFiles.program(c.req.raw.headers)
  })
  app.get('/cli/install.sh', (c) => {
    front.receive(entryOf(c), addressOf(c))
    return cliFiles.script(front.origin(entryOf(c), addressOf(c)))
  })
}

/** What no route takes: a coded error under `/api`, the browser application elsewhere. */
function addRefusals(app: Hono<AppContext>, { door, front, files }: AppParts): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    app.all(API + path, (c) => refuseMethod(c))
  }
  app.all('/api/*', () => {
    throw new SkeinError('not_found', { thing: 'address' })
  })
  app.get('/ca.pem', (c) => {
    front.receive(entryOf(c), addressOf(c))
    return authorityFile(door.config.authority)
  })
  app.get('*', async (c) => {
    front.receive(entryOf(c), addressOf(c))
    const file = await files.serve(new URL(c.req.url).pathname, c.req.raw.headers)
    if (!file) throw new SkeinError('not_found', { thing: 'file' })
    const { answer, scripts } = file
    allowPage(answer.headers, { scripts, ...door.roaming.sources() })
    return answer
  })
  app.all('*', (c) => refuseMethod(c))
}

/** For a browser or a program to trust; its fingerprint stands in the server's log. */
function authorityFile(pem: string | undefined): Response {
  if (pem === undefined) throw new SkeinError('not_found', { thing: 'file' })
  const headers = { 'content-type': 'application/x-x509-ca-cert', 'cache-control': 'no-store' }
  return new Response(pem, { headers })
}

function refuseMethod(c: Ctx): never {
  throw new SkeinError('method_not_allowed', { method: c.req.method.slice(0, 20) })
}

async function answer(
  { door, front }: AppParts,
  idempotency: Idempotency,
  route: Route,
  c: Ctx,
): Promise<Reply> {
  const url = new URL(c.req.url)
  const visitor = front.receive(entryOf(c), addressOf(c))
  const requestId = c.get('requestId')
  let ids = freshIds(door)
  const idFor: IdFor = (kind) => ids(kind)
  const call: Call = {
    ...{ ...visitor, requestId, idFor },
    ...{ params: c.req.param(), search: url.searchParams },
  }
  const work = admitted(route, door, call, exchangeOf(c.req.raw, c.env))
  const maxBytes = route.isSocket ? 0 : route.maxBodyBytes
  const body = maxBytes === 0 ? new Uint8Array() : await readBody(c.req.raw, maxBytes)
  const run = async (): Promise<Reply> => {
    try {
      const reply = await work(body.length > 0 ? parseJson(body) : undefined)
      return await withReceived(reply, route, door.peers)
    } catch (caught) {
      return errorReply(caught, requestId, door.log)
    }
  }
  const key = c.req.header('idempotency-key')
  const isStreamed = !route.isSocket && route.isStreamed
  if (isStreamed || key === undefined || !call.person || !isUnsafe(entryOf(c))) return run()
  const { userId } = call.person
  const request = { userId, key, method: c.req.method, path: url.pathname, body }
  ids = repeatableIds(request, door.clock.nowMs())
  return idempotency.run(request, run)
}

function admitted(
  route: Route,
  door: Door,
  call: Call,
  exchange: Exchange,
): ReturnType<HttpRoute['admit']> {
  if (!route.isSocket) return route.admit(door, call, exchange)
  route.admit(door, call)
  throw new SkeinError('bad_request', { reason: 'this address takes WebSockets only' })
}

function readiness(reasons: readonly string[]): Reply {
  return {
    status: reasons.length === 0 ? 200 : 503,
    body: { ready: reasons.length === 0, reasons },
  }
}

function entryOf(c: Ctx): Entry {
  const incoming = c.env?.incoming
  const given = c.req.header('host') ?? new URL(c.req.url).host
  const hosts = incoming ? rawValues(incoming.rawHeaders, 'host') : [given]
  return {
    method: c.req.method,
    isUpgrade: false,
    hosts,
    authority: authorityOf(incoming?.url ?? '/', given),
    header: (name) => c.req.header(name),
  }
}

const addressOf = (c: Ctx): string | undefined => c.env?.incoming?.socket.remoteAddress
