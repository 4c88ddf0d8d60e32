// The HTTP/2 settings of both ends, and the proof that a TLS connection rests on its pre-shared key alone.

import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { SkeinError } from '#protocol/errors.ts'
import { MAX_STREAMS_PER_LINK, SESSION_WINDOW_BYTES, STREAM_WINDOW_BYTES } from '#protocol/link.ts'
import type { LinkSession } from './connection.ts'

/** Node's default of 10 MB ends the session at 64 kB unread on some hundred streams. */
const MAX_SESSION_MEMORY_MB = 1000
/** Node's default (1,000, then 33 a second) ends the whole link when one actor resets fast; ours is a limit an actor. */
const STREAM_RESETS = 100_000

export const sessionOptions = {
  settings: {
    initialWindowSize: STREAM_WINDOW_BYTES,
    enablePush: false,
    maxConcurrentStreams: MAX_STREAMS_PER_LINK,
  },
  maxSessionMemory: MAX_SESSION_MEMORY_MB,
  streamResetBurst: STREAM_RESETS,
  streamResetRate: STREAM_RESETS,
} as const

export function widen(session: LinkSession): void {
  const open = () => session.setLocalWindowSize(SESSION_WINDOW_BYTES)
  if (session.connecting) session.once('connect', open)
  else open()
}

/**
 * Bytes that came with the 101 go back first, and the half-open state is switched off: with it a kill −9 of the
 * other end gives no event at all (measured), without it a close within 5 ms.
 */
export function takeSocket(
  raw: Duplex & { setNoDelay?: (on: boolean) => unknown },
  head: Buffer,
): void {
  raw.allowHalfOpen = false
  raw.setNoDelay?.(true)
  if (head.length > 0) raw.unshift(head)
}

/** Throws `link_not_psk` when a certificate, and not the key alone, made this connection. */
export function assertPsk(socket: TLSSocket): void {
  const certificate = socket.getPeerCertificate()
  const proved = socket.isSessionReused() && Object.keys(certificate ?? {}).length === 0
  if (!proved) throw new SkeinError('link_not_psk')
}
