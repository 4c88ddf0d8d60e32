// The first step of every request and upgrade: by which name we are called, from where, and who is signed in. What
// is refused here never reaches a route.

import { SkeinError } from '#protocol/errors.ts'
import type { Person } from '../identity/credential.ts'
import type { Identity } from '../identity/identity.ts'
import { SESSION_MS } from '../identity/sessions.ts'
import { ClientAddress } from './address.ts'
import { readBearer } from './bearer.ts'
import { readCookie, writeCookie } from './cookie.ts'
import { checkHost, checkOrigin, type Entry } from './entry.ts'
import { asForwarded } from './forwarded.ts'
import { type HostName, originOf, schemeOf } from './host.ts'
import type { HttpConfig } from './ports.ts'
import type { Roaming } from './roaming.ts'
import type { Call } from './route.ts'

/** What is known of a request before its route is. */
export type Visitor = Pick<
  Call,
  'host' | 'hostName' | 'origin' | 'address' | 'client' | 'person' | 'setCookie'
>

export class Front {
  readonly #config: HttpConfig
  readonly #identity: Identity
  readonly #address: ClientAddress
  readonly #roaming: Roaming

  constructor(config: HttpConfig, identity: Identity, roaming: Roaming) {
    this.#config = config
    this.#identity = identity
    this.#roaming = roaming
    this.#address = new ClientAddress(config)
  }

  /** This server as whoever asks reaches it: the public URL, else the checked name. Throws as `receive` does. */
  origin(entry: Entry, socketAddress: string | undefined): string {
    const config = this.#config
    const host = this.#hostOf(entry, socketAddress)
    if (config.publicUrl !== undefined) return new URL(config.publicUrl).origin
    return originOf(host, schemeOf(host, config))
  }

  /** Throws `bad_request`, `bad_host`, `bad_proxy`, `bad_origin`, `token_wrong` or `rate_limited`. */
  receive(entry: Entry, socketAddress: string | undefined): Visitor {
    return this.#visitor(entry, socketAddress, (host, address) => {
      const bearer = readBearer(entry.header('authorization'))
      return bearer === undefined ? this.#byCookie(entry, host) : this.#byToken(bearer, address)
    })
  }

  /**
   * A page of another peer of the cluster, which has gone. Its ticket decides alone: a cookie of ours may be another
   * person's. Throws as `receive` does, and `roaming_ticket_wrong`.
   */
  receiveRoaming(entry: Entry, socketAddress: string | undefined, ticket: string): Visitor {
    const who = () => this.#roaming.admit(ticket, entry.header('origin'))
    return this.#visitor(entry, socketAddress, who)
  }

  /** Somebody with a handover in the body, which is still to be read; the origin is checked with that. */
  receiveHandover(entry: Entry, socketAddress: string | undefined): Visitor {
    return this.#visitor(entry, socketAddress, () => undefined)
  }

  #visitor(
    entry: Entry,
    socketAddress: string | undefined,
    who: (host: HostName, address: string) => Person | undefined,
  ): Visitor {
    const config = this.#config
    const host = this.#hostOf(entry, socketAddress)
    const address = this.#address.of(socketAddress, entry.header('x-forwarded-for'))
    return {
      host,
      address,
      hostName: host.name,
      origin: entry.header('origin'),
      client: entry.header('user-agent') ?? '',
      person: who(host, address),
      setCookie: (fresh) =>
        fresh === undefined
          ? writeCookie('', 0, host, config)
          : writeCookie(fresh, SESSION_MS, host, config),
    }
  }

  /** How the browser calls us. */
  #hostOf(entry: Entry, socketAddress: string | undefined): HostName {
    const host = checkHost(entry, this.#config)
    return this.#address.trusts(socketAddress) ? asForwarded(host, entry, this.#config) : host
  }

  #byCookie(entry: Entry, host: HostName): Person | undefined {
    const token = readCookie(entry.header('cookie'), host, this.#config)
    const person = this.#identity.sessions.authenticate(token)
    // Any cookie counts, also one that no longer holds: a browser sent it.
    checkOrigin(entry, host, token !== undefined, this.#config)
    return person
  }

  /**
   * A token decides alone, whatever cookie comes with it. Its origin is not asked: no page of another site can send
   * the header without asking us first, and we never say yes. Only wrong tokens count as attempts.
   */
  #byToken(bearer: string, address: string): Person {
    const person = this.#identity.tokens.authenticate(bearer)
    if (person) return person
    this.#identity.sessions.countAttempt(address)
    throw new SkeinError('token_wrong')
  }
}

/** Where the request line itself names a host (absolute form), that name counts as well. */
export function authorityOf(requestTarget: string, hostHeader: string): string {
  return /^[a-z]+:\/\/([^/?#]*)/i.exec(requestTarget)?.[1] ?? hostHeader
}

/** The values of one header from Node's flat list of names and values. */
export function rawValues(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name)
}
