// Signing in on an app's host: away to Skein's page, where the person is known, and back with a ticket that becomes a
// cookie here. None of these requests reaches the app.

import { SkeinError } from '#protocol/errors.ts'
import type { HttpConfig } from '../http/ports.ts'
import type { Person } from '../identity/credential.ts'
import { pageOrigin, schemeOfApps } from './domain.ts'
import { type AppHost, readAppHost } from './host.ts'
import { readOwn, writeOwn } from './own-cookies.ts'
import type { Passes } from './passes.ts'
import { type Answer, redirect } from './refusal.ts'
import type { Visit } from './visit.ts'

/** On Skein's own page. */
export const ENTER_PATH = '/apps/enter'
/** On every app's host; what lies below it is ours. */
const RESERVED = '/.skein'
const REDEEM_PATH = `${RESERVED}/enter`
/** The longest address that survives signing in; a longer one begins at the app's first page. */
const MAX_PATH_CHARS = 2000
const SECRET = /^[\w-]{22}$/
const MARK = /^[\w-]{43}$/

export interface EnteringParts {
  readonly config: HttpConfig
  readonly passes: Passes
}

export const isReserved = (target: string): boolean =>
  target.startsWith(RESERVED) && /^(?:[/?#]|$)/.test(target.slice(RESERVED.length))

/** Sends the browser to Skein's page. A secret that it has already is kept: several tabs may be on their way. */
export function sendToSignIn({ config, passes }: EnteringParts, visit: Visit): Answer {
  const known = readOwn('state', visit.header('cookie'), config)
  const secret = known !== undefined && SECRET.test(known) ? known : passes.newState()
  const path = visit.target.length > MAX_PATH_CHARS ? '/' : visit.target
  const to = `${schemeOfApps(config)}//${visit.host.authority}${path}`
  const query = new URLSearchParams({ to, state: passes.stateMark(secret) })
  const location = `${pageOrigin(config, visit.host)}${ENTER_PATH}?${query}`
  return redirect(location, [writeOwn('state', secret, config)])
}

/** What lies below the reserved path. Throws `not_found`; a ticket that is good for nothing begins anew. */
export function answerReserved(parts: EnteringParts, visit: Visit): Answer {
  const { config, passes } = parts
  const [path, query = ''] = visit.target.split('?', 2)
  if (path !== REDEEM_PATH || visit.method !== 'GET') {
    throw new SkeinError('not_found', { thing: 'address' })
  }
  const ticket = new URLSearchParams(query).get('ticket') ?? ''
  const state = readOwn('state', visit.header('cookie'), config)
  const entering = passes.redeem(ticket, visit.host.name, state)
  if (!entering) throw new SkeinError('ticket_invalid')
  return redirect(entering.path, [writeOwn('pass', entering.pass, config)])
}

/** What Skein's page was asked to enter. */
export interface EnterWish {
  readonly host: AppHost
  readonly path: string
  readonly state: string
}

/** Undefined for whatever is not an address of an app of ours: nobody is sent anywhere else. */
export function readEnterWish(config: HttpConfig, query: URLSearchParams): EnterWish | undefined {
  const url = URL.parse(query.get('to') ?? '')
  const state = query.get('state') ?? ''
  const domain = config.appsDomain
  if (!url || domain === undefined || !MARK.test(state)) return undefined
  if (url.protocol !== schemeOfApps(config) || url.username !== '' || url.password !== '') {
    return undefined
  }
  const reading = readAppHost(url.host, domain)
  if (reading.kind !== 'app') return undefined
  const path = `${url.pathname}${url.search}`
  // A second slash would name another host, and what is below the reserved path would come round again.
  if (path.startsWith('//') || isReserved(path)) return undefined
  return { host: reading.host, path, state }
}

/** Where the browser goes with its ticket. */
export function ticketUrl(
  { config, passes }: EnteringParts,
  wish: EnterWish,
  person: Person,
): string {
  const { host, path, state } = wish
  const ticket = passes.ticket(person, { host: host.name, path, state })
  return `${schemeOfApps(config)}//${host.authority}${REDEEM_PATH}?ticket=${ticket}`
}
