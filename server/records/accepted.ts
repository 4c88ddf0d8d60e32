// What everything that was accepted and is not durable yet comes to, upon what is: what the next is decided upon.

import { goingOn } from '../cluster/replica/clock.ts'
import type { Context } from '../cluster/replica/context.ts'
import type { Meta } from '../store/store.ts'
import type { Stamp } from './apply.ts'
import type { Effects } from './effects.ts'
import { tick } from './hlc.ts'
import { Overlay } from './overlay.ts'
import type { View } from './records.ts'
import type { State } from './state.ts'
import { viewOf } from './view.ts'

export class Accepted {
  readonly overlay: Overlay
  readonly view: View
  /** Others' transactions that were heard of. */
  readonly heard: Context
  readonly #origin: string
  #seq: number
  #position: number

  /** Nothing yet. */
  constructor(state: State, { origin, seq, position }: Meta, heard: Context) {
    this.overlay = new Overlay(state)
    this.view = viewOf(this.overlay)
    this.heard = heard.copy()
    this.#origin = origin
    this.#seq = seq
    this.#position = position
  }

  get seq(): number {
    return this.#seq
  }

  /** `turn`: its place in line. */
  take(effects: Effects, turn: number): void {
    const { overlay, heard } = this
    this.#seq = effects.seq
    this.#position = effects.entries.at(-1)?.position ?? this.#position
    for (const { kind, id, after } of effects.rows) overlay.put(kind, id, after, turn)
    for (const { claim, after } of effects.claims) overlay.putClaims(claim, after, turn)
    for (const tombstone of effects.tombstones) overlay.bury(tombstone, turn)
    for (const name of effects.learned?.purged ?? []) overlay.unbury(name, turn)
    for (const span of effects.learned?.spans ?? []) heard.add(span)
  }

  /** Of the next transaction; `after` is the last clock value. */
  stamp(after: bigint, atMs: number): Stamp {
    const hlc = tick(goingOn(after, atMs), atMs)
    return { origin: this.#origin, seq: this.#seq + 1, hlc, atMs, position: this.#position }
  }
}
