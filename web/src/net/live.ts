// The one WebSocket of this tab. It says which topics changed, and the page fetches them again with its own rights.
// While it is cut off it tries again for ever, and afterwards everything shown is fetched once more. When its own peer is
// gone it goes on at another, looks for its own meanwhile, and comes back to it.

import { urlOf } from '#protocol/api/client.ts'
import type { LiveClientMessage, LiveServerMessage } from '#protocol/api/live.ts'
import { backoffMs } from './backoff.ts'
import { type Open, openInBrowser, Race } from './race.ts'
import type { Road, Roads } from './roads.ts'
import { Store } from './store.ts'

/** How often the way to the peer is measured; a missing answer to one is what notices a dead connection. */
const PING_EVERY_MS = 5_000
const PONG_WITHIN_MS = 4_000
/** A ticket lives five times as long. */
const ASK_ELSEWHERE_EVERY_MS = 60_000
/** How long a page that goes on elsewhere waits until it looks for its own peer: twice as long each time, up to the second. */
const LOOK_HOME_AFTER_MS = 2_000
const LOOK_HOME_MOST_MS = 16_000
/** How long an answer to a click may take; after that the other peer is opened as it is. */
const HANDOVER_MS = 3_000
const PATH = urlOf('GET /live')

export type LiveState =
  | { readonly kind: 'connecting' }
  | {
      readonly kind: 'open'
      readonly roundTripMs?: number
      readonly away?: Away
      /** Since when the peer's database has not answered: nothing can be changed. */
      readonly storeAwaySinceMs?: number
    }
  | { readonly kind: 'cut'; readonly sinceMs: number }
  | { readonly kind: 'signed-out' }

/** The page's own peer is gone; this is where it goes on. */
export interface Away {
  readonly road: Road
  readonly sinceMs: number
}

export interface LiveHooks {
  changed(topics: readonly string[]): void
  /** The connection is back, so anything may have changed meanwhile. */
  returned(): void
  signedOut(): void
  /** For `POST /continue` at the peer where the page is away; without a code the person signs in there. */
  handover(road: Road, code: string | undefined): void
}

export class LiveConnection {
  readonly state = new Store<LiveState>({ kind: 'connecting' })
  readonly #hooks: LiveHooks
  readonly #roads: Roads
  readonly #openSocket: Open
  readonly #topics = new Map<string, number>()
  #socket: Race | undefined
  /** To our own peer, while we are away. */
  #home: WebSocket | undefined
  #away: Away | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #ping: ReturnType<typeof setInterval> | undefined
  #ask: ReturnType<typeof setInterval> | undefined
  #look: ReturnType<typeof setTimeout> | undefined
  #pongBy: ReturnType<typeof setTimeout> | undefined
  #answerBy: ReturnType<typeof setTimeout> | undefined
  #storeAwaySinceMs: number | undefined
  #attempt = 0
  #lostAtMs = 0
  #everOpen = false
  #closed = true

  constructor(hooks: LiveHooks, roads: Roads, open: Open = openInBrowser) {
    this.#hooks = hooks
    this.#roads = roads
    this.#openSocket = open
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
    clearTimeout(this.#answerBy)
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

  /** Asks the peer where we are for what takes this page's session there. */
  readonly handOver = (): void => {
    const away = this.#away
    if (!away) return
    this.#say({ type: 'handover' })
    clearTimeout(this.#answerBy)
    this.#answerBy = setTimeout(() => this.#hooks.handover(away.road, undefined), HANDOVER_MS)
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
    const socket = new Race(this.#roads, PATH, this.#openSocket)
    this.#socket = socket
    this.#serve(socket)
  }

  #serve(socket: Race): void {
    socket.onmessage = ({ data }) => {
      if (this.#socket === socket && typeof data === 'string')
        this.#hear(JSON.parse(data) as LiveServerMessage)
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
        // Away, nothing can be fetched: everything is when we are back.
        if (!this.#away) this.#hooks.changed(message.topics)
        return
      case 'pong':
        clearTimeout(this.#pongBy)
        this.#pongBy = undefined
        this.#storeAwaySinceMs = sinceOf(message.storeAwayMs, this.#storeAwaySinceMs)
        this.#opened(performance.now() - message.at)
        return
      case 'elsewhere':
        this.#roads.learn(message.peers, message.ticket)
        return
      case 'handover':
        clearTimeout(this.#answerBy)
        if (this.#away) this.#hooks.handover(this.#away.road, message.code)
        return
      case 'draining':
        if (this.#socket?.road) this.#roads.leaving(this.#socket.road)
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
    this.#storeAwaySinceMs = undefined
    const road = this.#socket?.road
    const sinceMs = this.#away?.sinceMs ?? this.#lostAtMs
    this.#away = road && !road.isOwn ? { road, sinceMs } : undefined
    this.#roads.isHome = !this.#away
    this.#opened()
    if (this.#topics.size > 0) this.#say({ type: 'watch', topics: [...this.#topics.keys()] })
    if (this.#everOpen && !this.#away) this.#hooks.returned()
    this.#everOpen = true
    this.#measure()
    this.#ping = setInterval(() => this.#measure(), PING_EVERY_MS)
    this.#ask = setInterval(() => this.#say({ type: 'elsewhere' }), ASK_ELSEWHERE_EVERY_MS)
    if (this.#away) this.#lookHome()
  }

  #opened(roundTripMs?: number): void {
    const away = this.#away
    const storeAwaySinceMs = this.#storeAwaySinceMs
    this.state.set({
      kind: 'open',
      ...(roundTripMs !== undefined && { roundTripMs }),
      ...(away && { away }),
      ...(storeAwaySinceMs !== undefined && { storeAwaySinceMs }),
    })
  }

  /** One attempt at a time: where nothing answers at all, it takes as long as the browser waits. */
  #lookHome(afterMs = LOOK_HOME_AFTER_MS): void {
    this.#look = setTimeout(() => {
      const { own } = this.#roads
      const home = this.#openSocket(this.#roads.address(own, PATH), [])
      this.#home = home
      home.onopen = () => this.#cameHome(home)
      home.onclose = () => {
        if (this.#home === home) this.#lookHome(Math.min(2 * afterMs, LOOK_HOME_MOST_MS))
      }
    }, afterMs)
  }

  /** It answers again, so everything else does: the way over another peer is given up. */
  #cameHome(home: WebSocket): void {
    if (this.#home !== home) return
    this.#roads.worked(this.#roads.own)
    this.#drop()
    this.#dial()
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
    this.#roads.isHome = false
    if (this.#closed) return
    const before = this.state.get()
    if (before.kind !== 'cut') {
      // Away from our own peer it has been gone for longer.
      if (before.kind !== 'open' || !before.away) this.#lostAtMs = Date.now()
      this.state.set({ kind: 'cut', sinceMs: this.#lostAtMs })
    }
    const waitMs = afterMs ?? backoffMs(this.#attempt++, Math.random())
    this.#retry = setTimeout(() => this.#dial(), waitMs)
  }

  #drop(): void {
    clearInterval(this.#ping)
    clearInterval(this.#ask)
    clearTimeout(this.#look)
    clearTimeout(this.#pongBy)
    this.#pongBy = undefined
    const sockets = [this.#home, this.#socket]
    this.#home = undefined
    this.#socket = undefined
    for (const socket of sockets) socket?.close()
  }
}

/** The first that was heard stands: a later one differs by the way it took. */
function sinceOf(awayMs: number | undefined, before: number | undefined): number | undefined {
  return awayMs === undefined ? undefined : (before ?? Date.now() - awayMs)
}
