// One WebSocket over whichever road opens first: the best at once, the next when that one failed or has not opened for a
// moment. To whoever uses it, it is one socket.

import type { Road, Roads } from './roads.ts'

/** A road that has not opened by then is tried beside the next one: three round trips to the far side of the world, ms. */
export const STAGGER_MS = 800
/** Close codes of a peer that drains, and of one that cannot reach the space now. */
const GOES: ReadonlySet<number> = new Set([1012, 1013])
const CONNECTING = 0
const CLOSED = 3

export type Open = (address: string, protocols: string[]) => WebSocket

/** Opened by the page in a browser; given by tests. */
export const openInBrowser: Open = (address, protocols) => new WebSocket(address, protocols)

export class Race {
  binaryType = 'blob'
  onopen: (() => void) | null = null
  onmessage: ((event: { readonly data: unknown }) => void) | null = null
  onclose: (() => void) | null = null
  readonly #roads: Roads
  readonly #path: string
  readonly #open: Open
  readonly #waiting: Road[]
  readonly #running = new Set<WebSocket>()
  #winner: WebSocket | undefined
  #road: Road | undefined
  #next: ReturnType<typeof setTimeout> | undefined
  #isOver = false

  constructor(roads: Roads, path: string, open: Open = openInBrowser) {
    this.#roads = roads
    this.#path = path
    this.#open = open
    this.#waiting = [...roads.order()]
    this.#tryNext()
  }

  get readyState(): number {
    if (this.#isOver) return CLOSED
    return this.#winner?.readyState ?? CONNECTING
  }

  /** Whose socket it became. */
  get road(): Road | undefined {
    return this.#road
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.#winner?.send(data)
  }

  close(): void {
    this.#isOver = true
    clearTimeout(this.#next)
    for (const socket of this.#running) socket.close()
    this.#winner?.close()
  }

  #tryNext(): void {
    clearTimeout(this.#next)
    const road = this.#waiting.shift()
    if (this.#isOver || this.#winner || !road) return
    const socket = this.#open(this.#roads.address(road, this.#path), this.#roads.protocols(road))
    this.#running.add(socket)
    socket.onopen = () => this.#opened(socket, road)
    socket.onclose = () => this.#failed(socket)
    if (this.#waiting.length > 0) this.#next = setTimeout(() => this.#tryNext(), STAGGER_MS)
  }

  #opened(socket: WebSocket, road: Road): void {
    if (this.#winner || this.#isOver) {
      socket.close()
      return
    }
    clearTimeout(this.#next)
    this.#winner = socket
    this.#road = road
    this.#running.delete(socket)
    for (const other of this.#running) other.close()
    this.#roads.worked(road)
    socket.binaryType = this.binaryType as BinaryType
    socket.onmessage = (event) => this.onmessage?.(event)
    socket.onclose = ({ code }) => {
      if (GOES.has(code)) this.#roads.leaving(road)
      this.#end()
    }
    this.onopen?.()
  }

  #failed(socket: WebSocket): void {
    this.#running.delete(socket)
    if (this.#winner || this.#isOver) return
    if (this.#waiting.length > 0) this.#tryNext()
    else if (this.#running.size === 0) this.#end()
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.onclose?.()
  }
}
