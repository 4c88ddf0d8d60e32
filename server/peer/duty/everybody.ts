// Everybody who is with this peer: agents, and people's pages and programs. They are sent elsewhere, agents first, so that
// people find them where they go; and taken again.

import type { Clock } from '../../clock.ts'
import type { Http } from '../../http/http.ts'
import type { Links } from '../../links/links.ts'
import type { Departing } from './duty.ts'

/** Agents that are told to go are linked elsewhere within some ms each; people wait for the last of them so long, ms. */
export const AGENTS_LEAVE_MS = 2000

export interface EverybodyOptions {
  readonly links: Pick<Links, 'drain' | 'undrain' | 'endGone' | 'size'>
  readonly http: Pick<Http, 'announceDrain' | 'drain' | 'undrain' | 'sockets'>
  readonly clock: Clock
  /** What runs through the links of agents that have gone may end by itself for so long, ms. */
  readonly patienceMs: number
}

export class Everybody implements Departing {
  readonly #options: EverybodyOptions
  #leaving = new AbortController()

  constructor(options: EverybodyOptions) {
    this.#options = options
  }

  get left(): number {
    const { links, http } = this.#options
    return links.size + http.sockets
  }

  drain(): void {
    this.#leaving = new AbortController()
    // Aborted by `undrain`; nothing else in it can fail.
    this.#leave(this.#leaving.signal).catch(() => undefined)
  }

  undrain(): void {
    const { links, http } = this.#options
    this.#leaving.abort()
    links.undrain()
    http.undrain()
  }

  async #leave(signal: AbortSignal): Promise<void> {
    const { links, http, clock, patienceMs } = this.#options
    http.announceDrain()
    await links.drain(AGENTS_LEAVE_MS)
    signal.throwIfAborted()
    http.drain()
    await clock.delay(patienceMs, signal)
    links.endGone()
  }
}
