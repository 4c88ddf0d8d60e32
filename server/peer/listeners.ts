// Where the peer listens: one TCP address for pages, API and links, and a unix socket for links of agents on this
// machine, which works for containers without any network.

import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { ListenOptions } from 'node:net'
import { dirname } from 'node:path'
import type { Duplex } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import type { Address } from '../config/schemas.ts'
import { limitBodies } from './body-time.ts'

/** A client that sends its header more slowly than this is not one of ours. */
const HEADERS_TIMEOUT_MS = 15_000
/** A whole request with its body, unless it is an upload. */
const REQUEST_TIMEOUT_MS = 60_000
/** An upload may take as long as it likes, but not stand still for longer than this. */
const UPLOAD_IDLE_MS = 60_000
/** Longer than usual proxies keep a connection, so that none sends into one that we just closed. */
const KEEP_ALIVE_MS = 75_000
/** All headers of a request, bytes. */
const MAX_HEADER_BYTES = 32 * 1024
const LOOK_FOR_IDLE_MS = 20
/** sun_path of Linux's unix(7) without its final zero, bytes. */
export const MAX_SOCKET_PATH_BYTES = 107

export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

export interface Listeners {
  /** The address that we really have, also where port 0 was asked for. */
  readonly url: string
  /** Takes nothing new, waits at most this long for what is being answered, then ends it. */
  close(waitMs: number): Promise<void>
}

export interface ListenersOptions {
  readonly listen: Address
  readonly socketPath: string
  readonly request: RequestListener
  /** Whether a request's body may take as long as its bytes keep coming. */
  readonly isUpload?: (request: IncomingMessage) => boolean
  readonly upgrade: Upgrade
  /** Upgrades on the unix socket: links only, no people. */
  readonly linkUpgrade: Upgrade
}

/** Rejects with `port_in_use`, or with `config_invalid` when the address or the socket's path cannot be. */
export async function openListeners(options: ListenersOptions): Promise<Listeners> {
  const { listen, socketPath } = options
  const tcp = createServer(limits, options.request)
  tcp.on('upgrade', options.upgrade)
  limitBodies(tcp, { isUpload: options.isUpload ?? (() => false), ...times })
  const unix = createServer(limits, (_, response) => response.writeHead(404).end())
  unix.on('upgrade', options.linkUpgrade)
  limitBodies(unix, { isUpload: () => false, ...times })
  await start(tcp, listen, `${listen.host}:${listen.port}`)
  try {
    prepareSocket(socketPath)
    await start(unix, { path: socketPath }, socketPath)
    // Any user of any container may knock; the link's key decides.
    chmodSync(socketPath, 0o666)
  } catch (error) {
    tcp.close()
    throw error
  }
  return {
    url: `http://${bracketed(listen.host)}:${portOf(tcp)}`,
    close: async (waitMs) => {
      await Promise.all([end(tcp, waitMs), end(unix, waitMs)])
    },
  }
}

const limits = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  // One limit for all; body-time.ts knows which request may take longer.
  requestTimeout: 0,
  keepAliveTimeout: KEEP_ALIVE_MS,
  maxHeaderSize: MAX_HEADER_BYTES,
}

const times = { wholeMs: REQUEST_TIMEOUT_MS, idleMs: UPLOAD_IDLE_MS }

/** A folder of its own, since containers mount the folder: a socket that is made anew then appears in them. */
function prepareSocket(path: string): void {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    const reason = `${path} is longer than ${MAX_SOCKET_PATH_BYTES} bytes, the most for a socket`
    throw new SkeinError('config_invalid', { key: 'data', reason, source: 'the configuration' })
  }
  mkdirSync(dirname(path), { recursive: true })
  chmodSync(dirname(path), 0o755)
  // Of a former peer: this one holds the instance's lock.
  rmSync(path, { force: true })
}

function start(server: Server, where: ListenOptions, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(asListenError(error, address)))
    server.listen(where, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
}

function asListenError(error: NodeJS.ErrnoException, address: string): SkeinError {
  if (error.code === 'EADDRINUSE') return new SkeinError('port_in_use', { address }, error)
  const reason = `${address} cannot be listened at (${error.code ?? error.message})`
  const source = 'the configuration'
  return new SkeinError('config_invalid', { key: 'listen', reason, source }, error)
}

/** Upgraded sockets are not the server's any more: whoever took them closes them. */
function end(server: Server, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A connection that waits for its next request counts as open, and nobody tells us when one begins to wait.
    const idle = setInterval(() => server.closeIdleConnections(), LOOK_FOR_IDLE_MS)
    const overdue = setTimeout(() => server.closeAllConnections(), waitMs)
    server.close(() => {
      clearInterval(idle)
      clearTimeout(overdue)
      resolve()
    })
  })
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
