// Carries what the client sent on a channel into a stream, a few writes at a time: meanwhile the rest waits in the inbox,
// where it is small, and the client's window is widened only when a write has left.

import type { Duplex } from 'node:stream'
import { Inbox } from './inbox.ts'

/** Writes under way: one would leave the stream idle between two. */
const MAX_WRITES = 2
/** The largest single write, bytes. */
const WRITE_BYTES = 256 * 1024

type Encode = (bytes: Buffer) => Uint8Array

export class Feed {
  /** Resolves when the end was told and everything before it has been written. */
  readonly ended: Promise<void>
  readonly #tellEnded: () => void
  readonly #onTaken: (bytes: number) => void
  readonly #inbox = new Inbox()
  #to: { readonly duplex: Duplex; readonly encode: Encode } | undefined
  #writes = 0
  #isEnding = false

  /** `onTaken` is told of each number of bytes that has left. */
  constructor(onTaken: (bytes: number) => void) {
    this.#onTaken = onTaken
    const { promise, resolve } = Promise.withResolvers<void>()
    this.ended = promise
    this.#tellEnded = resolve
  }

  push(bytes: Buffer): void {
    this.#inbox.push(bytes)
    this.#carry()
  }

  /** From now on bytes go there; before, they wait. */
  connect(duplex: Duplex, encode: Encode = (bytes) => bytes): void {
    this.#to = { duplex, encode }
    this.#carry()
  }

  /** Nothing more will be pushed. */
  end(): void {
    this.#isEnding = true
    this.#carry()
  }

  #carry(): void {
    const to = this.#to
    if (!to) return
    while (this.#writes < MAX_WRITES) {
      const bytes = this.#inbox.take(WRITE_BYTES)
      if (!bytes) break
      this.#write(to, bytes)
    }
    if (this.#isEnding && this.#writes === 0 && this.#inbox.bytes === 0) this.#tellEnded()
  }

  #write(to: { readonly duplex: Duplex; readonly encode: Encode }, bytes: Buffer): void {
    this.#writes++
    to.duplex.write(to.encode(bytes), () => {
      // A stream that takes no more ends the channel; what still comes for it goes nowhere.
      this.#writes--
      this.#onTaken(bytes.length)
      this.#carry()
    })
  }
}
