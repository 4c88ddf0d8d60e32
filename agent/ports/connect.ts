// Joins a stream to a socket in the space: a TCP port or a unix socket.

import { once } from 'node:events'
import { connect, type OnReadOpts, type Socket, type TcpNetConnectOpts } from 'node:net'
import { SkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import type { ServedStream } from '../link/served.ts'
import { joinDuplexes } from './join.ts'

type TcpOpen = Extract<StreamOpen, { kind: 'tcp' }>
type UnixOpen = Extract<StreamOpen, { kind: 'unix' }>

/** Loopback answers at once; this is for a host on the space's network that does not, in milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000
/** Servers listen on one of these or on both; most on the first. */
const LOOPBACK = ['127.0.0.1', '::1']

/** Serves one tcp stream. Rejects with `nothing_listens`. */
export async function serveTcp(stream: ServedStream, open: TcpOpen): Promise<void> {
  const socket = await dialPort(open.host, open.port)
  stream.accept()
  await joinDuplexes(stream, socket)
}

/** Serves one unix stream. Rejects with `path_missing` or `path_forbidden`. */
export async function serveUnix(stream: ServedStream, open: UnixOpen): Promise<void> {
  const { path } = open
  if (!path.startsWith('/') || path.includes('\0')) throw new SkeinError('path_missing', { path })
  const socket = await dial({ path }).catch((error: NodeJS.ErrnoException) => {
    throw new SkeinError(
      error.code === 'EACCES' ? 'path_forbidden' : 'path_missing',
      { path },
      error,
    )
  })
  stream.accept()
  await joinDuplexes(stream, socket)
}

/** Connects to a port of the space; with `onread` its data go there and not to listeners. Rejects with `nothing_listens`. */
export function dialPort(
  host: string | undefined,
  port: number,
  onread?: OnReadOpts,
): Promise<Socket> {
  const hosts = host === undefined || host === 'localhost' ? LOOPBACK : [host]
  return dialFirst(hosts, port, onread)
}

async function dialFirst(
  hosts: readonly string[],
  port: number,
  onread: OnReadOpts | undefined,
): Promise<Socket> {
  let last: unknown
  for (const host of hosts) {
    try {
      return await dial({ host, port, ...(onread && { onread }) })
    } catch (error) {
      last = error
    }
  }
  throw new SkeinError('nothing_listens', { port }, last)
}

async function dial(
  to: { path: string } | Pick<TcpNetConnectOpts, 'host' | 'port' | 'onread'>,
): Promise<Socket> {
  const socket = connect({ ...to, allowHalfOpen: true, noDelay: true })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) })
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}
