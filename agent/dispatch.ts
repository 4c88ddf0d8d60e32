// Gives each stream that a peer opens to its handler, and turns whatever the handler throws into the stream's answer.

import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { StreamKind, StreamOpen } from '#protocol/link.ts'
import { serveAsk } from './ask/ask.ts'
import type { AgentContext } from './context.ts'
import { serveEcho } from './echo.ts'
import { serveExec } from './exec/exec.ts'
import type { ServedStream } from './link/served.ts'
import { serveTcp, serveUnix } from './ports/connect.ts'
import { serveListen } from './ports/listen.ts'
import { servePorts } from './ports/trunk.ts'

type OpenOf<K extends StreamKind> = Extract<StreamOpen, { kind: K }>
type Handlers = {
  readonly [K in StreamKind]?: (
    stream: ServedStream,
    open: OpenOf<K>,
    agent: AgentContext,
  ) => Promise<void>
}

const handlers: Handlers = {
  terminal: (stream, _, agent) => agent.terminals.handle(stream),
  exec: (stream, open, agent) => serveExec(stream, open, agent.config),
  tcp: serveTcp,
  ports: servePorts,
  unix: serveUnix,
  files: async (stream, open, agent) => {
    const { serveFiles } = await import('./files/files.ts')
    await serveFiles(stream, open, agent)
  },
  session: async (stream, open, agent) => {
    const { serveSession } = await import('./session/session.ts')
    await serveSession(stream, open, agent.config)
  },
  sftp: async (stream, open, agent) => {
    const { serveSftp } = await import('./sftp/sftp.ts')
    await serveSftp(stream, open, agent.config)
  },
  listen: serveListen,
  accepted: (stream, open, agent) => agent.arrivals.serve(stream, open.id),
  resumable: (stream, open, agent) =>
    agent.resumables.handle(stream, open, agent, (inner) => dispatch(inner, agent)),
  ask: serveAsk,
  echo: serveEcho,
}

/** Serves one stream to its end. Never rejects. */
export async function dispatch(stream: ServedStream, agent: AgentContext): Promise<void> {
  const { kind } = stream.open
  const handler = handlers[kind] as Handlers[typeof kind] & ((...all: unknown[]) => Promise<void>)
  try {
    if (!handler) throw new SkeinError('stream_unsupported', { kind })
    await handler(stream, stream.open, agent)
  } catch (caught) {
    const error = toSkeinError(caught, stream.requestId)
    if (error.code === 'internal')
      agent.log.error(`a stream of kind ${kind} failed`, { error: caught })
    // Before the stream is accepted a fin is the refusal; after that it is the end.
    stream.fin({ ok: false, error: error.body })
    // What the peer still sends goes nowhere, and must not keep the stream from ending.
    stream.duplex.resume()
  }
}
