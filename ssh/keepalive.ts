// Asks the client for a sign of life. A connection whose other end is gone without a word, or that never reads, answers
// none of four and is given up, with all that it holds open in the space.

import { Message } from './messages.ts'
import { packet } from './packet.ts'
import type { Wire } from './wire.ts'

export class Keepalive {
  #unanswered = 0

  /** Any answer to a global request of ours: only these are asked. */
  answered(): void {
    this.#unanswered = 0
  }

  /** Runs until `signal`; resolves when the client is dead, rejects with the signal's reason. */
  async watch(
    wire: Wire,
    {
      everyMs,
      missed,
      delay,
      signal,
    }: {
      everyMs: number
      missed: number
      delay(ms: number, signal: AbortSignal): Promise<void>
      signal: AbortSignal
    },
  ): Promise<void> {
    for (;;) {
      await delay(everyMs, signal)
      if (this.#unanswered >= missed) return
      this.#unanswered++
      wire.send(packet(Message.globalRequest, 'keepalive@openssh.com', true))
    }
  }
}
