// A failed dial in words that help whoever reads the space's page.

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOENT: 'there is no such socket',
  EACCES: 'the socket may not be opened',
  ENETUNREACH: 'there is no network to it',
  EHOSTUNREACH: 'the host cannot be reached',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name could not be looked up',
  ETIMEDOUT: 'no answer',
  ECONNRESET: 'the connection was closed',
  ABORT_ERR: 'no answer in time',
}

/** As much of a reason as a report may carry (protocol/report.ts), characters. */
const MAX_REASON_CHARS = 500

export function reasonOf(error: unknown): string {
  return wordsFor(error).slice(0, MAX_REASON_CHARS)
}

function wordsFor(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return WORDS[code] ?? error.message
}
