// An agent's files without a link: streams that the real handler of the agent serves, on a folder of this machine.

import { duplexPair } from 'node:stream'
import { systemClock } from '../../../agent/clock.ts'
import { serveFiles } from '../../../agent/files/files.ts'
import { Uploads } from '../../../agent/files/uploads.ts'
import type { ServedStream } from '../../../agent/link/served.ts'
import { SkeinError, toSkeinError } from '../../../protocol/errors.ts'
import type { Fin, StreamOpen } from '../../../protocol/link.ts'
import type { LinkStream, OpenOptions, Streams, Target } from '../../../server/links/streams.ts'
import { agentConfig } from '../../agent/agent-config.ts'

export class FilesAgent implements Streams {
  readonly #home: string
  readonly #uploads = new Uploads(systemClock)
  /** Streams that have not ended on both sides. */
  serving = 0

  constructor(home: string) {
    this.#home = home
  }

  async open(
    _to: Target,
    open: StreamOpen,
    { actor, requestId }: OpenOptions,
  ): Promise<LinkStream> {
    if (open.kind !== 'files') throw new SkeinError('stream_unsupported', { kind: open.kind })
    const [near, far] = duplexPair({ highWaterMark: 256 * 1024 })
    const opened = Promise.withResolvers<unknown>()
    const ours = Promise.withResolvers<Fin>()
    const theirs = Promise.withResolvers<Fin>()
    for (const { promise } of [opened, ours, theirs]) promise.catch(() => undefined)
    const served: ServedStream = {
      open,
      actor,
      requestId,
      duplex: far,
      accept: (answer = {}) => opened.resolve(JSON.parse(JSON.stringify(answer))),
      refuse: (error) => opened.reject(error),
      fin: (status) => {
        theirs.resolve(status)
        far.end()
      },
      finished: ours.promise,
    }
    near.on('error', () => undefined)
    far.on('error', () => undefined)
    near.on('close', () => far.destroy())
    far.on('end', () => ours.resolve({ ok: true }))
    this.serving++
    serveFiles(served, open, { config: agentConfig({ home: this.#home }), uploads: this.#uploads })
      .catch((error: unknown) => {
        opened.reject(error)
        served.fin({ ok: false, error: toSkeinError(error).body })
        far.resume()
      })
      .finally(() => {
        this.serving--
      })
    const abort = (reason: Error = new SkeinError('link_lost')): void => {
      near.destroy()
      far.destroy(reason)
      ours.reject(reason)
      theirs.reject(reason)
    }
    return {
      duplex: near,
      opened: await opened.promise,
      finished: theirs.promise,
      abort,
      fin: (status) => {
        ours.resolve(status)
        near.end()
      },
    }
  }
}
