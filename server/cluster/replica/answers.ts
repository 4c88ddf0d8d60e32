// Answering others' questions: piece by piece, the newest first, and no more at once than its asker has room for.

import type { Bucket, Delta, Span } from './delta.ts'
import { sizeOfDelta } from './delta-codec.ts'
import { send, type Turn } from './effect.ts'
import { BUCKETS_AT_ONCE, COLLECT_SEQS, CREDIT_BYTES } from './limits.ts'
import type { Local } from './local.ts'
import type { Message } from './message.ts'
import { halved, inPieces } from './pieces.ts'
import { isBelowFloor } from './purge.ts'
import type { ReplicatorRules } from './rules.ts'

interface Answer {
  readonly id: number
  readonly peer: string
  readonly pieces: Span[]
  readonly buckets: readonly Bucket[]
  readonly isReconciled: boolean
  sentBytes: number
}

interface Parts {
  readonly local: Local
  readonly rules: ReplicatorRules
  readonly nextTicket: () => number
  /** What a message to that peer has to say of our reach, which it then has been told. */
  readonly tell: (peer: string) => readonly Span[]
}

export class Answers {
  readonly #parts: Parts
  /** By ticket: what is being collected, and which spans. */
  readonly #collecting = new Map<number, { answer: Answer; spans: readonly Span[] }>()
  /** One answer for each peer; a new question takes the place of the last. */
  readonly #answers = new Map<string, Answer>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  forget(peer: string): void {
    this.#answers.delete(peer)
  }

  need(turn: Turn, peer: string, { id, spans, isReconciled }: Message & { type: 'need' }): void {
    const { local } = this.#parts
    // What is not here in full cannot be answered for.
    const pieces = spans.filter((span) => local.heard.covers(span)).flatMap(inPieces)
    const answer = { id, peer, pieces, buckets: [], isReconciled, sentBytes: 0 }
    if (this.#isBelow(turn, answer, spans)) return
    this.#answers.set(peer, answer)
    this.#next(turn, answer)
  }

  buckets(turn: Turn, peer: string, { id, buckets }: Message & { type: 'buckets' }): void {
    const few = buckets.slice(0, BUCKETS_AT_ONCE)
    const answer = { id, peer, pieces: [], buckets: few, isReconciled: false, sentBytes: 0 }
    this.#answers.set(peer, answer)
    this.#collect(turn, answer, [])
  }

  compare(turn: Turn, peer: string, { id }: Message & { type: 'compare' }): void {
    const { heard, prints } = this.#parts.local
    send(turn, peer, { type: 'sums', id, heard: heard.spans(), sums: prints.all() })
  }

  /** Whether the ticket was one of ours. */
  collected(turn: Turn, ticket: number, delta: Delta): boolean {
    const collecting = this.#collecting.get(ticket)
    this.#collecting.delete(ticket)
    if (!collecting) return false
    const { answer, spans } = collecting
    if (this.#answers.get(answer.peer) !== answer || this.#isBelow(turn, answer, spans)) return true
    const bytes = sizeOfDelta(delta)
    const halves = bytes > CREDIT_BYTES ? halved(spans) : undefined
    if (halves) {
      const [now, later] = halves
      answer.pieces.unshift(...later)
      this.#collect(turn, answer, now)
      return true
    }
    answer.sentBytes += bytes
    const isLast = answer.pieces.length === 0 || answer.sentBytes >= CREDIT_BYTES
    this.#send(turn, answer, delta, isLast)
    if (isLast) this.#answers.delete(answer.peer)
    else this.#next(turn, answer)
    return true
  }

  /** Whoever asked will ask again, here or elsewhere. */
  failed(ticket: number): void {
    const collecting = this.#collecting.get(ticket)
    this.#collecting.delete(ticket)
    if (collecting && this.#answers.get(collecting.answer.peer) === collecting.answer) {
      this.#answers.delete(collecting.answer.peer)
    }
  }

  /** Looked at after collecting, too: a purge may have come between. */
  #isBelow(turn: Turn, { peer, id, isReconciled }: Answer, spans: readonly Span[]): boolean {
    const { local, rules } = this.#parts
    if (isReconciled || !rules.heedsFloors || !isBelowFloor(spans, local.floors)) return false
    this.#answers.delete(peer)
    send(turn, peer, { type: 'below', id, floors: local.floors })
    return true
  }

  #next(turn: Turn, answer: Answer): void {
    const spans: Span[] = []
    let seqs = 0
    while (seqs < COLLECT_SEQS) {
      const piece = answer.pieces.shift()
      if (!piece) break
      spans.push(piece)
      seqs += piece.high - piece.low + 1
    }
    if (spans.length > 0) this.#collect(turn, answer, spans)
    else this.#send(turn, answer, nothing, true)
  }

  #collect(turn: Turn, answer: Answer, spans: readonly Span[]): void {
    const ticket = this.#parts.nextTicket()
    this.#collecting.set(ticket, { answer, spans })
    turn.effects.push({ type: 'collect', ticket, spans, buckets: answer.buckets })
  }

  #send(turn: Turn, { id, peer, isReconciled }: Answer, delta: Delta, isLast: boolean): void {
    const { local, rules, tell } = this.#parts
    const floors = isReconciled && rules.passesFloors ? { floors: local.floors } : {}
    const message = { type: 'range', id, isLast, reach: tell(peer) } as const
    send(turn, peer, { ...message, delta: { ...delta, ...floors } })
  }
}

const nothing: Delta = { rows: [], claims: [], tombstones: [], entries: [], spans: [] }
