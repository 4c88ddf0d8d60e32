// Somebody at a browser's terminal who types a letter and waits for its echo.

import type { Api } from './api.ts'
import { TestTerminal } from './terminal.ts'

/** An echo that has not come by then does not come, ms. */
const PATIENCE_MS = 20_000

export class Typist {
  readonly #terminal: TestTerminal
  #typed = 0

  private constructor(terminal: TestTerminal) {
    this.#terminal = terminal
  }

  static async open(api: Api, spaceId: string): Promise<Typist> {
    const terminal = await TestTerminal.open(api, spaceId, 'typist')
    // Nothing but the terminal itself echoes then, and no prompt comes between.
    terminal.type('exec cat > /dev/null\r')
    await terminal.until(/cat > \/dev\/null/)
    return new Typist(terminal)
  }

  /** Resolves when the letter that was typed has come back. */
  async echo(): Promise<void> {
    const letter = String.fromCharCode(97 + (this.#typed++ % 26))
    const came = Promise.withResolvers<void>()
    this.#terminal.onOutput = (bytes) => {
      if (Buffer.from(bytes).includes(letter)) came.resolve()
    }
    const late = setTimeout(() => came.reject(new Error('no echo')), PATIENCE_MS)
    this.#terminal.type(this.#typed % 60 === 0 ? `${letter}\r` : letter)
    try {
      await came.promise
    } finally {
      clearTimeout(late)
    }
  }

  close(): void {
    this.#terminal.close()
  }
}
