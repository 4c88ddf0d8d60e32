// The one WebSocket of this tab. It says which topics changed, and the page fetches them again with its own rights.
// While it is cut off it tries again for ever, and afterwards everything shown is fetched once more.

import type { LiveClientMessage, LiveServerMessage } from '#protocol/api/live.ts'
import { backoffMs } from './backoff.ts'
import { Store } from './store.ts'

/** How often the way to the peer is measured; a missing answer to one is what notices a dead connection. */
const PING_EVERY_MS = 5_000
const PONG_WITHIN_MS = 4_000

export type LiveState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open'; readonly roundTripMs?: number }
  | { readonly kind: 'cut'; readonly sinceMs: number }
  | { readonly kind: 'signed-out' }

export interface LiveHooks {
  changed(topics: readonly string[]): void
  /** The connection is back, so anything may have changed meanwhile. */
  returned(): void
  signedOut(): void
}

export class LiveConnection {
  readonly state = new Store<LiveState>({ kind: 'connecting' })
  readonly #hooks: LiveHooks
  readonly #topics = new Map<string, number>()
  #socket: WebSocket | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #ping: ReturnType<typeof setInterval> | undefined
  #pongBy: ReturnType<typeof setTimeout> | undefined
  #attempt = 0
  #everOpen = false
  #closed = true

  constructor(hooks: LiveHooks) {
    this.#hooks = hooks
  }

  open(): void {
    if (!this.#closed) return
    this.#closed = false
    this.state.set({ kind: 'connecting' })
    this.#dial()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#retry)
    this.#drop()
    this.state.set({ kind: 'connecting' })
  }

  /** Watches topics until the returned function is called; several watchers of one topic share it. */
  watch(topics: readonly string[]): () => void {
    const fresh = topics.filter((topic) => !this.#topics.has(topic))
    for (const topic of topics) this.#topics.set(topic, (this.#topics.get(topic) ?? 0) + 1)
    if (fresh.length > 0) this.#say({ type: 'watch', topics: fresh })
    return () => this.#unwatch(topics)
  }

  /** Tries at once, for the button on the line that says we are cut off. */
  readonly tryNow = (): void => {
    if (this.#closed || this.#socket) return
    clearTimeout(this.#retry)
    this.#dial()
  }

  #unwatch(topics: readonly string[]): void {
    const gone: string[] = []
    for (const topic of topics) {
      const left = (this.#topics.get(topic) ?? 1) - 1
      if (left > 0) this.#topics.set(topic, left)
      else if (this.#topics.delete(topic)) gone.push(topic)
    }
    if (gone.length > 0) this.#say({ type: 'unwatch', topics: gone })
  }

  #dial(): void {
    const { protocol, host } = window.location
    const socket = new WebSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/api/v1/live`)
    this.#socket = socket
    socket.onmessage = (event) => {
      if (typeof event.data === 'string') this.#hear(JSON.parse(event.data) as LiveServerMessage)
    }
    socket.onclose = () => {
      if (this.#socket === socket) this.#lost()
    }
  }

  #hear(message: LiveServerMessage): void {
    switch (message.type) {
      case 'hello':
        this.#greeted()
        return
      case 'changed':
        this.#hooks.changed(message.topics)
        return
      case 'pong':
        clearTimeout(this.#pongBy)
        this.#pongBy = undefined
        this.state.set({ kind: 'open', roundTripMs: performance.now() - message.at })
        return
      case 'draining':
        this.#lost(message.afterMs)
        return
      case 'signed-out':
        this.close()
        this.state.set({ kind: 'signed-out' })
        this.#hooks.signedOut()
        return
    }
  }

  #greeted(): void {
    this.#attempt = 0
    this.state.set({ kind: 'open' })
    if (this.#topics.size > 0) this.#say({ type: 'watch', topics: [...this.#topics.keys()] })
    if (this.#everOpen) this.#hooks.returned()
    this.#everOpen = true
    this.#measure()
    this.#ping = setInterval(() => this.#measure(), PING_EVERY_MS)
  }

  #measure(): void {
    this.#say({ type: 'ping', at: performance.now() })
    this.#pongBy ??= setTimeout(() => this.#lost(), PONG_WITHIN_MS)
  }

  #say(message: LiveClientMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  #lost(afterMs?: number): void {
    this.#drop()
    if (this.#closed) return
    const before = this.state.get()
    if (before.kind !== 'cut') this.state.set({ kind: 'cut', sinceMs: Date.now() })
    const waitMs = afterMs ?? backoffMs(this.#attempt++, Math.random())
    this.#retry = setTimeout(() => this.#dial(), waitMs)
  }

  #drop(): void {
    clearInterval(this.#ping)
    clearTimeout(this.#pongBy)
    this.#pongBy = undefined
    const socket = this.#socket
    this.#socket = undefined
    socket?.close()
  }
}
