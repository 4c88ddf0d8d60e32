// What a streamed route sees of HTTP: the request's body as it comes, and a way to answer with bytes as they come.
// Everything else stays with the app.

import { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { SkeinError } from '#protocol/errors.ts'

export interface Exchange {
  readonly method: string
  header(name: string): string | undefined
  /** The body, which nobody has read yet. Whoever reads it must leave it standing when they stop early. */
  body(): Readable
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal
  /** An answer's body. `pieces` failing cuts the connection, so that nobody takes a part for the whole. */
  answer(pieces: AsyncIterator<Uint8Array>): ReadableStream<Uint8Array>
}

/** Node's own ends of the connection; absent when a test calls `fetch` itself. */
export interface Ends {
  readonly incoming?: unknown
  readonly outgoing?: unknown
}

export function exchangeOf(request: Request, ends: Ends | undefined): Exchange {
  return {
    method: request.method,
    header: (name) => request.headers.get(name) ?? undefined,
    body: () => bodyOf(request, ends?.incoming),
    get signal() {
      return signalOf(request, ends?.outgoing)
    },
    answer: (pieces) => toStream(pieces, ends?.outgoing),
  }
}

/** Read from Node itself where that is possible: web streams cost a copy and a promise for each piece. */
function bodyOf(request: Request, incoming: unknown): Readable {
  if (incoming instanceof Readable) return incoming
  return request.body ? Readable.fromWeb(request.body as WebStream) : Readable.from([])
}

/** Not the request's own where there is an end: asking for that would begin to read the body. */
function signalOf(request: Request, outgoing: unknown): AbortSignal {
  if (!(outgoing instanceof ServerResponse)) return request.signal
  const gone = new AbortController()
  const closed = (): void => {
    if (!outgoing.writableFinished) gone.abort(new SkeinError('link_lost'))
  }
  if (outgoing.closed) closed()
  else outgoing.once('close', closed)
  return gone.signal
}

function toStream(
  pieces: AsyncIterator<Uint8Array>,
  outgoing: unknown,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await pieces.next()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          // Cut here and not by whoever writes it out: they would print the error, which has been logged.
          if (isDestroyable(outgoing)) outgoing.destroy()
          else controller.error(error)
        }
      },
      async cancel() {
        await pieces.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

const isDestroyable = (value: unknown): value is { destroy(): void } =>
  typeof value === 'object' && value !== null && 'destroy' in value
