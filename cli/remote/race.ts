// A WebSocket at whichever peer opens first: the best at once, the next when that one failed or has said nothing for a moment.

import type { WebSocket } from 'ws'
import type { Access } from './access.ts'
import { openSocket } from './socket.ts'
import type { Ways } from './ways.ts'

/** An address that has not answered by then is tried beside the next one, ms. */
const STAGGER_MS = 800
/** Close codes of a peer that drains, and of one that cannot reach the space now. */
const GOES: ReadonlySet<number> = new Set([1012, 1013])

/** As `openSocket`. Rejects with what is final, else with what the server of the login said. */
export const openAnywhere = (ways: Ways, path: string): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    new Race(ways, path, { resolve, reject }).begin()
  })

interface Settle {
  readonly resolve: (socket: WebSocket) => void
  readonly reject: (reason: unknown) => void
}

class Race {
  readonly #ways: Ways
  readonly #path: string
  readonly #settle: Settle
  readonly #waiting: Access[]
  readonly #running = new Set<AbortController>()
  readonly #failures = new Map<Access, unknown>()
  #stagger: NodeJS.Timeout | undefined
  #isOver = false

  constructor(ways: Ways, path: string, settle: Settle) {
    this.#ways = ways
    this.#path = path
    this.#settle = settle
    this.#waiting = [...ways.order]
  }

  begin(): void {
    clearTimeout(this.#stagger)
    const access = this.#waiting.shift()
    if (this.#isOver || !access) return
    if (this.#waiting.length > 0) this.#stagger = setTimeout(() => this.begin(), STAGGER_MS)
    const stop = new AbortController()
    this.#running.add(stop)
    openSocket(access, this.#path, stop.signal).then(
      (socket) => this.#opened(access, socket, stop),
      (caught: unknown) => this.#failed(access, caught, stop),
    )
  }

  #opened(access: Access, socket: WebSocket, stop: AbortController): void {
    this.#running.delete(stop)
    if (this.#isOver) {
      socket.terminate()
      return
    }
    this.#end()
    this.#ways.worked(access)
    socket.once('close', (code: number) => {
      if (GOES.has(code)) this.#ways.failed(access)
    })
    this.#settle.resolve(socket)
  }

  #failed(access: Access, caught: unknown, stop: AbortController): void {
    this.#running.delete(stop)
    if (this.#isOver) return
    this.#failures.set(access, caught)
    if (this.#ways.isFinal(access, caught)) {
      this.#end()
      this.#settle.reject(caught)
    } else if (this.#waiting.length > 0) {
      this.begin()
    } else if (this.#running.size === 0) {
      this.#end()
      this.#settle.reject(this.#failures.get(this.#ways.home) ?? caught)
    }
  }

  #end(): void {
    this.#isOver = true
    clearTimeout(this.#stagger)
    for (const stop of this.#running) stop.abort()
  }
}
