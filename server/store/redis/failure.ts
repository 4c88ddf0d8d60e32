// What Redis' errors mean. An error reply says that nothing was done: a script that a full memory, a full disk or a replica
// refuses is refused at its first write. A connection that ends says nothing about what was sent on it.

import { SkeinError } from '#protocol/errors.ts'

/** The first word of a reply, by redis.io/docs/latest/develop/reference/protocol-spec. */
const FULL = /^OOM /
/** The disk of the append-only file; Redis takes no writes until it could write again. */
const DISK = /^MISCONF /
const NO_SPACE = /no space left/i
const DENIED = /^(?:WRONGPASS|NOAUTH|NOPERM)\b|^ERR (?:invalid password|DB index)/
/** It is no primary, loads, or is busy: the same may work soon, here or at another server. */
const NOT_NOW =
  /^(?:LOADING|READONLY|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|BUSY|UNBLOCKED|MOVED|ASK)\b/

/** Verification of a certificate, by Node's `tls` and OpenSSL's names. */
const UNTRUSTED =
  /^(?:CERT_|ERR_TLS_CERT|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_HANDSHAKE)/

/** The connection ended, or the server did not answer: what was asked may have been done. */
export class ConnectionLost extends Error {}

/** The server answers and cannot be used as it is now. */
export class NotNow extends Error {}

/** What an error on a connection, or instead of one, comes to: a SkeinError that stays true, `NotNow` or `ConnectionLost`. */
export function meaningOf(error: unknown): SkeinError | NotNow | ConnectionLost {
  if (error instanceof SkeinError || error instanceof NotNow || error instanceof ConnectionLost) {
    return error
  }
  const reason = reasonOf(error)
  if (isUntrusted(error)) return new SkeinError('store_untrusted', { reason }, error)
  if (!isReply(error)) return new ConnectionLost(reason, { cause: error })
  if (FULL.test(reason)) return new SkeinError('store_full', {}, error)
  if (DISK.test(reason)) {
    return NO_SPACE.test(reason)
      ? new SkeinError('store_full', {}, error)
      : new SkeinError('store_failed', { reason }, error)
  }
  if (DENIED.test(reason)) return new SkeinError('store_denied', { reason }, error)
  if (NOT_NOW.test(reason)) return new NotNow(reason, { cause: error })
  return new SkeinError('store_failed', { reason }, error)
}

export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) {
    return error.errors.map(reasonOf).join('; ')
  }
  return error instanceof Error ? error.message : String(error)
}

/** The library names what the server replied `ReplyError`. */
const isReply = (error: unknown): boolean => error instanceof Error && error.name === 'ReplyError'

function isUntrusted(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  return typeof error.code === 'string' && UNTRUSTED.test(error.code)
}
