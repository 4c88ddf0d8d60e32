// Programs that each say 1 kB ten times a second, not in step: so many timers in one process would be, since Node runs all
// that are due together and sets them anew from the same moment.

import type { ChildOptions, Program } from '../../agent/terminal/child.ts'

const EVERY_MS = 100
const STEP_MS = 2
/** Of lines, as a PTY gives them. */
export const LINES = Buffer.from(`${'x'.repeat(78)}\r\n`.repeat(13))

export class Chatter {
  readonly #speakers: ((bytes: Uint8Array) => void)[] = []
  #said = 0

  /** What says 1 kB each time that its turn comes. */
  speak(say: (bytes: Uint8Array) => void): void {
    if (this.#speakers.push(say) === 1) setInterval(() => this.#step(), STEP_MS)
  }

  /** A terminal's program; while it has to wait it says nothing. */
  start({ onData }: ChildOptions): Program {
    let isPaused = false
    this.speak((bytes) => {
      if (!isPaused) onData(bytes)
    })
    return {
      pid: 0,
      waitingBytes: 0,
      type: (_, done) => done?.(),
      pause: () => {
        isPaused = true
      },
      resume: () => {
        isPaused = false
      },
      resize: () => undefined,
      kill: () => Promise.resolve(),
    }
  }

  /** Each in its turn, spread evenly over EVERY_MS. Nobody says twice at once what he could not say before. */
  #step(): void {
    const count = this.#speakers.length
    const due = Math.floor((performance.now() / EVERY_MS) * count)
    for (let at = Math.max(this.#said, due - count); at < due; at++) {
      this.#speakers[at % count]?.(LINES)
    }
    this.#said = due
  }
}
