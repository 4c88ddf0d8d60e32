// Carries both outputs of a program to one stream, and no faster than its reader takes them: while the stream is full
// the pipes are not read, and so the program itself waits. `exec` and `session` streams differ in the pieces only.

import type { ChildProcess } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'

/** How the bytes of each output are written to the stream. */
export interface OutputPieces {
  stdout(bytes: Uint8Array): Uint8Array
  stderr(bytes: Uint8Array): Uint8Array
}

/**
 * How long after the program's end a silent pipe is still read, in milliseconds. A child left in the background holds
 * the pipe open for as long as it lives, and nobody wants to wait for that.
 */
export const QUIET_MS = 500

export class ProgramOutput {
  /** Resolves when both outputs have ended, or the program has and its pipes are quiet. */
  readonly finished: Promise<void>
  readonly #pipes: readonly Readable[]
  readonly #to: Writable
  #exited = false
  #patience: NodeJS.Timeout | undefined

  constructor(child: ChildProcess, to: Writable, exited: Promise<unknown>, pieces: OutputPieces) {
    this.#to = to
    const { stdout, stderr } = child
    this.#pipes = [stdout, stderr].filter((pipe) => pipe !== null)
    const ends = [
      this.#carry(stdout, pieces.stdout),
      this.#carry(stderr, pieces.stderr),
      exited.then(() => {
        this.#exited = true
        this.#waitForQuiet()
      }),
    ]
    this.finished = Promise.all(ends).then(() => clearTimeout(this.#patience))
    to.on('drain', () => this.#resume())
    to.on('close', () => this.#stop())
  }

  #carry(pipe: Readable | null, encode: (bytes: Uint8Array) => Uint8Array): Promise<void> {
    if (pipe === null) return Promise.resolve()
    pipe.on('data', (bytes: Buffer) => {
      if (!this.#to.write(encode(bytes))) this.#pause()
      this.#waitForQuiet()
    })
    return new Promise((resolve) => pipe.once('close', resolve))
  }

  #pause(): void {
    for (const pipe of this.#pipes) pipe.pause()
  }

  #resume(): void {
    for (const pipe of this.#pipes) pipe.resume()
    this.#waitForQuiet()
  }

  /** Starts the patience anew; a reader that is slow is not silence. */
  #waitForQuiet(): void {
    if (!this.#exited) return
    clearTimeout(this.#patience)
    if (!this.#to.writableNeedDrain) this.#patience = setTimeout(() => this.#stop(), QUIET_MS)
  }

  #stop(): void {
    for (const pipe of this.#pipes) pipe.destroy()
  }
}
