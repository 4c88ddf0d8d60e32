// Browsers ask, without any cookie, before a page of one port of a space may call another. A port that is not public
// could never be asked; so the question is answered here, for the ports of the same space, and the call itself is
// judged as every other.

import { MARK_HEADER } from './pages.ts'
import type { Answer } from './refusal.ts'
import type { Visit } from './visit.ts'

/** Undefined for what is no such question. */
export function answerPreflight(visit: Visit): Answer | undefined {
  const origin = visit.header('origin')
  const method = visit.header('access-control-request-method')
  if (visit.method !== 'OPTIONS' || visit.cause !== 'own') return undefined
  if (origin === undefined || method === undefined) return undefined
  const asked = visit.header('access-control-request-headers')
  const headers = {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': method,
    ...(asked !== undefined && { 'access-control-allow-headers': asked }),
    vary: 'Origin',
    [MARK_HEADER]: 'none',
  }
  return { status: 204, headers, body: '' }
}
