// How many costly works run at once. Password hashing takes a thread and 19 MiB for tens of milliseconds each, so a
// burst of logins waits in line here instead of taking the whole thread pool from file and DNS work.

import { SkeinError } from '#protocol/errors.ts'

export class Gate {
  readonly #limit: number
  readonly #maxWaiting: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(limit: number, maxWaiting: number) {
    this.#limit = limit
    this.#maxWaiting = maxWaiting
  }

  /** Runs `work` when its turn comes. Rejects with `rate_limited` when the line is full. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) await this.#turn()
    else this.#running++
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      // The place is handed on as it is, so a newcomer cannot overtake those who wait.
      if (next) next()
      else this.#running--
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= this.#maxWaiting) {
      throw new SkeinError('rate_limited', { seconds: 1 })
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}
