// How many requests a connection may send ahead of their answers. Node hands on all that one read of 64 kB brings, hundreds of
// small ones, before anybody else gets a turn; no browser sends any ahead, and programs that do send a few.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Requests of one connection that came before the answer to the one before them, and wait for their own. */
export const MAX_AHEAD = 16

class Line {
  last: ServerResponse
  #ahead = 0

  constructor(first: ServerResponse) {
    this.last = first
  }

  /** Whether it may wait here. Answers go in order, so that nobody waits once the last is out. */
  takes(response: ServerResponse): boolean {
    const isAhead = !this.last.writableFinished
    this.last = response
    if (!isAhead) return true
    response.on('close', this.#left)
    return ++this.#ahead <= MAX_AHEAD
  }

  readonly #left = (): void => {
    this.#ahead--
  }
}

/** Ends a connection that sends more ahead, and hears nothing of it any more. */
export function limitAhead(listener: RequestListener): RequestListener {
  const lines = new WeakMap<Socket, Line>()
  return (request: IncomingMessage, response) => {
    const { socket } = request
    // What else the same read brought.
    if (socket.destroyed) return
    const line = lines.get(socket)
    if (!line) lines.set(socket, new Line(response))
    else if (!line.takes(response)) {
      socket.destroy()
      return
    }
    listener(request, response)
  }
}
