// Carries what the client sent on a channel into a stream, a few writes at a time: meanwhile the rest waits in the inbox,
// where it is small, and the client's window is widened only when a write has left.

import type { Duplex } from 'node:stream'
import { Inbox } from './inbox.ts'

/** Writes under way: one would leave the stream idle between two. */
const MAX_WRITES = 2
/** The largest single write, bytes. */
const WRITE_BYTES = 256 * 1024

/** What goes before so many bytes. */
type Head = (bytes: number) => Uint8Array

interface To {
  readonly duplex: Duplex
  readonly head: Head | undefined
}

export class Feed {
  /** Resolves when the end was told and everything before it has been written. */
  readonly ended: Promise<void>
  readonly #tellEnded: () => void
  readonly #onTaken: (bytes: number) => void
  readonly #inbox = new Inbox()
  #to: To | undefined
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
  connect(duplex: Duplex, head?: Head): void {
    this.#to = { duplex, head }
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
      const pieces = this.#inbox.take(WRITE_BYTES)
      if (pieces.length === 0) break
      this.#write(to, pieces)
    }
    if (this.#isEnding && this.#writes === 0 && this.#inbox.bytes === 0) this.#tellEnded()
  }

  /** The pieces go out as one write, behind one head, and are not copied together. */
  #write({ duplex, head }: To, pieces: readonly Buffer[]): void {
    this.#writes++
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0)
    const onWritten = () => {
      // A stream that takes no more ends the channel; what still comes for it goes nowhere.
      this.#writes--
      this.#onTaken(bytes)
      this.#carry()
    }
    duplex.cork()
    if (head) duplex.write(head(bytes))
    pieces.forEach((piece, i) => {
      if (i < pieces.length - 1) duplex.write(piece)
      else duplex.write(piece, onWritten)
    })
    duplex.uncork()
  }
}
