// Who holds how many streams of one link: a limit for all, so that the agent is not drowned, and one for each actor,
// so that nobody takes what others need.

import { SkeinError } from '#protocol/errors.ts'
import { type Actor, MAX_STREAMS_PER_ACTOR, MAX_STREAMS_PER_LINK } from '#protocol/link.ts'

export class Shares {
  readonly #byActor = new Map<string, number>()
  #total = 0

  /** Counts one stream of this actor; the answer gives it back, once. Throws `too_many_streams`. */
  take({ kind, id }: Actor): () => void {
    const actor = `${kind}:${id}`
    const held = this.#byActor.get(actor) ?? 0
    if (held >= MAX_STREAMS_PER_ACTOR) {
      throw new SkeinError('too_many_streams', { limit: MAX_STREAMS_PER_ACTOR })
    }
    if (this.#total >= MAX_STREAMS_PER_LINK) {
      throw new SkeinError('too_many_streams', { limit: MAX_STREAMS_PER_LINK })
    }
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
