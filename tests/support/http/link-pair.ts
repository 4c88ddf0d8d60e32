// A link stream without a link: two ends of a pair of duplexes, for tests of whatever relays one.

import { type Duplex, duplexPair } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import type { Fin, StreamOpen } from '#protocol/link.ts'
import type { LinkStream, OpenOptions, Streams, Target } from '../../../server/links/streams.ts'

/** What the space's agent would hold. */
export interface FarEnd {
  readonly to: Target
  readonly open: StreamOpen
  readonly options: OpenOptions
  readonly duplex: Duplex
  /** Our side's fin, once the near end has sent it. */
  readonly finished: Promise<Fin>
  fin(status: Fin): void
  /** The link is cut. */
  lose(): void
}

/** Streams whose far ends a test plays. What `answer` throws or gives back answers the open. */
export class FakeStreams implements Streams {
  readonly opened: FarEnd[] = []
  readonly #answer: (open: StreamOpen) => unknown
  readonly #onOpened: ((far: FarEnd) => void) | undefined

  constructor(answer: (open: StreamOpen) => unknown, onOpened?: (far: FarEnd) => void) {
    this.#answer = answer
    this.#onOpened = onOpened
  }

  async open(to: Target, open: StreamOpen, options: OpenOptions): Promise<LinkStream> {
    const { signal } = options
    const aborted = new Promise<never>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason))
    })
    // It may lose the race, or never run when the answer throws.
    aborted.catch(() => undefined)
    const opened = await Promise.race([this.#answer(open), aborted])
    const { near, far } = linkPair(opened, { to, open, options })
    if (open.kind === 'ask') far.fin({ ok: true })
    else this.opened.push(far)
    this.#onOpened?.(far)
    return near
  }
}

function linkPair(
  opened: unknown,
  facts: Pick<FarEnd, 'to' | 'open' | 'options'>,
): { near: LinkStream; far: FarEnd } {
  const [a, b] = duplexPair({ highWaterMark: 64 * 1024 })
  const nearFin = Promise.withResolvers<Fin>()
  const farFin = Promise.withResolvers<Fin>()
  nearFin.promise.catch(() => undefined)
  farFin.promise.catch(() => undefined)
  const near: LinkStream = {
    duplex: a,
    opened,
    fin(status) {
      a.end()
      nearFin.resolve(status)
    },
    finished: farFin.promise,
    abort(reason) {
      a.destroy(reason)
      b.destroy()
      nearFin.reject(new SkeinError('link_lost'))
      farFin.reject(new SkeinError('link_lost'))
    },
  }
  const far: FarEnd = {
    ...facts,
    duplex: b,
    finished: nearFin.promise,
    fin(status) {
      b.end()
      farFin.resolve(status)
    },
    lose: () => near.abort(new SkeinError('link_lost')),
  }
  b.on('error', () => undefined)
  return { near, far }
}
