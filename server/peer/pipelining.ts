// How many requests a connection may send ahead of their answers. Node hands on all that one read of 64 kB brings, hundreds of
// small ones, before anybody else gets a turn; no browser sends any ahead, and programs that do send a few.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { RequestTurns } from './request-turns.ts'

/** Requests of one connection that came before the answer to the one before them, and wait for their own. */
export const MAX_AHEAD = 8

class Line {
  #last: ServerResponse | undefined
  #ahead = 0

  /** Calls back, at once or when the one before is answered, or answers that no more may wait here. */
  enter(response: ServerResponse, begin: () => void): boolean {
    const before = this.#last
    this.#last = response
    if (before === undefined || before.writableFinished) begin()
    else {
      if (++this.#ahead > MAX_AHEAD) return false
      before.once('close', () => {
        this.#ahead--
        begin()
      })
    }
    return true
  }
}

/**
 * Begins one request of a connection at a time, and those of all connections in turns. Ends a connection that sends more
 * ahead, and hears nothing of it any more: nothing is begun of what came in one piece with too much.
 */
export function limitAhead(listener: RequestListener, turns = new RequestTurns()): RequestListener {
  const lines = new WeakMap<Socket, Line>()
  return (request: IncomingMessage, response) => {
    const { socket } = request
    // What else the same read brought, where its parser could not be stopped.
    if (socket.destroyed) return
    const line = lines.get(socket) ?? new Line()
    lines.set(socket, line)
    const begin = (): void => {
      if (!socket.destroyed) listener(request, response)
    }
    if (line.enter(response, () => turns.add(begin))) return
    stopParser(socket)
    socket.destroy()
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
