// Probes on behalf of others (SWIM's ping-req): the answer goes on to whoever asked, and so does, in time, that there was
// none (Lifeguard's nack), which proves that we are well ourselves.

import type { PeerId } from '#protocol/ids.ts'
import type { Carrier, Turn } from './effect.ts'
import { MAX_RELAYS, NACK_AFTER, PERIOD_MS, RELAYED_MS } from './limits.ts'
import type { Message } from './message.ts'
import type { Send } from './send.ts'

interface Errand {
  readonly target: PeerId
  readonly asker: string
  readonly over: Carrier
  readonly askerSeq: number
  /** When the asker is told that there was no answer, and when we forget. */
  readonly nackMs: number
  readonly endMs: number
  toldNack: boolean
}

interface Request {
  readonly message: Message & { type: 'ping-request' }
  readonly from: string
  readonly over: Carrier
}

export class Errands {
  readonly #send: Send
  readonly #errands = new Map<number, Errand>()

  constructor(send: Send) {
    this.#send = send
  }

  run(turn: Turn): void {
    for (const [seq, errand] of this.#errands) this.#attend(turn, seq, errand)
  }

  nextMs(): number {
    let next = Number.POSITIVE_INFINITY
    for (const { toldNack, nackMs, endMs } of this.#errands.values()) {
      next = Math.min(next, toldNack ? endMs : nackMs)
    }
    return next
  }

  /** The ping of that number is one for somebody else; false where there are too many. */
  take(turn: Turn, seq: number, { message, from, over }: Request): boolean {
    if (this.#errands.size >= MAX_RELAYS) return false
    this.#errands.set(seq, {
      target: message.target,
      asker: from,
      over,
      askerSeq: message.seq,
      nackMs: turn.nowMs + RELAYED_MS * NACK_AFTER,
      endMs: turn.nowMs + PERIOD_MS,
      toldNack: false,
    })
    return true
  }

  answered(turn: Turn, { seq, from, wallMs }: Message & { type: 'ack' }): void {
    const errand = this.#errands.get(seq)
    if (errand?.target !== from) return
    this.#errands.delete(seq)
    this.#send(turn, errand.asker, errand.over, { type: 'ack', seq: errand.askerSeq, wallMs })
  }

  #attend(turn: Turn, seq: number, errand: Errand): void {
    if (!errand.toldNack && turn.nowMs >= errand.nackMs) {
      errand.toldNack = true
      this.#send(turn, errand.asker, errand.over, { type: 'nack', seq: errand.askerSeq })
    }
    if (turn.nowMs >= errand.endMs) this.#errands.delete(seq)
  }
}
