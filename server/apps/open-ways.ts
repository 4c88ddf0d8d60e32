// Every exchange and socket that is under way to an app: counted for each visitor, and ended when its session or its
// right has ended, since a download or a socket may last for days.

import { SkeinError } from '#protocol/errors.ts'
import type { SpaceId } from '#protocol/ids.ts'
import type { SessionClaims } from '../identity/token.ts'

/** Of one visitor to one port: three browsers' worth of requests and sockets. */
export const MAX_PER_VISITOR = 64

export interface Way {
  /** Person, or address where there is no pass, and port: whose share it counts to. */
  readonly visitor: string
  readonly spaceId: SpaceId
  /** Absent for what is public and came without a pass. */
  readonly claims: SessionClaims | undefined
  /** Whether it may still be open. */
  holds(): boolean
  end(): void
}

export class OpenWays {
  readonly #ways = new Set<Way>()
  readonly #counts = new Map<string, number>()

  get size(): number {
    return this.#ways.size
  }

  /** Throws `rate_limited` for a visitor who has too many. */
  add(way: Way): void {
    const count = this.#counts.get(way.visitor) ?? 0
    if (count >= MAX_PER_VISITOR) throw new SkeinError('rate_limited', { seconds: 1 })
    this.#counts.set(way.visitor, count + 1)
    this.#ways.add(way)
  }

  delete(way: Way): void {
    if (!this.#ways.delete(way)) return
    const count = (this.#counts.get(way.visitor) ?? 1) - 1
    if (count === 0) this.#counts.delete(way.visitor)
    else this.#counts.set(way.visitor, count)
  }

  /** Ends what `concerns` and no longer holds. */
  recheck(concerns: (way: Way) => boolean): void {
    for (const way of this.#ways) if (concerns(way) && !way.holds()) way.end()
  }

  close(): void {
    for (const way of this.#ways) way.end()
  }
}
