// Opens one stream on a connection that stands: the open frame, the agent's answer, and what callers hold after that.

import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2'
import { SkeinError } from '#protocol/errors.ts'
import { FrameType, type StreamOpen } from '#protocol/link.ts'
import type { Connection } from '../../link/connection.ts'
import { LinkPipe } from '../../link/pipe.ts'
import type { Clock } from '../clock.ts'
import type { LinkStream, OpenOptions } from './streams.ts'
import { type Wait, within } from './within.ts'

/** How long the agent may take to answer an open, milliseconds: it may have to start a program first. */
export const ANSWER_TIMEOUT_MS = 10_000

export interface StreamRequest extends OpenOptions {
  readonly open: StreamOpen
  readonly clock: Clock
  /** Called once when HTTP/2 is done with the stream: until then it takes the agent's room. */
  readonly onClose: () => void
}

/** Rejects with what the agent refuses with, `link_lost`, `timeout` or the signal's reason. */
export async function openStream(
  connection: Connection<ClientHttp2Session>,
  { open, actor, requestId, clock, signal, onClose }: StreamRequest,
): Promise<LinkStream> {
  const wait = { clock, timeoutMs: ANSWER_TIMEOUT_MS, thing: 'The agent', signal }
  const path = `/v1/${open.kind}`
  return await openPipe(connection, { path, value: { open, actor, requestId }, wait, onClose })
}

export interface PipeRequest {
  readonly path: string
  /** The open frame's. */
  readonly value: unknown
  readonly wait: Wait
  readonly onClose?: () => void
}

/** An HTTP/2 stream on which nothing has been said. */
export function beginStream(
  connection: Connection<ClientHttp2Session>,
  path: string,
  onClose?: () => void,
): ClientHttp2Stream {
  const h2 = connection.session.request({ ':method': 'POST', ':path': path }, { endStream: false })
  if (onClose) h2.once('close', onClose)
  // No agent of ours sends either; one that does wants to keep us busy.
  h2.on('headers', () => connection.end())
  h2.on('trailers', () => connection.end())
  return h2
}

/** Opens a stream with any first value. Rejects with the other end's refusal, `link_lost` and as `within` does. */
export async function openPipe(
  connection: Connection<ClientHttp2Session>,
  { path, value, wait, onClose }: PipeRequest,
): Promise<LinkStream> {
  const h2 = beginStream(connection, path, onClose)
  const answer = Promise.withResolvers<unknown>()
  const pipe = new LinkPipe(h2, { first: FrameType.opened, onFirst: answer.resolve })
  pipe.finished.then(
    ({ error }) => answer.reject(error ? SkeinError.fromBody(error) : new SkeinError('link_lost')),
    answer.reject,
  )
  try {
    pipe.sendFirst(FrameType.open, value)
    return toStream(pipe, await within(answer.promise, wait))
  } catch (error) {
    pipe.destroy(asError(error))
    throw error
  }
}

function toStream(pipe: LinkPipe, opened: unknown): LinkStream {
  return {
    duplex: pipe,
    opened,
    finished: pipe.finished,
    fin: (status) => pipe.fin(status),
    abort: (reason) => pipe.destroy(reason),
  }
}

const asError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new SkeinError('link_lost')
