// Messages that come before anybody can use them. Pausing a WebSocket stops its reading and nothing else: all messages
// of one read are handed out at once, so those behind the first would be lost between two listeners.

import type { RawData, WebSocket } from 'ws'

type Hear = (data: RawData, isBinary: boolean) => void

/** Keeps, from the first message on, what has come already; at most one read, since the rest waits in the kernel. */
export class HeldMessages {
  readonly #socket: WebSocket
  #held: Parameters<Hear>[] = []
  #hear: Hear

  /** The first message goes to `onFirst`; the socket stays paused from then on. */
  constructor(socket: WebSocket, onFirst: Hear) {
    this.#socket = socket
    this.#hear = (...first) => {
      if (socket.readyState !== socket.OPEN) return
      socket.pause()
      // Whoever resumes it without a release is closing it: what comes then is nobody's, and may be without end.
      this.#hear = (...later) => {
        if (socket.isPaused) this.#held.push(later)
      }
      onFirst(...first)
    }
    socket.on('message', (...message) => this.#hear(...message))
  }

  /** Gives what was kept, in order, and everything after it to `hear`, which may pause the socket again. */
  release(hear: Hear): void {
    this.#hear = hear
    this.#socket.resume()
    for (const message of this.#held) hear(...message)
    this.#held = []
  }
}
