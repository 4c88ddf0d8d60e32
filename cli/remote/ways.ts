// The addresses at which one's cluster answers: the server that one signed in to, and the peers that it named. They are
// tried in turn, the one that worked last first. Pure.

import { SkeinError } from '#protocol/errors.ts'
import type { Access } from './access.ts'

/** Others are remembered for as long as they are named; a cluster has some dozen at most. */
export const MAX_OTHERS = 32

/** A peer as a server named it, checked. */
export interface OtherPeer {
  /** An origin. */
  readonly url: string
  /** PEM of its own authority. */
  readonly authority?: string
}

export class Ways {
  /** The server for which the token was given. */
  readonly home: Access
  #order: readonly Access[]

  constructor(home: Access, others: readonly OtherPeer[] = []) {
    this.home = home
    this.#order = [home]
    this.learn(others)
  }

  /** The best first. */
  get order(): readonly Access[] {
    return this.#order
  }

  /** What a server says of the others; what is known already keeps its place. */
  learn(others: readonly OtherPeer[]): void {
    const { origin } = this.home
    const fitting = others.filter(({ url }) => url !== origin && isAsSafe(origin, url))
    const named = fitting.slice(0, MAX_OTHERS).map((peer) => asAccess(this.home, peer))
    const isKnown = (one: Access): boolean => this.#order.some((old) => old.origin === one.origin)
    const kept = this.#order.filter(
      (one) => one.origin === origin || named.some((now) => now.origin === one.origin),
    )
    this.#order = [...kept, ...named.filter((one) => !isKnown(one))]
  }

  /** It answered: whoever asks next begins with it. */
  worked(access: Access): void {
    this.#order = [access, ...this.#order.filter((one) => one !== access)]
  }

  /** It goes, or cannot reach what was asked for: whoever asks next ends with it. */
  failed(access: Access): void {
    this.#order = [...this.#order.filter((one) => one !== access), access]
  }

  /** Whether an answer of this peer is the cluster's. Only the server of the login is believed that the login is gone. */
  isFinal(access: Access, error: unknown): boolean {
    if (!(error instanceof SkeinError)) return true
    if (access === this.home) return !passing.has(error.code)
    return !passing.has(error.code) && !foreign.has(error.code)
  }
}

/** What another peer may answer otherwise: agents, too, are back at some peer a moment later. */
const passing: ReadonlySet<string> = new Set([
  'server_unreachable',
  'unavailable',
  'agent_not_linked',
])

/** What an address says that is none of the cluster's any more. */
const foreign: ReadonlySet<string> = new Set(['certificate_untrusted', 'login_needed', 'bad_host'])

/** A token that was given over HTTPS is never sent without. */
const isAsSafe = (home: string, url: string): boolean =>
  !home.startsWith('https:') || url.startsWith('https:')

/** Its authority comes from a server that was verified; one that was given for the login may have signed all. */
function asAccess({ token, ca }: Access, { url, authority }: OtherPeer): Access {
  const trusted = [authority, ca].filter((pem) => pem !== undefined).join('\n')
  return {
    origin: url,
    ...(token !== undefined && { token }),
    ...(trusted !== '' && { ca: trusted }),
  }
}
