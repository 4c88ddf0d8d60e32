// Listens inside the space for as long as a stream is open, and tells it of each connection: what `ssh -R` and the
// forwarded SSH agent stand on.

import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { SkeinError } from '#protocol/errors.ts'
import { type Arrival, type Listening, MAX_LISTENS, type StreamOpen } from '#protocol/link.ts'
import type { ServedStream } from '../link/served.ts'
import type { Arrivals } from './arrivals.ts'
import type { ListeningWatch } from './listening.ts'

type On = Extract<StreamOpen, { kind: 'listen' }>['on']

/** Connections of one listen stream that wait to be fetched: a program that dials in a loop takes no more. */
const MAX_WAITING_EACH = 32
/** Where a private socket may be, in order: an image may have no folder for temporary files that we may write. */
const PRIVATE_FOLDERS = () => [tmpdir(), '/dev/shm', process.env.HOME ?? '/']

let listening = 0

export interface ListenParts {
  readonly arrivals: Arrivals
  readonly ports: Pick<ListeningWatch, 'hide'>
}

/** Serves one listen stream. Rejects before it is accepted with `listen_failed` or `too_many_streams`. */
export async function serveListen(
  stream: ServedStream,
  { on }: { readonly on: On },
  parts: ListenParts,
): Promise<void> {
  if (listening >= MAX_LISTENS) throw new SkeinError('too_many_streams', { limit: MAX_LISTENS })
  listening++
  try {
    const door = await openDoor(on)
    const show = door.told.port === undefined ? () => undefined : parts.ports.hide(door.told.port)
    try {
      await tell(stream, door, parts.arrivals)
    } finally {
      await door.close()
      show()
    }
    if (!stream.duplex.destroyed) stream.fin({ ok: true })
  } finally {
    listening--
  }
}

/** Until the peer ends the stream, or it is lost. */
async function tell(stream: ServedStream, door: Door, arrivals: Arrivals): Promise<void> {
  const { duplex } = stream
  const waiting = new Set<string>()
  const arrived = (socket: Socket) => {
    // Nobody hears of connections that are told faster than they are read.
    if (waiting.size >= MAX_WAITING_EACH || duplex.writableNeedDrain) {
      socket.destroy()
      return
    }
    const arrival = arrivals.add(socket, stream.actor)
    if (!arrival) return
    waiting.add(arrival.id)
    socket.once('resume', () => waiting.delete(arrival.id))
    socket.once('close', () => waiting.delete(arrival.id))
    duplex.write(lineOf(arrival))
  }
  const ended = Promise.withResolvers<void>()
  duplex.once('end', () => ended.resolve())
  duplex.once('close', () => ended.resolve())
  duplex.on('error', () => ended.resolve())
  if (duplex.destroyed) ended.resolve()
  stream.accept(door.told)
  for (const server of door.servers) server.on('connection', arrived)
  duplex.resume()
  await ended.promise
  for (const id of waiting) arrivals.drop(id)
}

const lineOf = (arrival: Arrival) => `${JSON.stringify(arrival)}\n`

interface Door {
  readonly servers: readonly Server[]
  readonly told: Listening
  close(): Promise<void> | void
}

async function openDoor(on: On): Promise<Door> {
  switch (on.type) {
    case 'tcp':
      return openPort(on.host, on.port)
    case 'unix':
      return openPath(on.path)
    case 'private':
      return openPrivate()
  }
}

/** RFC 4254, 7.1, as OpenSSH has it: '' and '*' are all addresses, localhost is loopback of both kinds. */
async function openPort(host: string, port: number): Promise<Door> {
  const where = `port ${port}`
  if (host.includes('\0')) throw new SkeinError('listen_failed', { where, reason: 'no such host' })
  const isAll = host === '' || host === '*'
  const [first, second] = isAll
    ? ['::', undefined]
    : host === 'localhost'
      ? ['127.0.0.1', '::1']
      : [host, undefined]
  const main = await listen({ host: first, port }, where).catch((error: unknown) => {
    // A kernel without IPv6.
    if (isAll) return listen({ host: '0.0.0.0', port }, where)
    throw error
  })
  const chosen = portOf(main)
  // The second kind of loopback is a courtesy: the space may have none.
  const other = second
    ? await listen({ host: second, port: chosen }, where).catch(() => undefined)
    : undefined
  const servers = other ? [main, other] : [main]
  return { servers, told: { port: chosen }, close: () => closeAll(servers) }
}

async function openPath(file: string): Promise<Door> {
  if (!file.startsWith('/') || file.includes('\0')) {
    throw new SkeinError('listen_failed', { where: file, reason: 'the path is not absolute' })
  }
  const server = await listen({ path: file }, file)
  // As OpenSSH's server has it: nobody else in the space may connect.
  await chmod(file, 0o600).catch(() => undefined)
  return { servers: [server], told: { path: file }, close: () => closeAll([server]) }
}

async function openPrivate(): Promise<Door> {
  const folder = await privateFolder()
  const file = path.join(folder, 'agent')
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const server = await listen({ path: file }, file)
    const close = async () => {
      closeAll([server])
      await remove()
    }
    return { servers: [server], told: { path: file }, close }
  } catch (error) {
    await remove()
    throw error
  }
}

/** A new folder that only the space's user may enter. */
async function privateFolder(): Promise<string> {
  let last: unknown
  for (const folder of PRIVATE_FOLDERS()) {
    try {
      return await mkdtemp(path.join(folder, '.skein-'))
    } catch (error) {
      last = error
    }
  }
  throw listenFailed('a private socket', last)
}

async function listen(at: ListenOptions, where: string): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true })
  try {
    server.listen(at)
    await once(server, 'listening')
  } catch (error) {
    throw listenFailed(where, error)
  }
  // Later errors are of one connection that could not be accepted.
  server.on('error', () => undefined)
  return server
}

function listenFailed(where: string, cause: unknown): SkeinError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? ''
  return new SkeinError(
    'listen_failed',
    { where, reason: reasons[code] ?? (code || 'unknown') },
    cause,
  )
}

const reasons: Record<string, string> = {
  EADDRINUSE: 'it is in use',
  EADDRNOTAVAIL: 'the space has no such address',
  EACCES: 'the space’s user may not',
  EPERM: 'the space’s user may not',
  ENOENT: 'there is no such folder',
  ENOTFOUND: 'there is no such host',
  EROFS: 'the file system is read-only',
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Takes no more; what was accepted lives on. */
function closeAll(servers: readonly Server[]): void {
  for (const server of servers) server.close()
}
