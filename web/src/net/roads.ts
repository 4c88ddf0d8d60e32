// The peers over which this tab may go on: its own, which served the page, and the others that are there, for WebSockets
// alone and with the ticket that the live connection brings. Both are kept in memory, so that no storage ever holds them.

import type { Elsewhere } from '#protocol/api/live.ts'
import { SOCKET_PROTOCOL, TICKET_PROTOCOL } from '#protocol/api/live-protocols.ts'

/** A peer that said it goes is not asked again for so long: longer than it takes to go and to come back, ms. */
const LEAVING_MS = 3_000

export interface Road {
  readonly name: string
  /** An origin. */
  readonly url: string
  /** It served this page: cookies are sent there, and tickets are not needed. */
  readonly isOwn: boolean
}

export interface RoadParts {
  /** The page's origin. */
  readonly own: string
  readonly nowMs: () => number
  readonly random: () => number
}

export class Roads {
  readonly #parts: RoadParts
  readonly own: Road
  #others: readonly Road[] = []
  #ticket: string | undefined
  #best: Road
  /** The live connection is at our own peer: whatever else worked, that one serves us. */
  isHome = false
  readonly #leavingUntilMs = new Map<string, number>()

  constructor(parts: RoadParts) {
    this.#parts = parts
    this.own = { name: '', url: parts.own, isOwn: true }
    this.#best = this.own
  }

  /** What a peer says of the others. Those that this page could not open anyway are left out. */
  learn(peers: readonly Elsewhere[], ticket: string | undefined): void {
    const { own, random } = this.#parts
    const reachable = peers.filter(({ url }) => url !== own && isReachable(own, url))
    // Each tab in an order of its own, so that a thousand do not all go to one peer.
    const shuffled = reachable.map((peer) => ({ peer, at: random() })).sort((a, b) => a.at - b.at)
    const known = new Map(this.#others.map((road) => [road.url, road]))
    const now = shuffled.map(({ peer }) => known.get(peer.url) ?? { ...peer, isOwn: false })
    // A peer that speaks of the others does not name itself: the one over which we hear this stays.
    const kept = this.#best.isOwn || now.includes(this.#best) ? [] : [this.#best]
    this.#others = [...kept, ...now]
    this.#ticket = ticket ?? this.#ticket
  }

  /** Also those to which we have no ticket any more: a person may open them. */
  get others(): readonly Road[] {
    return this.#others
  }

  /** All ways, the best first; those whose peer said that it goes come last. */
  order(): readonly Road[] {
    const others = this.#ticket === undefined ? [] : this.#others
    const first = this.isHome ? this.own : this.#best
    const all = [...new Set([first, this.#best, this.own, ...others])]
    const usable = all.filter((road) => road.isOwn || others.includes(road))
    const leaving = usable.filter((road) => this.#isLeaving(road))
    return [...usable.filter((road) => !leaving.includes(road)), ...leaving]
  }

  /** The way by which somebody came through: whoever dials next begins with it. */
  worked(road: Road): void {
    this.#best = road
  }

  /** Its peer said that it goes. */
  leaving(road: Road): void {
    this.#leavingUntilMs.set(road.url, this.#parts.nowMs() + LEAVING_MS)
  }

  /** A WebSocket to what `path` names at the road's peer. */
  address({ url }: Road, path: string): string {
    return url.replace(/^http/, 'ws') + path
  }

  /** What to offer there: the ticket, where no cookie is sent. */
  protocols({ isOwn }: Road): string[] {
    return isOwn ? [] : [SOCKET_PROTOCOL, TICKET_PROTOCOL + (this.#ticket ?? '')]
  }

  #isLeaving({ url }: Road): boolean {
    return (this.#leavingUntilMs.get(url) ?? 0) > this.#parts.nowMs()
  }
}

/** A secure page may open no plain WebSocket, and a page from elsewhere finds nobody at this machine's own address. */
function isReachable(own: string, url: string): boolean {
  if (own.startsWith('https:') && !url.startsWith('https:')) return false
  return isLocal(own) || !isLocal(url)
}

const isLocal = (origin: string): boolean =>
  /^https?:\/\/(localhost|127\.[\d.]+|\[::1\])(:\d+)?$/.test(origin)
