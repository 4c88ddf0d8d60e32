// A stream that a peer opened towards this agent, as a handler sees it.

import type { ServerHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import {
  type Actor,
  type Fin,
  FrameType,
  openFrameSchema,
  type StreamOpen,
  streamOpenSchema,
} from '#protocol/link.ts'
import { LinkPipe } from '../../link/pipe.ts'

export interface ServedStream {
  readonly open: StreamOpen
  readonly actor: Actor
  readonly requestId: string
  /** Ends after the peer's fin; is destroyed with `link_lost` when the link dies before. */
  readonly duplex: Duplex
  /** Answers the open; once, before anything is written. */
  accept(opened?: unknown): void
  /** Answers the open with an error and ends the stream. */
  refuse(error: SkeinError): void
  fin(status: Fin): void
  readonly finished: Promise<Fin>
}

/** Reads the open frame; a kind that this agent does not know is refused here. */
export function serveStream(h2: ServerHttp2Stream, onStream: (stream: ServedStream) => void): void {
  h2.respond({ ':status': 200 })
  const pipe = new LinkPipe(h2, {
    first: FrameType.open,
    onFirst: (value) => {
      const stream = parse(pipe, value)
      if (stream) onStream(stream)
    },
  })
}

function parse(pipe: LinkPipe, value: unknown): ServedStream | undefined {
  const frame = openFrameSchema.safeParse(value)
  if (!frame.success) throw new SkeinError('frame_invalid', { reason: 'open of no known form' })
  const open = streamOpenSchema.safeParse(frame.data.open)
  if (!open.success) {
    const { kind } = frame.data.open
    pipe.fin({ ok: false, error: refusalOf(kind, open.error.issues[0]?.message).body })
    pipe.resume()
    return undefined
  }
  const { actor, requestId } = frame.data
  return {
    open: open.data,
    actor,
    requestId,
    duplex: pipe,
    finished: pipe.finished,
    accept: (opened = {}) => pipe.sendFirst(FrameType.opened, opened),
    refuse: (error) => {
      pipe.fin({ ok: false, error: error.body })
      pipe.resume()
    },
    fin: (status) => pipe.fin(status),
  }
}

const KINDS = new Set<string>(streamOpenSchema.options.map((option) => option.shape.kind.value))

function refusalOf(kind: string, reason = 'malformed'): SkeinError {
  if (!KINDS.has(kind)) return new SkeinError('stream_unsupported', { kind })
  return new SkeinError('bad_request', { reason: `open of ${kind}: ${reason}` })
}
