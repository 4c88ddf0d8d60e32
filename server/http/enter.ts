// The one address of Skein's page that apps send people to: whoever is signed in here goes back with a ticket, whoever
// is not signs in first.

import { randomBytes } from 'node:crypto'
import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { Apps } from '../apps/apps.ts'
import { ENTER_PATH, readEnterWish } from '../apps/entering.ts'
import { drawPage, type Page, pageHeaders } from '../apps/pages.ts'
import type { Visitor } from './front.ts'
import type { HttpConfig } from './ports.ts'

/** Set on the second try. */
const AGAIN = 'again'

export interface EnterParts {
  readonly apps: Apps
  readonly config: HttpConfig
}

/** Answers GET ENTER_PATH. It changes nothing here: the ticket works only in the browser that the app sent away. */
export function enter({ apps, config }: EnterParts, visitor: Visitor, url: URL): Response {
  const wish = readEnterWish(config, url.searchParams)
  if (!wish)
    return page(
      problem(
        new SkeinError('app_address_invalid', { host: '?', domain: config.appsDomain ?? '?' }),
      ),
      400,
    )
  try {
    if (visitor.person) return redirect(apps.enter(wish, visitor.person))
  } catch (caught) {
    const error = toSkeinError(caught)
    return page(problem(error), error.status)
  }
  return url.searchParams.has(AGAIN) ? signIn(url) : again(url)
}

/**
 * The session's cookie is `SameSite=Strict`: browsers keep it back when a link on another site led here. Coming once
 * more from a page of our own, they send it.
 */
function again(url: URL): Response {
  const query = new URLSearchParams(url.searchParams)
  query.set(AGAIN, '1')
  return page({ title: 'One moment', lines: [], onTo: `${ENTER_PATH}?${query}` }, 200)
}

function signIn(url: URL): Response {
  const query = new URLSearchParams(url.searchParams)
  query.delete(AGAIN)
  return redirect(`/login?to=${encodeURIComponent(`${ENTER_PATH}?${query}`)}`)
}

const problem = (error: SkeinError): Page => ({
  title: error.message,
  lines: [error.body.hint],
  links: [{ href: '/spaces', text: 'Go to your spaces' }],
  code: error.code,
})

function page(given: Page, status: number): Response {
  const nonce = randomBytes(16).toString('base64')
  return new Response(drawPage(given, nonce), { status, headers: pageHeaders(given, nonce) })
}

const redirect = (location: string): Response =>
  new Response(null, {
    status: 302,
    headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
  })
