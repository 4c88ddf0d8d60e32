// One request or upgrade on an app's host before anything of it reaches the app: which host, who asks, and whether
// they may. What comes out is either a way in or a refusal.

import type { IncomingMessage } from 'node:http'
import { SkeinError } from '#protocol/errors.ts'
import type { ClientAddress } from '../http/address.ts'
import type { HttpConfig } from '../http/ports.ts'
import type { Person } from '../identity/credential.ts'
import type { SessionClaims } from '../identity/token.ts'
import { type Admission, admitTo, type Sources } from './admission.ts'
import { type Asked, type Cause, causeOf, isNavigation } from './cause.ts'
import { schemeOfApps } from './domain.ts'
import { type AppHost, type Reading, readAppHost } from './host.ts'
import { readOwn } from './own-cookies.ts'
import type { Passes } from './passes.ts'

export interface Visit extends Asked {
  readonly host: AppHost
  readonly address: string
  /** Path and query, as the visitor wrote them. */
  readonly target: string
  readonly cause: Cause
  readonly isNavigation: boolean
  readonly hasPass: boolean
  /** Whoever the pass names; nobody when another site's page caused the request. */
  readonly person: Person | undefined
  readonly admission: Admission
}

export interface ReceiveParts extends Sources {
  readonly config: HttpConfig
  readonly passes: Passes
  readonly address: ClientAddress
}

/** Whether the request is this door's to answer, if only to refuse it. */
export function isForApps({ rawHeaders, url = '/' }: IncomingMessage, domain: string): boolean {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.length !== 4 || rawHeaders[i]?.toLowerCase() !== 'host') continue
    if (read(rawHeaders[i + 1] ?? '', domain).kind !== 'elsewhere') return true
  }
  return url[0] !== '/' && readAppHost(url.split(/[?#]/)[0] ?? '', domain).kind !== 'elsewhere'
}

/** Throws `bad_request`, `app_address_invalid` or `port_invalid`. */
export function receive(parts: ReceiveParts, request: IncomingMessage): Visit {
  assertOneFraming(request)
  const { config, passes } = parts
  const domain = config.appsDomain ?? ''
  const known = knownOf(request)
  const host = hostOf(request, domain)
  const asked = {
    method: request.method ?? 'GET',
    header: (name: string) => headerOf(request, name),
  }
  const cause = causeOf(asked, host, domain, schemeOfApps(config))
  const { pass, claims } = passOf(parts, known, request.headers.cookie, host.name)
  const person = cause === 'own' && claims ? passes.holder(claims) : undefined
  return {
    ...asked,
    host,
    cause,
    person,
    hasPass: pass !== undefined,
    target: request.url ?? '/',
    isNavigation: isNavigation(asked),
    address: parts.address.of(request.socket.remoteAddress, asked.header('x-forwarded-for')),
    admission: admitTo(parts, host, person),
  }
}

/** Node lets codings pass that it does not know, and takes such a request to have no body; an app may differ. */
function assertOneFraming({ headers }: IncomingMessage): void {
  const coding = headers['transfer-encoding']
  if (coding === undefined || coding.toLowerCase() === 'chunked') return
  throw new SkeinError('bad_request', { reason: 'its Transfer-Encoding is not chunked' })
}

/**
 * What the last request on the same connection said of who comes; browsers and programs say the same with each, and to
 * take a cookie apart costs more than to compare it. Only what the pass says is kept, never whether it holds.
 */
interface Known {
  host: string
  cookie: string | undefined
  pass: string | undefined
  claims: SessionClaims | undefined
}
const lastKnown = new WeakMap<object, Known>()

function knownOf({ socket }: IncomingMessage): Known {
  const found = lastKnown.get(socket)
  if (found) return found
  const fresh = { host: '', cookie: undefined, pass: undefined, claims: undefined }
  lastKnown.set(socket, fresh)
  return fresh
}

function passOf(
  { passes, config }: ReceiveParts,
  last: Known,
  cookie: string | undefined,
  host: string,
): Pick<Known, 'pass' | 'claims'> {
  if (cookie === last.cookie && host === last.host) return last
  last.host = host
  last.cookie = cookie
  last.pass = readOwn('pass', cookie, config)
  last.claims = passes.read(last.pass, host)
  return last
}

/** Readings of hosts that were asked for lately, of one domain: the same few come with every request. */
const readings = new Map<string, Reading>()
let domainOfReadings = ''
const MAX_READINGS = 1000

function read(header: string, domain: string): Reading {
  if (domain !== domainOfReadings) readings.clear()
  domainOfReadings = domain
  const found = readings.get(header)
  if (found) return found
  const reading = readAppHost(header, domain)
  const [oldest] = readings.keys()
  if (readings.size >= MAX_READINGS && oldest !== undefined) readings.delete(oldest)
  readings.set(header, reading)
  return reading
}

/** The one host that the request names: two of them, or one in the request line besides, is an attack. */
function hostOf(request: IncomingMessage, domain: string): AppHost {
  const header = onlyHost(request.rawHeaders)
  if (header === undefined) {
    throw new SkeinError('bad_request', { reason: 'it needs exactly one Host header' })
  }
  if (request.url?.[0] !== '/') {
    throw new SkeinError('bad_request', { reason: 'its address must begin with a slash' })
  }
  const reading = read(header, domain)
  if (reading.kind === 'app') return reading.host
  if (reading.kind === 'bad-port') throw new SkeinError('port_invalid', { port: reading.port })
  throw new SkeinError('app_address_invalid', { host: header.slice(0, 100), domain })
}

/** Undefined for none and for more than one. */
function onlyHost(rawHeaders: readonly string[]): string | undefined {
  let only: string | undefined
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.length !== 4 || rawHeaders[i]?.toLowerCase() !== 'host') continue
    if (only !== undefined) return undefined
    only = rawHeaders[i + 1]
  }
  return only
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
