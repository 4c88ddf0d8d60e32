// The live WebSocket of each browser tab: what it watches, what it may hear, and one short message when that changed.
// A tab that does not read is closed; it catches up when it connects again.

import type { WebSocket } from 'ws'
import {
  type LiveClientMessage,
  type LiveServerMessage,
  liveClientSchema,
  MAX_TOPICS_PER_TAB,
} from '#protocol/api/live.ts'
import { toSkeinError } from '#protocol/errors.ts'
import type { Credential, Person } from '../../identity/credential.ts'
import type { Identity } from '../../identity/identity.ts'
import { checked } from '../body.ts'
import { parseJson } from '../json.ts'
import type { Roaming } from '../roaming.ts'
import { actionOf, type Dirty, mayHear } from './topics.ts'

/** A tab this far behind has stopped reading. */
const MAX_UNREAD_BYTES = 256 * 1024
/** Long enough for another peer to have noticed, short enough to go unnoticed. */
const RECONNECT_AFTER_MS = 250
/** RFC 6455, 7.4.1: policy violation; and, from its registry, try again later. */
const POLICY_VIOLATION = 1008
const TRY_AGAIN_LATER = 1013
/** Topics of one space each. */
const SPACE = 'space:'

interface Tab {
  readonly socket: WebSocket
  readonly credential: Credential
  readonly topics: Set<string>
  /** Of the page. */
  readonly origin: string | undefined
}

export interface TabsParts {
  readonly identity: Pick<Identity, 'holds'>
  /** Random per peer process: cursors of another run say nothing. */
  readonly run: string
  readonly roaming?: Pick<Roaming, 'tell' | 'handOver'>
  /** Whether the peer's database answers. */
  readonly storeAway?: (() => { readonly storeAwayMs?: number }) | undefined
  /** Spaces at which tabs look, all of them, each time that this changes. */
  readonly watched?: ((spaces: readonly string[]) => void) | undefined
}

export class Tabs {
  readonly #parts: TabsParts
  readonly #tabs = new Set<Tab>()
  #cursor = 0

  constructor(parts: TabsParts) {
    this.#parts = parts
  }

  add(socket: WebSocket, { credential }: Person, origin?: string): void {
    const tab: Tab = { socket, credential, topics: new Set(), origin }
    this.#tabs.add(tab)
    socket.on('message', (data: Buffer, isBinary) => this.#receive(tab, data, isBinary))
    socket.once('signed-out', () => tell(socket, { type: 'signed-out' }))
    socket.once('close', () => {
      this.#tabs.delete(tab)
      this.#tellWatched(tab.topics)
    })
    tell(socket, { type: 'hello', run: this.#parts.run, cursor: this.#cursor })
    const news = this.#elsewhere(tab)
    if (news) tell(socket, news)
  }

  /** Tells each tab what of this it watches and may hear of. */
  flush(dirt: readonly Dirty[]): void {
    this.#cursor++
    for (const tab of this.#tabs) {
      const person = this.#parts.identity.holds(tab.credential)
      if (!person) continue
      const heard = dirt.filter((dirty) => tab.topics.has(dirty.topic) && mayHear(person, dirty))
      if (heard.length === 0) continue
      if (tab.socket.bufferedAmount > MAX_UNREAD_BYTES) tab.socket.close(TRY_AGAIN_LATER)
      const topics = [...new Set(heard.map(({ topic }) => topic))]
      tell(tab.socket, { type: 'changed', topics, cursor: this.#cursor })
    }
  }

  /** Before the peer goes: each tab looks for another at once. */
  drain(): void {
    for (const tab of this.#tabs) {
      const news = this.#elsewhere(tab)
      if (news) tell(tab.socket, news)
      const afterMs = news && news.peers.length > 0 ? 0 : RECONNECT_AFTER_MS
      tell(tab.socket, { type: 'draining', afterMs })
    }
  }

  /** Some of these topics are watched from now on, or no longer. */
  #tellWatched(touched: Iterable<string>): void {
    if (![...touched].some((topic) => topic.startsWith(SPACE))) return
    const topics = [...this.#tabs].flatMap((tab) => [...tab.topics])
    const spaces = topics.filter((topic) => topic.startsWith(SPACE))
    this.#parts.watched?.([...new Set(spaces.map((topic) => topic.slice(SPACE.length)))])
  }

  /** Undefined for somebody who is no longer signed in. */
  #elsewhere({ credential, origin }: Tab) {
    const person = this.#parts.identity.holds(credential)
    return person && this.#parts.roaming?.tell(person, origin)
  }

  #handOver({ socket, credential, origin }: Tab): void {
    const person = this.#parts.identity.holds(credential)
    const code = person && this.#parts.roaming?.handOver(person, origin)
    if (code !== undefined) tell(socket, { type: 'handover', code })
  }

  /** Gives the topics that are watched from now on and were not before. */
  #answer(tab: Tab, message: LiveClientMessage): readonly string[] {
    const { socket, topics } = tab
    switch (message.type) {
      case 'ping':
        tell(socket, { type: 'pong', at: message.at, ...this.#parts.storeAway?.() })
        return []
      case 'elsewhere':
        tell(socket, this.#elsewhere(tab) ?? { type: 'elsewhere', peers: [] })
        return []
      case 'handover':
        this.#handOver(tab)
        return []
      case 'unwatch':
        for (const topic of message.topics) topics.delete(topic)
        this.#tellWatched(message.topics)
        return []
      case 'watch': {
        const fresh = watch(topics, message.topics)
        this.#tellWatched(message.topics)
        return fresh
      }
    }
  }

  #receive(tab: Tab, data: Buffer, isBinary: boolean): void {
    try {
      const message = checked(liveClientSchema, isBinary ? undefined : parseJson(data))
      const fresh = this.#answer(tab, message)
      // What changed between the tab's first look and this line would else be missed for ever.
      if (fresh.length > 0)
        tell(tab.socket, { type: 'changed', topics: fresh, cursor: this.#cursor })
    } catch (caught) {
      tab.socket.close(POLICY_VIOLATION, toSkeinError(caught).code)
    }
  }
}

/** Gives the topics that are watched from now on and were not before. */
function watch(topics: Set<string>, wanted: readonly string[]): readonly string[] {
  const before = new Set(topics)
  for (const topic of wanted) {
    if (actionOf(topic) && topics.size < MAX_TOPICS_PER_TAB) topics.add(topic)
  }
  return [...topics].filter((topic) => !before.has(topic))
}

function tell(socket: WebSocket, message: LiveServerMessage): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message))
}
