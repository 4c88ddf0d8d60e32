// Who holds how many streams of one link, or of one way to another peer: a limit for all, so that the other end is not
// drowned, and one for each actor, so that nobody takes what others need.

import { SkeinError } from '#protocol/errors.ts'
import {
  type Actor,
  MAX_STREAMS_PER_ACTOR,
  MAX_STREAMS_PER_HOP,
  MAX_STREAMS_PER_HOP_ACTOR,
  MAX_STREAMS_PER_LINK,
} from '#protocol/link.ts'

export interface ShareLimits {
  readonly all: number
  readonly perActor: number
}

export const linkShares: ShareLimits = {
  all: MAX_STREAMS_PER_LINK,
  perActor: MAX_STREAMS_PER_ACTOR,
}
export const hopShares: ShareLimits = {
  all: MAX_STREAMS_PER_HOP,
  perActor: MAX_STREAMS_PER_HOP_ACTOR,
}

export class Shares {
  readonly #limits: ShareLimits
  readonly #byActor = new Map<string, number>()
  #total = 0

  constructor(limits: ShareLimits) {
    this.#limits = limits
  }

  get held(): number {
    return this.#total
  }

  /** Counts one stream of this actor; the answer gives it back, once. Throws `too_many_streams`. */
  take({ kind, id }: Actor): () => void {
    const actor = `${kind}:${id}`
    const held = this.#byActor.get(actor) ?? 0
    const { all, perActor } = this.#limits
    if (held >= perActor) throw new SkeinError('too_many_streams', { limit: perActor })
    if (this.#total >= all) throw new SkeinError('too_many_streams', { limit: all })
    this.#total++
    this.#byActor.set(actor, held + 1)
    let isHeld = true
    return () => {
      if (isHeld) this.#giveBack(actor)
      isHeld = false
    }
  }

  #giveBack(actor: string): void {
    this.#total--
    const left = (this.#byActor.get(actor) ?? 1) - 1
    if (left > 0) this.#byActor.set(actor, left)
    else this.#byActor.delete(actor)
  }
}
