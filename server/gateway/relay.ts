// Joins two streams of links into one: bytes with the back-pressure of both, each side's fin handed on to the other
// after its last byte, and a loss on one side as a loss on the other, never as an end.

import type { Duplex } from 'node:stream'
import type { Fin } from '#protocol/link.ts'

export interface End {
  readonly duplex: Duplex
  readonly finished: Promise<Fin>
  fin(status: Fin): void
  abort(reason?: Error): void
}

/** Resolves when both ways have ended, however they did. Never rejects. */
export async function relay(one: End, other: End): Promise<void> {
  await Promise.all([carry(one, other), carry(other, one)])
}

function carry(from: End, to: End): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const lost = (cause?: Error): void => {
    to.abort(cause)
    resolve()
  }
  from.duplex.pipe(to.duplex, { end: false })
  from.duplex.once('end', () => {
    from.finished.then((fin) => to.fin(fin), lost).finally(resolve)
  })
  from.duplex.once('error', lost)
  from.duplex.once('close', () => {
    if (!from.duplex.readableEnded) lost()
    resolve()
  })
  if (from.duplex.destroyed) lost()
  return promise
}
