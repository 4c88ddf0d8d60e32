// An app's host name, `<port or app>--<space>--<user>.<apps domain>`, taken apart. Pure and strict: whatever smells of
// the apps domain and is not exactly that form belongs to nobody, neither to an app nor to the page of Skein.

import { isSpaceName, isUserName } from '#protocol/names.ts'

/** The longest part of a host name (RFC 1035, 2.3.4). */
export const MAX_LABEL_CHARS = 63
const MAX_PORT = 65_535
const APP = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/

export interface AppHost {
  /** Lower case, without the port. */
  readonly name: string
  /** As the visitor wrote it, with the port that they used. */
  readonly authority: string
  /** Of the space; undefined where an app is named. */
  readonly port: number | undefined
  /** What stands before the space: a port's digits, or an app's name as a label. */
  readonly target: string
  readonly space: string
  readonly user: string
}

/** What one Host header means: an app, nothing that there can be, or not ours to answer. */
export type Reading =
  | { readonly kind: 'app'; readonly host: AppHost }
  | { readonly kind: 'bad-port'; readonly port: string }
  | { readonly kind: 'bad-host' }
  | { readonly kind: 'elsewhere' }

const ELSEWHERE: Reading = { kind: 'elsewhere' }
const BAD_HOST: Reading = { kind: 'bad-host' }

/** `domain` in lower case, e.g. `apps.example.com` or `localhost`. */
export function readAppHost(header: string, domain: string): Reading {
  const lower = header.toLowerCase()
  // Anywhere in it: `8080--a--b.localhost.`, `…localhost:80@evil` and their like are nobody's.
  if (!lower.includes(`.${domain}`)) return ELSEWHERE
  const colon = lower.lastIndexOf(':')
  const name = colon < 0 ? lower : lower.slice(0, colon)
  if (colon >= 0 && !isPort(lower.slice(colon + 1))) return BAD_HOST
  if (!name.endsWith(`.${domain}`)) return BAD_HOST
  return readLabel(name.slice(0, -domain.length - 1), name, lower)
}

function readLabel(label: string, name: string, authority: string): Reading {
  const [target = '', space = '', user = '', ...more] = label.split('--')
  if (label.length > MAX_LABEL_CHARS || more.length > 0 || !APP.test(target)) return BAD_HOST
  if (!isSpaceName(space) || !isUserName(user)) return BAD_HOST
  const isDigits = /^\d+$/.test(target)
  if (isDigits && !isPort(target)) return { kind: 'bad-port', port: target.slice(0, 20) }
  const port = isDigits ? Number(target) : undefined
  return { kind: 'app', host: { name, authority, port, target, space, user } }
}

/** As people write a port: no sign, no leading zero, no other digits than ours. */
const isPort = (text: string): boolean => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= MAX_PORT

/** The host name's first part; undefined where it would be too long for one. */
export function appLabel(target: string, space: string, user: string): string | undefined {
  const label = `${target}--${space}--${user}`
  return label.length <= MAX_LABEL_CHARS ? label : undefined
}

/** An app's name as a part of a host name; undefined where nothing is left of it, or where it would look like a port. */
export function appSlug(name: string): string | undefined {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  return slug === '' || /^\d+$/.test(slug) ? undefined : slug
}
