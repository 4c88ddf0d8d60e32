// Which requests are upgrades to us. Whoever offers a protocol has to bear that the server goes on in HTTP/1.1 (RFC
// 9110, 7.8): curl and Java's client offer h2c with every request, and expect an ordinary answer. Node skips the body of
// what is taken as an upgrade, so a request that has one is none.

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import { UPGRADE_PROTOCOL } from '#protocol/link.ts'

const OURS = new Set(['websocket', UPGRADE_PROTOCOL])

type IsForApp = (request: IncomingMessage) => boolean

/** For `createServer`. */
export const upgradeOptions = (isForApp: IsForApp) => ({
  shouldUpgradeCallback: (request: IncomingMessage) => isUpgrade(request, isForApp(request)),
})

/**
 * Ends a connection after the answer to a declined offer: of what comes in one piece with such a request, Node drops
 * everything behind it, and what it reads next might begin in the middle of a request.
 */
export function endAfterOffers(server: Server | SecureServer): void {
  server.prependListener('request', ({ headers }: IncomingMessage, response: ServerResponse) => {
    if (headers.upgrade !== undefined) response.shouldKeepAlive = false
  })
}

/** `isForApp`: apps agree on protocols that we need not know. */
function isUpgrade(request: IncomingMessage, isForApp: boolean): boolean {
  const protocol = request.headers.upgrade?.trim().toLowerCase()
  if (protocol === undefined || hasBody(request)) return false
  return isForApp || OURS.has(protocol)
}

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
