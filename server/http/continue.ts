// “Continue on this peer”: a page of another one, which is gone, hands its session over by a form. It is the one request
// that we take from another origin, so that has to be one of the cluster's, the code has to be fresh and of this peer, and
// it works once.

import { SkeinError } from '#protocol/errors.ts'
import { audited } from '../identity/audit.ts'
import type { Person } from '../identity/credential.ts'
import type { Visitor } from './front.ts'
import type { Door } from './ports.ts'
import { by } from './route.ts'

export const CONTINUE_PATH = '/continue'
/** A code of some 700 characters and a path. */
const MAX_BODY_BYTES = 16 * 1024
/** What is longer begins at the first page. */
const MAX_PATH_CHARS = 2000
/** A path of ours: a second slash or a backslash would name another host. */
const PATH = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/

/** Leads to the page with the session's cookie, or to signing in. Rejects with `bad_origin`, `bad_request`, `too_large`. */
export async function continueHere(
  door: Door,
  visitor: Visitor,
  request: Request,
): Promise<Response> {
  const form = await readForm(request)
  const person = door.roaming.takeOver(form.get('code') ?? '', visitor.origin)
  const path = pathIn(form)
  if (!person) return redirect(`/login?to=${encodeURIComponent(path)}`)
  note(door, { ...visitor, person })
  return redirect(path, visitor.setCookie(door.identity.sessions.renew(person).token))
}

async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') {
    throw new SkeinError('bad_request', { reason: 'Content-Type must be that of a form' })
  }
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of request.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MAX_BODY_BYTES) {
      throw new SkeinError('too_large', { thing: 'request', limit: `${MAX_BODY_BYTES / 1024} kB` })
    }
  }
  return new URLSearchParams(text)
}

function pathIn(form: URLSearchParams): string {
  const path = form.get('path') ?? ''
  return path.length <= MAX_PATH_CHARS && PATH.test(path) ? path : '/'
}

/** Not waited for: a full disk must not keep anybody out. */
function note({ records, log }: Door, call: Visitor & { readonly person: Person }): void {
  const { credential } = call.person
  const target = { kind: 'session', id: credential.id, name: call.client.slice(0, 200) }
  const detail = { from: call.origin ?? '' }
  records
    .transact(() => ({
      changes: [audited(by(call), 'session.continue', target, detail)],
      result: undefined,
    }))
    .catch((err: unknown) => log.error({ err }, 'session.continue not audited'))
}

function redirect(location: string, cookie?: string): Response {
  const headers = new Headers({ location, 'cache-control': 'no-store' })
  if (cookie !== undefined) headers.append('set-cookie', cookie)
  return new Response(null, { status: 303, headers })
}
