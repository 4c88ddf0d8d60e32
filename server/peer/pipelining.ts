// How many requests a connection may send ahead of their answers. Node hands on all that one read of 64 kB brings, hundreds of
// small ones, before anybody else gets a turn; no browser sends any ahead, and programs that do send a few.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Requests of one connection that came before the answer to the one before them, and wait for their own. */
export const MAX_AHEAD = 8

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
    // What else the same read brought, where its parser could not be stopped.
    if (socket.destroyed) return
    const line = lines.get(socket)
    if (!line) lines.set(socket, new Line(response))
    else if (!line.takes(response)) {
      stopParser(socket)
      socket.destroy()
      return
    }
    listener(request, response)
  }
}

/** Node's own parser of a connection, as far as we know it; it has no public name. */
interface Parser {
  readonly constructor: { readonly kOnHeadersComplete?: number }
  [callback: number]: unknown
}
/** What the callback answers for an upgrade: the parser then stops at once. */
const STOP = 2

/**
 * Has the parser stop at the next request of the read that it is at: destroying the socket does not, and 2,000 requests that
 * nobody answers hold everybody up for 30 ms. Undone before anybody else gets the parser, which Node uses again.
 */
function stopParser(socket: Socket): void {
  const { parser } = socket as Socket & { readonly parser?: Parser | null }
  const key = parser?.constructor.kOnHeadersComplete
  if (!parser || key === undefined) return
  const own = parser[key]
  if (typeof own !== 'function') return
  parser[key] = () => STOP
  process.nextTick(() => {
    parser[key] = own
  })
}
