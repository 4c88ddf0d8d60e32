// What this peer has to tell the others. Each line has an outlet with what its peer has not been told yet: a key waits
// there once, however often it changes, and a value that is only confirmed waits as its number.

import { isDeepStrictEqual } from 'node:util'
import type { LiveTopic } from './live.ts'
import { type LiveNews, MAX_VALUE_BYTES, MESSAGE_BUDGET_BYTES } from './message.ts'
import { ruleOf, scopeOf } from './rules.ts'

/** What a confirmation costs in a message, bytes, about. */
const KEPT_BYTES = 20
/** … and what surrounds a value, its key and topic included. */
const SET_BYTES = 130

interface Item {
  readonly topic: LiveTopic
  readonly key: string
  /** Grows with each new value of this publisher; a value's name for as long as it stays. */
  readonly number: number
  readonly value: unknown
  readonly trimmed: unknown
  readonly json: string
  readonly epoch: number
  readonly atMs: number
  endsMs: number
}

type Pending = 'set' | 'kept' | 'gone'

export interface Wish {
  readonly topic: LiveTopic
  readonly key: string
  readonly value: unknown
  readonly epoch: number
  readonly atMs: number
  readonly endsMs: number
}

export class Outbox {
  readonly #items = new Map<string, Item>()
  readonly #outlets = new Set<Outlet>()
  /** Called when there is something to send; set by whoever has the lines. */
  onPending: () => void = () => undefined
  #number = 0
  /** Values that were too large to be told. */
  untold = 0

  publish({ topic, key, value, epoch, atMs, endsMs }: Wish): void {
    if (scopeOf(topic) === 'local') return
    const trim = ruleOf(topic)?.trim
    const trimmed = trim ? trim(value as never) : value
    const id = `${topic} ${key}`
    const former = this.#items.get(id)
    if (former && former.epoch === epoch && isDeepStrictEqual(former.trimmed, trimmed)) {
      former.endsMs = endsMs
      this.#tell(id, 'kept')
      return
    }
    const json = JSON.stringify(value)
    if (Buffer.byteLength(json) > MAX_VALUE_BYTES) {
      this.untold++
      this.withdraw(topic, key)
      return
    }
    this.#number++
    const number = this.#number
    this.#items.set(id, { topic, key, number, value, trimmed, json, epoch, atMs, endsMs })
    this.#tell(id, 'set')
  }

  withdraw(topic: LiveTopic, key: string): void {
    const id = `${topic} ${key}`
    if (this.#items.delete(id)) this.#tell(id, 'gone')
  }

  /** For a new line: everything is to be told. */
  open(): Outlet {
    const outlet: Outlet = new Outlet(this.#items, () => this.#outlets.delete(outlet))
    this.#outlets.add(outlet)
    return outlet
  }

  #tell(id: string, what: Pending): void {
    if (this.#outlets.size === 0) return
    for (const outlet of this.#outlets) outlet.add(id, what)
    this.onPending()
  }
}

export class Outlet {
  readonly #items: ReadonlyMap<string, Item>
  readonly #close: () => void
  readonly #pending = new Map<string, Pending>()
  /** What the other end has, so that a key that it never had is not taken back. */
  readonly #told = new Set<string>()
  #wanted: ReadonlySet<string> = new Set()
  #number = 0
  #isWhole = false

  constructor(items: ReadonlyMap<string, Item>, close: () => void) {
    this.#items = items
    this.#close = close
    for (const id of items.keys()) this.#pending.set(id, 'set')
  }

  add(id: string, what: Pending): void {
    if (what === 'kept' && this.#pending.get(id) === 'set') return
    this.#pending.set(id, what)
  }

  /** Whose usage the other end looks at, from now on. */
  want(keys: readonly string[]): void {
    const before = this.#wanted
    this.#wanted = new Set(keys)
    for (const key of keys) {
      const id = `usage ${key}`
      if (!before.has(key) && this.#items.has(id)) this.#pending.set(id, 'set')
    }
  }

  /** The next message; undefined when all has been told. */
  take(nowMs: number): LiveNews | undefined {
    const news: LiveNews = {
      type: 'news',
      number: this.#number + 1,
      set: [],
      kept: [],
      gone: [],
      isWhole: false,
    }
    let bytes = 0
    for (const [id, what] of this.#pending) {
      if (bytes >= MESSAGE_BUDGET_BYTES) break
      this.#pending.delete(id)
      bytes += this.#put(news, id, what, nowMs)
    }
    news.isWhole = this.#pending.size === 0
    if (bytes === 0 && this.#isWhole) return undefined
    this.#isWhole = news.isWhole
    this.#number++
    return news
  }

  close(): void {
    this.#close()
  }

  /** Answers about how many bytes that cost. */
  #put(news: LiveNews, id: string, what: Pending, nowMs: number): number {
    const item = this.#items.get(id)
    if (!item) {
      if (!this.#told.delete(id)) return 0
      const at = id.indexOf(' ')
      news.gone.push([id.slice(0, at), id.slice(at + 1)])
      return id.length
    }
    const { topic, key, number, value, json, epoch, atMs, endsMs } = item
    if (scopeOf(topic) === 'watched' && !this.#wanted.has(key)) return 0
    const ttlMs = Math.max(0, Math.round(endsMs - nowMs))
    if (what === 'kept' && this.#told.has(id)) {
      news.kept.push([number, ttlMs])
      return KEPT_BYTES
    }
    this.#told.add(id)
    news.set.push([topic, key, number, ttlMs, epoch, atMs, value])
    return json.length + SET_BYTES
  }
}
