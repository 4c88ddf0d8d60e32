// What both ends of a connection do alike: take the socket, prove that it rests on the pre-shared key alone, and set
// HTTP/2's limits. Each number here was measured against Node's default (docs/link.md).

import type { SecureClientSessionOptions, SecureServerSessionOptions } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { SkeinError } from '#protocol/errors.ts'
import {
  LINK_CIPHERS,
  MAX_STREAMS_PER_HOP,
  MAX_STREAMS_PER_LINK,
  SESSION_WINDOW_BYTES,
  STREAM_WINDOW_BYTES,
} from '#protocol/link.ts'
import type { LinkSession } from './connection.ts'

/** Node's default of 10 MB ends the session at 64 kB unread on a few hundred streams; past this only this link ends. */
const MAX_SESSION_MEMORY_MB = 1000
/** Node's default (1,000, then 33 a second) ends the whole link when one actor closes fast; ours is a limit an actor. */
const STREAM_RESETS = 1_000_000
/** Our own requests have four header fields. */
const MAX_HEADER_PAIRS = 32
const MAX_HEADER_BYTES = 8 * 1024
/** Beside what actors open: the report stream and the requests for lanes. */
const SPARE_STREAMS = 16
/** An idle data connection behind a forgetful NAT is found dead after this and nine probes, milliseconds. */
const KEEP_ALIVE_MS = 15_000

export const sessionOptions = {
  settings: {
    initialWindowSize: STREAM_WINDOW_BYTES,
    enablePush: false,
    maxConcurrentStreams: MAX_STREAMS_PER_LINK + SPARE_STREAMS,
    maxHeaderListSize: MAX_HEADER_BYTES,
  },
  maxSessionMemory: MAX_SESSION_MEMORY_MB,
  maxHeaderListPairs: MAX_HEADER_PAIRS,
  streamResetBurst: STREAM_RESETS,
  streamResetRate: STREAM_RESETS,
} as const satisfies SecureClientSessionOptions & SecureServerSessionOptions

/** Of the lanes on which streams pass from one peer to the next. */
export const hopOptions = {
  ...sessionOptions,
  settings: { ...sessionOptions.settings, maxConcurrentStreams: MAX_STREAMS_PER_HOP },
} as const satisfies SecureClientSessionOptions & SecureServerSessionOptions

/** TLS 1.3 with one suite of SHA-256, which is the hash that Node binds a pre-shared key to. Never a certificate. */
export const linkTls = {
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  ciphers: LINK_CIPHERS,
  ALPNProtocols: ['h2'],
} as const satisfies { minVersion: string; ciphers: string; [key: string]: unknown }

/** Gives the connection its window, which cannot be set before it stands. */
export function widen(session: LinkSession): void {
  const open = () => session.setLocalWindowSize(SESSION_WINDOW_BYTES)
  if (session.connecting) session.once('connect', open)
  else open()
}

/**
 * Makes an upgraded socket ours. Bytes that came with the 101 go back first. Half-open is switched off: with it a
 * kill −9 of the other end gives no event at all, without it a close within 5 ms.
 */
export function takeSocket(
  raw: Duplex & {
    setNoDelay?: (on: boolean) => unknown
    setTimeout?: (ms: number) => unknown
    setKeepAlive?: (on: boolean, ms: number) => unknown
  },
  head: Buffer,
): void {
  raw.allowHalfOpen = false
  raw.on('error', () => raw.destroy())
  raw.setNoDelay?.(true)
  raw.setTimeout?.(0)
  raw.setKeepAlive?.(true, KEEP_ALIVE_MS)
  if (head.length > 0) raw.unshift(head)
}

/** Throws `link_not_psk` when anything but the key has made this connection, e.g. a certificate on the way. */
export function assertPsk(socket: TLSSocket): void {
  const hasCertificate = Object.keys(socket.getPeerCertificate() ?? {}).length > 0
  if (!socket.isSessionReused() || hasCertificate || socket.alpnProtocol !== 'h2') {
    throw new SkeinError('link_not_psk')
  }
}
