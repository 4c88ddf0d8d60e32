// One far side that outlives the connections to it: what it wrote and nobody has acked is kept, and it waits when that
// is too much; what it is sent twice it gets once. At most one connection at a time carries it.

import { randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import {
  type ByteAttach,
  type ByteAttached,
  readByteEnded,
} from '#protocol/numbered/byte-messages.ts'
import {
  encodeAt,
  encodeJson,
  type NumberedFrame,
  NumberedType,
  readAt,
  readBytes,
} from '#protocol/numbered/frames.ts'
import { HeardBytes } from '#protocol/numbered/heard.ts'
import { KeptBytes } from '#protocol/numbered/kept.ts'
import type { Clock } from '../clock.ts'

/** How long it is kept without a client, milliseconds: longer than a laptop's way from one network to the next. */
export const KEEP_MS = 10 * 60 * 1000

/** A connection to the client. */
export interface Connection {
  /** False when it is full: nothing more is sent until `drained`. */
  send(frame: Uint8Array): boolean
  /** All has been said and acked. */
  finish(): void
  /** The client has attached again elsewhere. */
  replaced(): void
}

export interface ResumedOptions {
  readonly far: Duplex
  readonly client: string
  readonly clock: Clock
  /** Once: it is over, or was away for too long. */
  onOver(): void
}

export class Resumed {
  readonly client: string
  readonly #run = randomBytes(16).toString('hex')
  readonly #far: Duplex
  readonly #clock: Clock
  readonly #onOver: () => void
  readonly #out = new KeptBytes(NumberedType.out)
  readonly #in = new HeardBytes()
  #connection: Connection | undefined
  /** Everything before it was sent on this connection. */
  #sent = 0
  #isFull = false
  #isOver = false
  /** Ends the wait for a client that is away. */
  #returned = new AbortController()
  #awaySinceMs: number

  constructor({ far, client, clock, onOver }: ResumedOptions) {
    this.client = client
    this.#far = far
    this.#clock = clock
    this.#onOver = onOver
    this.#awaySinceMs = clock.monotonicMs()
    far.on('data', (bytes: Uint8Array) => this.#wrote(bytes))
    far.on('end', () => this.#farEnded(true))
    far.on('error', () => this.#farEnded(false))
    far.on('close', () => this.#farClosed())
    this.#waitForClient()
  }

  /** Since when nobody is attached, monotonic milliseconds; undefined while somebody is. */
  get awaySinceMs(): number | undefined {
    return this.#connection ? undefined : this.#awaySinceMs
  }

  /**
   * The answer to an attach. `gone` for another run; a client that never heard an answer begins at 0. Throws
   * `frame_invalid` for a position that cannot be.
   */
  answer({ run, seen = 0 }: ByteAttach): ByteAttached {
    if (run !== undefined && run !== this.#run) return { mode: 'gone' }
    if (!this.#out.holds(seen)) {
      if (run === undefined) return { mode: 'gone' }
      throw new SkeinError('frame_invalid', { reason: `seen ${seen}` })
    }
    return { mode: 'resume', run: this.#run, from: seen, heard: this.#in.heard }
  }

  /** Goes on with this connection, which was answered to resume at `from`. */
  attach(connection: Connection, from: number): void {
    this.#connection?.replaced()
    this.#returned.abort()
    this.#connection = connection
    this.#sent = from
    this.#isFull = false
    this.#send(encodeAt(NumberedType.ackIn, this.#in.restart()))
    this.#pump()
  }

  detach(connection: Connection): void {
    if (this.#connection !== connection) return
    this.#connection = undefined
    this.#awaySinceMs = this.#clock.monotonicMs()
    this.#out.trim()
    this.#waitForClient()
  }

  /** The connection has room again. */
  drained(connection: Connection): void {
    if (this.#connection !== connection) return
    this.#isFull = false
    this.#pump()
  }

  /** A frame of the client that is attached. Throws `frame_invalid`. */
  take({ type, body }: NumberedFrame): void {
    switch (type) {
      case NumberedType.in:
        this.#input(readAt(body), readBytes(body))
        return
      case NumberedType.fin:
        readByteEnded(readBytes(body))
        if (this.#in.end(readAt(body))) this.#far.end()
        this.#passedOn(0)
        return
      case NumberedType.ackOut:
        this.#out.ack(readAt(body))
        if (!this.#out.isFull) this.#far.resume()
        this.#endIfDone()
        return
      case NumberedType.ping:
        this.#send(encodeAt(NumberedType.pong, readAt(body)))
        return
      case NumberedType.error:
        this.destroy()
        return
      default:
        throw new SkeinError('frame_invalid', { reason: `type ${type} from a client` })
    }
  }

  /** Ends it at once, whatever is still to be told. */
  destroy(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#returned.abort()
    this.#far.destroy()
    const connection = this.#connection
    this.#connection = undefined
    connection?.finish()
    this.#onOver()
  }

  #wrote(bytes: Uint8Array): void {
    this.#out.add(bytes)
    if (this.#out.isFull) this.#far.pause()
    this.#pump()
  }

  #farEnded(ok: boolean): void {
    this.#out.finish({ ok })
    this.#pump()
  }

  /** What it was sent and will never take is taken as heard, or the client would wait for ever. */
  #farClosed(): void {
    this.#farEnded(false)
    this.#passedOn(this.#in.waitingBytes)
    this.#endIfDone()
  }

  #input(at: number, bytes: Uint8Array): void {
    const fresh = this.#in.take(at, bytes)
    if (fresh.length === 0) return
    if (this.#far.destroyed || !this.#far.writable) {
      this.#passedOn(fresh.length)
      return
    }
    // A copy: it may be a view of the chunk in which it came.
    this.#far.write(Buffer.from(fresh), () => this.#passedOn(fresh.length))
  }

  #passedOn(bytes: number): void {
    const due = this.#in.passOn(bytes)
    if (due !== undefined) this.#send(encodeAt(NumberedType.ackIn, due))
    this.#endIfDone()
  }

  #endIfDone(): void {
    const isHeard = this.#in.isEnded || this.#far.destroyed
    if (this.#out.isDone && isHeard && this.#in.waitingBytes === 0) this.destroy()
  }

  #pump(): void {
    while (this.#connection && !this.#isFull) {
      const next = this.#out.frameAt(this.#sent)
      if (!next) return
      this.#sent = next.next
      this.#send(next.frame)
    }
  }

  #send(frame: Uint8Array): void {
    if (this.#connection?.send(frame) === false) this.#isFull = true
  }

  #waitForClient(): void {
    this.#returned = new AbortController()
    this.#clock.delay(KEEP_MS, this.#returned.signal).then(
      () => this.destroy(),
      () => undefined,
    )
  }
}

export const attachedFrame = (answer: ByteAttached): Uint8Array =>
  encodeJson(NumberedType.attached, answer)
