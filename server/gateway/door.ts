// The peer's end of the way to its gateway: a unix socket that only its own user can open. The gateway reads
// strangers' bytes and keeps nothing; whoever it serves is known here, for as long as the connection of their own stands.

import { once } from 'node:events'
import { chmodSync, rmSync } from 'node:fs'
import http2, { type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { createServer, type Server, type Socket } from 'node:net'
import { toSkeinError } from '#protocol/errors.ts'
import type { Id } from '#protocol/ids.ts'
import { type Asked, serveAsked } from '../../link/asked.ts'
import { Connection, onEnd } from '../../link/connection.ts'
import { sessionOptions, takeSocket, widen } from '../../link/session.ts'
import { Refusals } from './refusals.ts'
import { Visit, type VisitParts } from './visit.ts'
import { ways } from './words.ts'

/** How often an ending peer looks whether what ends by itself has ended, ms. */
const LOOK_MS = 50

export interface DoorParts extends Omit<VisitParts, 'refusals'> {
  readonly socketPath: string
}

export interface Door {
  /** Waits at most this long for commands and transfers, not for shells; then ends every visit. */
  close(waitMs: number): Promise<void>
}

/** Listens until closed. */
export async function openDoor(parts: DoorParts): Promise<Door> {
  const visits = new Map<Visit, Connection<ServerHttp2Session>>()
  const refusals = new Refusals(parts)
  const server = createServer((socket) => receive({ ...parts, refusals }, visits, socket))
  // Of a former peer: this one holds the instance's lock.
  rmSync(parts.socketPath, { force: true })
  server.listen(parts.socketPath)
  await once(server, 'listening')
  chmodSync(parts.socketPath, 0o600)
  const watching = new AbortController()
  recheckOnChange(parts, visits, watching.signal)
  return {
    async close(waitMs) {
      const closed = closeServer(server)
      await idle(parts, visits, waitMs)
      watching.abort()
      for (const [visit, connection] of visits) {
        visit.end()
        connection.end()
      }
      await Promise.all([closed, refusals.close()])
    },
  }
}

function receive(
  parts: DoorParts & VisitParts,
  visits: Map<Visit, Connection<ServerHttp2Session>>,
  socket: Socket,
): void {
  takeSocket(socket, Buffer.alloc(0))
  const session = http2.performServerHandshake(socket, sessionOptions)
  const connection = new Connection(session, [socket])
  const visit = new Visit(parts)
  visits.set(visit, connection)
  session.on('stream', (h2, headers) => serve(parts, visit, h2, headers[':path']))
  widen(session)
  onEnd(connection, () => {
    visits.delete(visit)
    visit.end()
  })
}

function serve(
  { log }: DoorParts,
  visit: Visit,
  h2: ServerHttp2Stream,
  path: string | undefined,
): void {
  serveAsked(h2, (value, asked) => {
    answer(visit, path, value, asked).catch((caught: unknown) => {
      const error = toSkeinError(caught)
      if (error.code === 'internal')
        log.error({ err: caught, path }, 'the gateway was not answered')
      asked.refuse(error)
    })
  })
}

async function answer(
  visit: Visit,
  path: string | undefined,
  value: unknown,
  asked: Asked,
): Promise<void> {
  if (path === ways.ready) await visit.ready(value, asked)
  else if (path === ways.open) await visit.open(value, asked)
  else {
    const answered = path === ways.hello ? visit.hello(value) : await visit.authorise(value)
    asked.accept(answered)
    asked.fin({ ok: true })
    asked.duplex.resume()
  }
}

/** Whoever loses the right to be in is out at once, not at their next channel. */
function recheckOnChange(
  { records, log }: DoorParts,
  visits: ReadonlyMap<Visit, Connection>,
  signal: AbortSignal,
): void {
  const recheck = (id: Id) => {
    for (const [visit, connection] of visits) {
      if (visit.concerns(id) && !visit.holds()) connection.end()
    }
  }
  // A group or a role concerns whoever has it, which is quicker asked of each visit than found out.
  const recheckAll = () => {
    for (const [visit, connection] of visits) if (!visit.holds()) connection.end()
  }
  for (const kind of ['user', 'sshKey', 'space', 'group', 'role'] as const) {
    const loop = async () => {
      for await (const { id } of records.watch(kind, { signal })) {
        if (kind === 'group' || kind === 'role') recheckAll()
        else recheck(id)
      }
    }
    loop().catch((err: unknown) => {
      if (!signal.aborted) log.error({ err }, 'ssh visits are no longer looked after')
    })
  }
}

async function idle(
  { clock }: DoorParts,
  visits: ReadonlyMap<Visit, unknown>,
  waitMs: number,
): Promise<void> {
  const untilMs = clock.monotonicMs() + waitMs
  while (clock.monotonicMs() < untilMs && [...visits.keys()].some(({ isBusy }) => isBusy)) {
    await clock.delay(LOOK_MS)
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
