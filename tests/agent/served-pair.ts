// Both ends of a stream as a handler of the agent sees it, without a link: for tests of handlers alone.

import { type Duplex, duplexPair } from 'node:stream'
import type { SkeinError } from '#protocol/errors.ts'
import type { Fin, StreamOpen } from '#protocol/link.ts'
import type { ServedStream } from '../../agent/link/served.ts'

export interface PeerEnd {
  readonly duplex: Duplex
  /** What the agent answered; rejects with what it refused with. */
  readonly opened: Promise<unknown>
  readonly finished: Promise<Fin>
  fin(status: Fin): void
}

export function servedPair(open: StreamOpen): { served: ServedStream; peer: PeerEnd } {
  const [near, far] = duplexPair()
  const opened = Promise.withResolvers<unknown>()
  const toPeer = Promise.withResolvers<Fin>()
  const toAgent = Promise.withResolvers<Fin>()
  for (const { promise } of [opened, toPeer, toAgent]) promise.catch(() => undefined)
  far.on('close', () => near.destroy())
  near.on('error', () => undefined)
  // As on a link: whoever just ends says that all is well.
  near.on('end', () => toAgent.resolve({ ok: true }))
  const served: ServedStream = {
    open,
    actor: { kind: 'user', id: 'u', name: 'tester' },
    requestId: 'r',
    duplex: near,
    accept: (answer) => opened.resolve(answer),
    refuse: (error: SkeinError) => opened.reject(error),
    fin: (status) => {
      near.end()
      toPeer.resolve(status)
    },
    finished: toAgent.promise,
  }
  const peer: PeerEnd = {
    duplex: far,
    opened: opened.promise,
    finished: toPeer.promise,
    fin: (status) => {
      far.end()
      toAgent.resolve(status)
    },
  }
  return { served, peer }
}
