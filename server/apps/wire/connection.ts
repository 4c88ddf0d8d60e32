// One connection to an app, through the space's link, that carries request after request, as HTTP/1.1 does.

import { type SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { Carrier } from '../../../link/trunk/carrier.ts'
import { FieldsForVisitor } from '../fields.ts'
import type { Head } from './head.ts'
import { invalid, ResponseReader, type ResponseSink } from './response-reader.ts'

/** How long an app may take to end a connection that we have ended, ms. */
export const ENDING_MS = 5000
/** Where the app names no time: Node's servers close after 5 s, most others later. */
const IDLE_MS = 4000
const MAX_IDLE_MS = 60_000
/** What is subtracted from the app's own figure: a request must not meet its close on the way. */
const IDLE_MARGIN_MS = 1000

export interface AnswerSink extends ResponseSink {
  /** No end will come. `isFresh`: nothing of the answer has been seen. */
  failed(error: SkeinError, isFresh: boolean): void
  /** The app takes bytes again. */
  drained(): void
  /** All that came at once has been told. */
  told(): void
}

export interface ConnectionEvents {
  /** The answer is complete, and the connection may carry another request. */
  idle(connection: Connection): void
  /** It is gone, or about to be, and carries nothing more. */
  gone(connection: Connection): void
  /** Nothing of it is left. */
  closed(connection: Connection): void
}

export class Connection implements ResponseSink {
  readonly carrier: Carrier
  /** When it became idle or was ended, by the pool's clock. */
  sinceMs = 0
  idleMs = IDLE_MS
  /** How many requests it has carried. */
  uses = 0
  readonly fields = new FieldsForVisitor()
  readonly #reader = new ResponseReader()
  readonly #events: ConnectionEvents
  #sink: AnswerSink | undefined
  #isFresh = true
  #isSent = true
  #isGone = false

  constructor(carrier: Carrier, events: ConnectionEvents) {
    this.carrier = carrier
    this.#events = events
    carrier.attach({
      data: (chunk) => this.#take(chunk),
      drained: () => this.#sink?.drained(),
      ended: () => this.#ended(),
      closed: (error) => {
        this.#fail(error ?? invalid('it closed the connection'))
        events.closed(this)
      },
    })
  }

  get isClosed(): boolean {
    return this.carrier.isClosed
  }

  /** Sends a request's head; its body follows by `write`, then `sent`. */
  begin(method: string, head: string, sink: AnswerSink): void {
    this.uses++
    this.#sink = sink
    this.#isFresh = true
    this.#isSent = false
    this.#reader.expect(method, this)
    this.carrier.write(head)
  }

  /** Whether more may be written before `drained`. */
  write(bytes: Buffer | string): boolean {
    return this.carrier.write(bytes)
  }

  /** The request is complete. */
  sent(): void {
    this.#isSent = true
    this.#settle()
  }

  pause(): void {
    this.carrier.pause()
  }

  resume(): void {
    this.carrier.resume()
  }

  /** Gives up whatever is under way. */
  abort(): void {
    this.#sink = undefined
    this.#leave()
    this.carrier.abort()
  }

  /** Ends it in order: a link bears only so many resets. */
  retire(): void {
    this.#leave()
    this.carrier.end()
    this.carrier.resume()
  }

  // What the reader tells is handed on, and noted where it concerns the connection itself.

  interim(head: Head): void {
    this.#isFresh = false
    this.#sink?.interim(head)
  }

  head(head: Head, bodyBytes: number | undefined): void {
    this.#isFresh = false
    this.#noteIdle(head)
    this.#sink?.head(head, bodyBytes)
  }

  body(piece: Buffer, isLast: boolean): void {
    this.#sink?.body(piece, isLast)
  }

  /** The answer is complete. */
  end(trailers: readonly string[]): void {
    const sink = this.#sink
    this.#sink = undefined
    sink?.end(trailers)
    this.#settle()
  }

  switched(head: Head, rest: Buffer): void {
    const sink = this.#sink
    this.#sink = undefined
    this.#leave()
    sink?.switched(head, rest)
  }

  #take(chunk: Buffer): void {
    if (this.#isGone && !this.#sink) return
    try {
      this.#reader.push(chunk)
      this.#isFresh = false
      this.#sink?.told()
    } catch (error) {
      this.#fail(error)
      this.abort()
    }
  }

  #noteIdle({ keepAliveMs }: Head): void {
    if (keepAliveMs === undefined) return
    this.idleMs = Math.max(0, Math.min(keepAliveMs - IDLE_MARGIN_MS, MAX_IDLE_MS))
  }

  /** After the answer: kept when both sides are done with this request, else ended. */
  #settle(): void {
    if (this.#sink || this.#isGone) return
    if (this.#reader.reusable && this.#isSent) this.#events.idle(this)
    else if (this.#isSent) this.retire()
    else this.abort()
  }

  #ended(): void {
    try {
      this.#reader.ended()
      if (!this.#isGone) this.retire()
    } catch (error) {
      this.#fail(error)
      this.abort()
    }
  }

  #fail(cause: unknown): void {
    const sink = this.#sink
    this.#sink = undefined
    this.#leave()
    sink?.failed(toSkeinError(cause), this.#isFresh)
  }

  #leave(): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#events.gone(this)
  }
}
