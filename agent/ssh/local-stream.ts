// A stream that stays inside the agent: one end as the SSH server has it, the other as a handler serves it. It does what
// a link's stream does, so that one handler serves the gateway and the agent's own SSH server.

import { duplexPair } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import type { Actor, Fin, StreamOpen } from '#protocol/link.ts'
import type { SshStream } from '../../ssh/ports.ts'
import type { ServedStream } from '../link/served.ts'

/** What each direction buffers before its writer waits, bytes; as a link's stream does. */
const BUFFER_BYTES = 256 * 1024

export interface LocalStream {
  readonly served: ServedStream
  /** Resolves when the handler accepts; rejects with what it refuses with, or with `link_lost`. */
  readonly opened: Promise<SshStream>
  /** Takes it from both ends, as a lost link would. */
  lose(reason?: Error): void
}

export function localStream(open: StreamOpen, actor: Actor, requestId: string): LocalStream {
  const [near, far] = duplexPair({ highWaterMark: BUFFER_BYTES })
  const answer = Promise.withResolvers<unknown>()
  const fromHandler = Promise.withResolvers<Fin>()
  const fromClient = Promise.withResolvers<Fin>()
  // Loss is told as an error and by each promise; nobody has to listen to all of them.
  for (const { promise } of [answer, fromHandler, fromClient]) promise.catch(() => undefined)
  const lose = (reason: Error = new SkeinError('link_lost')) => {
    for (const { reject } of [answer, fromHandler, fromClient]) reject(reason)
    if (!near.destroyed) near.destroy(near.readableEnded ? undefined : reason)
    if (!far.destroyed) far.destroy(far.readableEnded ? undefined : reason)
  }
  for (const end of [near, far]) {
    end.on('error', () => undefined)
    end.once('close', () => lose())
  }
  const finish = (fin: Fin) => {
    // Before the answer a fin is the refusal.
    if (fin.error) answer.reject(SkeinError.fromBody(fin.error))
    fromHandler.resolve(fin)
    far.end()
  }
  far.once('finish', () => fromHandler.resolve({ ok: true }))
  near.once('finish', () => fromClient.resolve({ ok: true }))
  const served: ServedStream = {
    open,
    actor,
    requestId,
    duplex: far,
    accept: (opened = {}) => answer.resolve(opened),
    refuse: (error) => finish({ ok: false, error: error.body }),
    fin: finish,
    finished: fromClient.promise,
  }
  const toClient = (opened: unknown): SshStream => ({
    duplex: near,
    opened,
    fin: (fin) => {
      fromClient.resolve(fin)
      near.end()
    },
    finished: fromHandler.promise,
    abort: lose,
  })
  return { served, opened: answer.promise.then(toClient), lose }
}
