// The HTTP door put together. It listens nowhere itself: whoever owns the listeners gives it requests and upgrades,
// from TCP, TLS and the unix socket alike.

import type { IncomingMessage, RequestListener } from 'node:http'
import type { Duplex } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { SkeinError } from '#protocol/errors.ts'
import { LINK_PATH } from '#protocol/link.ts'
import { Apps } from '../apps/apps.ts'
import type { DirectSource } from '../apps/direct/direct-ways.ts'
import { freshId } from '../identity/settings.ts'
import { createApp, type Incoming } from './app.ts'
import { CliFiles } from './cli/files.ts'
import { PendingLogins } from './cli/logins.ts'
import { Front } from './front.ts'
import { Dirt } from './live/dirt.ts'
import { Tabs } from './live/tabs.ts'
import { createPlainDoor, type PlainDoor } from './plain.ts'
import type { Door } from './ports.ts'
import { errorReply, toResponse } from './reply.ts'
import { Roaming } from './roaming.ts'
import { goodbye, Sockets } from './sockets.ts'
import { Upgrade } from './upgrade.ts'
import { Visits } from './visits.ts'
import { WebFiles } from './web-files.ts'

export interface HttpParts extends Omit<Door, 'tabs' | 'visits' | 'logins' | 'roaming'> {
  /** Where the built browser application lies. */
  readonly webFolder: string
  /** Where the built program for laptops lies. */
  readonly cliFolder: string
  /** Where spaces' containers are; absent where apps are to be reached through their agents alone. */
  readonly direct?: DirectSource
  /** Why this peer should get no requests now, besides draining. */
  readonly unready?: () => readonly string[]
  /** For how long the database has not answered; nothing while it does. */
  readonly storeAway?: () => { readonly storeAwayMs?: number }
  /** Spaces at which tabs look, all of them, each time that this changes. */
  readonly watched?: (spaces: readonly string[]) => void
}

type HandleUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

export interface Http {
  fetch(request: Request, env?: Partial<Incoming>): Promise<Response>
  handleUpgrade: HandleUpgrade
  /** Takes every request on an app's host, before anything else looks at it. */
  readonly apps: Apps
  /** For those who come in plain HTTP to a port that speaks HTTPS. */
  readonly plain: PlainDoor
  /**
   * From now on `/readyz` says so and no WebSocket is taken; those that are open are told to go elsewhere, and closed where
   * there is another peer and what they carry goes on there.
   */
  drain(): void
  /** From now on `/readyz` says that this peer drains; everybody is still served. */
  announceDrain(): void
  /** Takes people again. */
  undrain(): void
  /** Open WebSockets. */
  readonly sockets: number
  /** Drains, and closes every WebSocket. */
  close(): Promise<void>
}

export async function createHttp(parts: HttpParts): Promise<Http> {
  const { records, live, clock, log, identity } = parts
  const roaming = new Roaming({ ...parts, tickets: identity.tickets })
  const { storeAway, watched } = parts
  const tabs = new Tabs({ identity, run: freshId(parts), roaming, storeAway, watched })
  const logins = new PendingLogins(clock, parts.random)
  const visits = new Visits(clock)
  const door: Door = { ...parts, tabs, logins, roaming, visits }
  const sockets = new Sockets(clock, identity)
  const front = new Front(parts.config, identity, roaming)
  let isDraining = false
  let isAnnounced = false
  const unready = () => [...(parts.unready?.() ?? []), ...(isAnnounced ? ['draining'] : [])]
  const newRequestId = () => freshId(parts) as string
  const { sessions, appPassKey: passKey } = identity
  const apps = new Apps({ ...parts, sessions, passKey, visits, newRequestId })
  const shared = { door, front, apps, unready, newRequestId }
  const files = await WebFiles.open(parts.webFolder)
  const app = createApp({ ...shared, files, cliFiles: new CliFiles(parts.cliFolder) })
  const upgrade = new Upgrade({ ...shared, sockets, isDraining: () => isDraining })
  const health = async (path: string) => app.fetch(new Request(`http://localhost${path}`))
  const failed = (err: unknown): void => log.error({ err }, 'live updates stopped')
  const dirt = new Dirt({ records, live, clock, flush: (all) => tabs.flush(all), failed })
  const ending = endSocketsWithCredentials(parts, sockets, failed)
  const watching = sockets.watch()
  const drain = (): void => {
    if (isDraining) return
    isDraining = true
    isAnnounced = true
    tabs.drain()
    // Where there is nowhere to go they stay for as long as they can.
    if (!roaming.isAlone) sockets.sendAway(goodbye(roaming.others()))
  }
  return {
    fetch: async (request, env = {}) => app.fetch(request, env),
    apps,
    handleUpgrade(request, socket, head) {
      if (apps.claims(request)) apps.upgrade(request, socket, head)
      else upgrade.handle(request, socket, head)
    },
    plain: createPlainDoor({ config: parts.config, log, newRequestId, health }),
    drain,
    announceDrain: () => {
      isAnnounced = true
    },
    undrain: () => {
      isDraining = false
      isAnnounced = false
    },
    get sockets() {
      return sockets.size
    },
    async close() {
      drain()
      dirt.close()
      ending.close()
      await apps.close()
      await sockets.close()
      await watching
    },
  }
}

/** A revoked session or token loses its sockets at once, not at its next request. */
function endSocketsWithCredentials(
  { records }: HttpParts,
  sockets: Sockets,
  failed: (error: unknown) => void,
): { close(): void } {
  const stop = new AbortController()
  const { signal } = stop
  const credentials = (kind: 'session' | 'token') => async (): Promise<void> => {
    for await (const changed of records.watch(kind, { signal })) {
      sockets.recheck(({ id }) => id === changed.id)
    }
  }
  const users = async (): Promise<void> => {
    for await (const { id } of records.watch('user', { signal })) {
      sockets.recheck(({ userId }) => userId === id)
    }
  }
  const rights = (kind: 'space' | 'group' | 'role') => async (): Promise<void> => {
    for await (const { groups } of records.watch(kind, { signal })) {
      // Of a space most changes are its runtime, and those come often.
      if (kind !== 'space' || groups.includes('people') || groups.includes('identity')) {
        sockets.recheck()
      }
    }
  }
  const all = [rights('space'), rights('group'), rights('role')]
  for (const loop of [credentials('session'), credentials('token'), users, ...all]) {
    loop().catch((error: unknown) => (signal.aborted ? undefined : failed(error)))
  }
  return { close: () => stop.abort() }
}

/** For `http.createServer`: a request that Node could not even make sense of gets a coded error as well. */
export function requestListener(http: Http, { log }: Pick<Door, 'log'>): RequestListener {
  const listen = getRequestListener((request, env) => http.fetch(request, env as Incoming), {
    overrideGlobalObjects: false,
    errorHandler: (caught) => {
      const cause = new SkeinError('bad_request', { reason: 'the address or Host' }, caught)
      return toResponse(errorReply(cause, '-', log))
    },
  })
  return (incoming, outgoing) => {
    if (http.apps.claims(incoming)) {
      http.apps.handle(incoming, outgoing)
      return
    }
    listen(incoming, outgoing).catch((err: unknown) => {
      log.error({ err }, 'request not answered')
      outgoing.destroy()
    })
  }
}

/** Links and browsers share a port: an upgrade goes to whom its path names, unless its host is an app's. */
export function dispatchUpgrade(to: {
  readonly links: HandleUpgrade
  readonly http: Pick<Http, 'handleUpgrade' | 'apps'>
}): HandleUpgrade {
  return (request, socket, head) => {
    const isLink = request.url?.split('?')[0] === LINK_PATH && !to.http.apps.claims(request)
    return isLink ? to.links(request, socket, head) : to.http.handleUpgrade(request, socket, head)
  }
}
