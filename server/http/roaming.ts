// Which other peers a page may go on at, and which pages may come here from those: the cluster's published URLs. A page of
// one of them may open WebSockets here with a ticket, and hand its session over; nothing else is taken from another origin.

import type { Elsewhere, ElsewhereNews } from '#protocol/api/live.ts'
import type { PeerUrl } from '#protocol/api/peers.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { Person } from '../identity/credential.ts'
import type { Tickets } from '../identity/tickets.ts'
import type { HttpConfig, PeersPort } from './ports.ts'

/** Named to a page; more would only make its headers long. */
export const MAX_ELSEWHERE = 32

export interface RoamingParts {
  readonly peers: Pick<PeersPort, 'published'>
  readonly tickets: Tickets
  readonly config: Pick<HttpConfig, 'peer'>
}

export class Roaming {
  readonly #parts: RoamingParts

  constructor(parts: RoamingParts) {
    this.#parts = parts
  }

  /** Those that are there beside this one; of several with one address (a load balancer's) one. */
  others(): readonly Elsewhere[] {
    const published = this.#published()
    const own = published.find(({ isSelf }) => isSelf)?.url
    const there = published.filter(({ isSelf, isThere, url }) => !isSelf && isThere && url !== own)
    const byUrl = new Map(there.map(({ name, url }) => [url, { name, url }]))
    return [...byUrl.values()].slice(0, MAX_ELSEWHERE)
  }

  /** Whether anybody else is there, by whatever address. */
  get isAlone(): boolean {
    return !this.#published().some(({ isSelf, isThere }) => !isSelf && isThere)
  }

  /** For programs: everybody who is there, this one first. */
  urls(): readonly PeerUrl[] {
    const there = this.#published().filter(({ isSelf, isThere }) => isSelf || isThere)
    return there.slice(0, MAX_ELSEWHERE).map(({ name, url, authority }) => ({
      ...{ name, url },
      ...(authority !== undefined && { authority }),
    }))
  }

  /**
   * For the policy of our pages: where they may open WebSockets, and send a session to. Also at peers that are away just now:
   * a page stays open for weeks.
   */
  sources(): { readonly sockets: readonly string[]; readonly forms: readonly string[] } {
    const published = this.#published()
    const own = published.find(({ isSelf }) => isSelf)?.url
    const others = published.filter(({ url }) => url !== own)
    const thereFirst = others.toSorted((a, b) => Number(b.isThere) - Number(a.isThere))
    const forms = [...new Set(thereFirst.map(({ url }) => url))].slice(0, MAX_ELSEWHERE)
    return { forms, sockets: forms.map((url) => url.replace(/^http/, 'ws')) }
  }

  /**
   * Undefined where there is nothing to tell. A page of an address that is not published gets no ticket: no other peer would
   * take it from there. One that came from a peer that is gone goes on getting them.
   */
  tell(person: Person, origin: string | undefined): ElsewhereNews | undefined {
    const peers = this.others()
    const page = this.#published().find(({ url }) => url === origin)
    if (peers.length === 0 && page?.isSelf !== false) return undefined
    if (!page || person.credential.kind !== 'session') return { type: 'elsewhere', peers }
    return { type: 'elsewhere', peers, ticket: this.#parts.tickets.issue(person, page.url) }
  }

  /** Throws `bad_origin` for a page that is none of the cluster's, `roaming_ticket_wrong` for a ticket that is not good. */
  admit(ticket: string, origin: string | undefined): Person {
    this.#assertPublished(origin)
    const person = this.#parts.tickets.admit(ticket, origin)
    if (!person) throw new SkeinError('roaming_ticket_wrong')
    return person
  }

  /** Throws `token_forbidden`; undefined for a page to which no other peer would listen. */
  handOver(person: Person, origin: string | undefined): string | undefined {
    if (!this.#isPublished(origin)) return undefined
    return this.#parts.tickets.handOver(person, { origin, peer: this.#parts.config.peer.id })
  }

  /** Throws `bad_origin`; undefined for a code that is not good, or no longer. */
  takeOver(code: string, origin: string | undefined): Person | undefined {
    this.#assertPublished(origin)
    return this.#parts.tickets.takeOver(code, { origin, peer: this.#parts.config.peer.id })
  }

  #assertPublished(origin: string | undefined): asserts origin is string {
    if (this.#isPublished(origin)) return
    throw new SkeinError('bad_origin', { origin: (origin ?? 'no Origin header').slice(0, 200) })
  }

  /** Also those of peers that are gone: their pages are who comes. */
  #isPublished(origin: string | undefined): origin is string {
    return this.#published().some(({ url }) => url === origin)
  }

  #published() {
    return this.#parts.peers.published?.() ?? []
  }
}
