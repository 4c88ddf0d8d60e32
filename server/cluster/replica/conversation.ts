// What one peer knows of another's records while they are connected. It begins anew with each connection.

import { Context } from './context.ts'
import type { Floor, Span } from './delta.ts'
import { CREDIT_BYTES } from './limits.ts'

export class Conversation {
  readonly peer: string
  /** What the other has made durable, as far as it has said so; nothing before its first word. */
  heard: Context | undefined
  /** What the other may tell of, early or in full. */
  readonly reach = new Context()
  /** What the other was told of our own reach. */
  readonly #told = new Context()
  floors: readonly Floor[] = []
  /** The question that is open. */
  asking: Asking | undefined
  /** Since when it had heard the same and held something else. */
  oddSinceMs: number | undefined
  comparedAtMs = Number.NEGATIVE_INFINITY
  /** No questions before, ms: the last answer could not be kept. */
  askAfterMs = 0
  /** Something was not pushed for want of credit; it is told once there is room. */
  isBehind = false
  readonly #pushed: { readonly spans: readonly Span[]; readonly bytes: number }[] = []

  constructor(peer: string) {
    this.peer = peer
  }

  /** Pushed and not acknowledged, bytes. */
  get underWayBytes(): number {
    return this.#pushed.reduce((total, { bytes }) => total + bytes, 0)
  }

  /** An empty way takes anything, a full one nothing. */
  isFullFor(bytes: number): boolean {
    const { underWayBytes } = this
    return underWayBytes > 0 && underWayBytes + bytes > CREDIT_BYTES
  }

  pushed(spans: readonly Span[], bytes: number): void {
    this.#pushed.push({ spans, bytes })
  }

  /** Pushes are merged one by one, and acknowledged so. */
  acked(spans: readonly Span[]): void {
    const heard = Context.of(spans)
    const at = this.#pushed.findIndex((push) => push.spans.every((span) => heard.covers(span)))
    if (at >= 0) this.#pushed.splice(at, 1)
    this.learn(spans)
  }

  /** What has to be said of our reach, which then is said. */
  tell(reach: Context): readonly Span[] {
    const spans = this.#told.missingFrom(reach)
    for (const span of spans) this.#told.add(span)
    return spans
  }

  learn(spans: readonly Span[]): void {
    this.heard ??= new Context()
    for (const span of spans) this.heard.add(span)
  }
}

export interface Asking {
  readonly id: number
  readonly spans: readonly Span[]
  readonly isReconciled: boolean
  /** Of the question or the last part of its answer. */
  sinceMs: number
}

/** What came from a peer and is being stored. */
export interface Merging {
  readonly peer: string
  readonly spans: readonly Span[]
  /** Of the question that it answers. */
  readonly id: number | undefined
  readonly isLast: boolean
}
