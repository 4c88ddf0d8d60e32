// Programs that each say 1 kB ten times a second, not in step: so many timers in one process would be, since Node runs all
// that are due together and sets them anew from the same moment.

import type { ChildOptions, Program } from '../../agent/terminal/child.ts'

const EVERY_MS = 100
const STEP_MS = 2
/** Of lines, as a PTY gives them. */
export const LINES = Buffer.from(`${'x'.repeat(78)}\r\n`.repeat(13))

interface Speaker {
  readonly say: ChildOptions['onData']
  isPaused: boolean
}

export class Chatter {
  readonly #speakers: Speaker[] = []
  #said = 0

  /** Each in its turn, spread evenly over EVERY_MS; who has to wait says nothing. */
  readonly #speak = (): void => {
    const count = this.#speakers.length
    const due = Math.floor((performance.now() / EVERY_MS) * count)
    // Nobody says twice at once what he could not say before.
    for (let at = Math.max(this.#said, due - count); at < due; at++) {
      const speaker = this.#speakers[at % count]
      if (!speaker?.isPaused) speaker?.say(LINES)
    }
    this.#said = due
  }

  start({ onData }: ChildOptions): Program {
    const speaker: Speaker = { say: onData, isPaused: false }
    if (this.#speakers.push(speaker) === 1) setInterval(this.#speak, STEP_MS)
    return {
      pid: 0,
      waitingBytes: 0,
      type: (_, done) => done?.(),
      pause: () => {
        speaker.isPaused = true
      },
      resume: () => {
        speaker.isPaused = false
      },
      resize: () => undefined,
      kill: () => Promise.resolve(),
    }
  }
}
