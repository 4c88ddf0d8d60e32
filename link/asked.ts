// A stream as the end sees it that did not open it: what it was opened with, unchecked, and one answer to give.

import type { ServerHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { SkeinError } from '#protocol/errors.ts'
import { type Fin, FrameType } from '#protocol/link.ts'
import { LinkPipe } from './pipe.ts'

export interface Asked {
  /** Ends after the other end's fin; is destroyed with `link_lost` when the connection dies before. */
  readonly duplex: Duplex
  /** Answers the open; once, before anything is written. Throws `too_large`. */
  accept(opened?: unknown): void
  /** Answers the open with an error, or ends the stream with it, and reads no more. */
  refuse(error: SkeinError): void
  fin(status: Fin): void
  /** The other end's fin; rejects with `link_lost`. */
  readonly finished: Promise<Fin>
  abort(reason?: Error): void
}

/** Calls back with the value of the open frame; what that throws destroys the stream. */
export function serveAsked(
  h2: ServerHttp2Stream,
  onOpen: (value: unknown, asked: Asked) => void,
): void {
  h2.respond({ ':status': 200 })
  const pipe = new LinkPipe(h2, {
    first: FrameType.open,
    onFirst: (value) => onOpen(value, toAsked(pipe)),
  })
}

function toAsked(pipe: LinkPipe): Asked {
  return {
    duplex: pipe,
    finished: pipe.finished,
    accept: (opened = {}) => pipe.sendFirst(FrameType.opened, opened),
    refuse: (error) => {
      pipe.fin({ ok: false, error: error.body })
      pipe.resume()
    },
    fin: (status) => pipe.fin(status),
    abort: (reason) => pipe.destroy(reason),
  }
}
