// The round trip of one keystroke: type one byte, wait until it comes back.

import type { TestTerminal } from '../tests/support/terminal.ts'

/** What can be typed at and heard from; ours and the bare server's terminal both are. */
export interface Echoing {
  type(text: string): void
  onOutput: ((bytes: Uint8Array) => void) | undefined
}

/** Pause between keystrokes, ms: faster than any typist, slow enough that each is alone. */
const GAP_MS = 4

export async function echo(terminal: Echoing | TestTerminal, count: number): Promise<number[]> {
  const samples: number[] = []
  for (let i = 0; i < count; i++) {
    const key = i % 2 === 0 ? 'x' : 'y'
    const { promise, resolve } = Promise.withResolvers<void>()
    terminal.onOutput = (bytes) => {
      if (Buffer.from(bytes).includes(key)) resolve()
    }
    const began = performance.now()
    terminal.type(key)
    await promise
    samples.push(performance.now() - began)
    await new Promise((resolve) => setTimeout(resolve, GAP_MS))
  }
  terminal.onOutput = undefined
  return samples
}
