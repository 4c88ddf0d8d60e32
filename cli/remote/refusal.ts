// What a server answered when it said no, as the error that a person here can do something about.

import { type ErrorBody, SkeinError } from '#protocol/errors.ts'

/** `json` is the parsed body, whatever it is. */
export function refusalOf(server: string, status: number, json: unknown): SkeinError {
  const error = (json as { error?: Partial<ErrorBody> } | null | undefined)?.error
  if (typeof error?.code !== 'string') {
    return new SkeinError('server_unreachable', { server, reason: `it answers ${status}` })
  }
  // To the person both mean the same: sign in again.
  if (error.code === 'not_signed_in' || error.code === 'token_wrong') {
    return new SkeinError('login_needed', { server })
  }
  return SkeinError.fromBody({ message: '', hint: '', details: {}, ...error } as ErrorBody)
}

/** Undefined for what is not JSON. */
export function parseBody(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
