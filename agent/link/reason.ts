// Why a dial failed, in words that help whoever reads the space's page.

import { SkeinError } from '#protocol/errors.ts'

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOENT: 'there is no such socket',
  EACCES: 'the socket may not be opened',
  ENETUNREACH: 'there is no network to it',
  EHOSTUNREACH: 'the host cannot be reached',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name could not be looked up',
  ETIMEDOUT: 'no answer in time',
  ECONNRESET: 'the connection was closed',
  ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR: 'the key does not fit',
  ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR: 'the key does not fit',
}

/** The most that is told, characters; the report's own limit is 500. */
const MAX_REASON_CHARS = 200

export function reasonOf(error: unknown): string {
  if (error instanceof SkeinError) return error.message
  if (!(error instanceof Error)) return String(error).slice(0, MAX_REASON_CHARS)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return (WORDS[code] ?? error.message).slice(0, MAX_REASON_CHARS)
}
