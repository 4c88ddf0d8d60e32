// A stream that a peer opened towards this agent, as a handler sees it.

import type { ServerHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import {
  type Actor,
  type Fin,
  openFrameSchema,
  type StreamOpen,
  streamOpenSchema,
} from '#protocol/link.ts'
import { type Asked, serveAsked } from '../../link/asked.ts'

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
  serveAsked(h2, (value, asked) => {
    const stream = parse(asked, value)
    if (stream) onStream(stream)
  })
}

function parse(asked: Asked, value: unknown): ServedStream | undefined {
  const frame = openFrameSchema.safeParse(value)
  if (!frame.success) throw new SkeinError('frame_invalid', { reason: 'open of no known form' })
  const open = streamOpenSchema.safeParse(frame.data.open)
  if (!open.success) {
    const { kind } = frame.data.open
    asked.refuse(refusalOf(kind, open.error.issues[0]?.message))
    return undefined
  }
  const { actor, requestId } = frame.data
  return { ...asked, open: open.data, actor, requestId }
}

const KINDS = new Set<string>(streamOpenSchema.options.map((option) => option.shape.kind.value))

function refusalOf(kind: string, reason = 'malformed'): SkeinError {
  if (!KINDS.has(kind)) return new SkeinError('stream_unsupported', { kind })
  return new SkeinError('bad_request', { reason: `open of ${kind}: ${reason}` })
}
