// Two ends of a stream without a link between them: what the SSH server is given, and what serves it.

import { type Duplex, duplexPair } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import type { Fin } from '#protocol/link.ts'
import type { SshStream } from '../ports.ts'

export interface FarEnd {
  readonly duplex: Duplex
  /** Ends the stream after what was written, with how it ended. */
  fin(fin: Fin): void
  /** The server's own end. */
  readonly finished: Promise<Fin>
}

export function streamPair(opened: unknown = {}): { near: SshStream; far: FarEnd } {
  const [near, far] = duplexPair({ highWaterMark: 256 * 1024 })
  const ours = Promise.withResolvers<Fin>()
  const theirs = Promise.withResolvers<Fin>()
  ours.promise.catch(() => undefined)
  theirs.promise.catch(() => undefined)
  const lose = () => {
    ours.reject(new SkeinError('link_lost'))
    theirs.reject(new SkeinError('link_lost'))
    near.destroy()
    far.destroy()
  }
  for (const end of [near, far]) {
    end.on('error', () => undefined)
    end.once('close', lose)
  }
  return {
    near: {
      duplex: near,
      opened,
      fin: (fin) => {
        theirs.resolve(fin)
        near.end()
      },
      finished: ours.promise,
      abort: lose,
    },
    far: {
      duplex: far,
      fin: (fin) => {
        ours.resolve(fin)
        far.end()
      },
      finished: theirs.promise,
    },
  }
}
