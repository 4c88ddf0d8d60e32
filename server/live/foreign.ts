// What other peers say, by publisher: taken in as their messages come, within limits a publisher, and dropped with the
// publisher or at the end of its time. Pure: time comes in, changes go out.

import type { PeerId } from '#protocol/ids.ts'
import { ensure } from '../records/ensure.ts'
import type { LiveTopic } from './live.ts'
import { type LiveNews, MAX_VALUE_BYTES } from './message.ts'
import { outranks, ruleOf, type Said } from './rules.ts'

/** Values of one publisher: three thousand spaces with all that is said of each. */
export const MAX_ENTRIES_PER_PUBLISHER = 20_000
/** … and their size as JSON, bytes; an ordinary space has 1 kB. */
export const MAX_BYTES_PER_PUBLISHER = 32 * 1024 * 1024
/** The longest that a value is believed without a word, ms, whatever its publisher says. */
const MAX_TTL_MS = 24 * 60 * 60 * 1000
/** A publisher's clock may be ahead of ours by so much; of what is further ahead it is taken to be this much, ms. */
const MAX_AHEAD_MS = 60_000

export interface Touched {
  readonly topic: LiveTopic
  readonly key: string
}

export type LiveRefusal = 'malformed' | 'too_large' | 'too_many' | 'unknown' | 'not_its_own'

interface Entry extends Said {
  readonly topic: LiveTopic
  readonly key: string
  readonly number: number
  readonly bytes: number
  endsMs: number
  /** Which line confirmed it. */
  line: number
}

interface Publisher {
  readonly run: string
  readonly byNumber: Map<number, Entry>
  line: number
  bytes: number
  /** Whether all has been said on this line, so that nothing of an earlier one is left. */
  isWhole: boolean
}

export interface Now {
  readonly monotonicMs: number
  readonly wallMs: number
}

export class Foreign {
  readonly #publishers = new Map<PeerId, Publisher>()
  /** topic, key, publisher. */
  readonly #entries = new Map<string, Map<string, Map<PeerId, Entry>>>()
  readonly refusals = new Map<LiveRefusal, number>()

  /** Everybody who has said something, with the run that did. */
  get publishers(): ReadonlyMap<PeerId, string> {
    return new Map([...this.#publishers].map(([peer, { run }]) => [peer, run]))
  }

  /** A line to a publisher has begun: what another run of it said is gone, what an earlier line said may be confirmed. */
  begin(peer: PeerId, run: string): Touched[] {
    const publisher = this.#publishers.get(peer)
    if (publisher?.run === run) {
      publisher.line++
      publisher.isWhole = false
      return []
    }
    const gone = this.drop(peer)
    this.#publishers.set(peer, { run, byNumber: new Map(), line: 1, bytes: 0, isWhole: true })
    return gone
  }

  /** What changed by a message of the line that was begun last. */
  take(peer: PeerId, news: LiveNews, now: Now): Touched[] {
    const publisher = this.#publishers.get(peer)
    if (!publisher) return []
    const touched: Touched[] = []
    for (const [topic, key] of news.gone) {
      const entry = this.#entries.get(topic)?.get(key)?.get(peer)
      if (entry) touched.push(this.#remove(publisher, entry))
    }
    for (const set of news.set) {
      const entry = this.#read(peer, publisher, set, now)
      const former = this.#entries.get(set[0])?.get(set[1])?.get(peer)
      if (entry) touched.push(this.#put(publisher, entry))
      // What came in its place cannot be taken, but the former is no longer true.
      else if (former) touched.push(this.#remove(publisher, former))
    }
    for (const [number, ttlMs] of news.kept) {
      const entry = publisher.byNumber.get(number)
      if (!entry) continue
      entry.endsMs = now.monotonicMs + Math.min(ttlMs, MAX_TTL_MS)
      entry.line = publisher.line
    }
    if (news.isWhole && !publisher.isWhole) {
      publisher.isWhole = true
      touched.push(...this.#removeUnconfirmed(publisher))
    }
    return touched
  }

  /** The publisher is gone. */
  drop(peer: PeerId): Touched[] {
    const publisher = this.#publishers.get(peer)
    if (!publisher) return []
    this.#publishers.delete(peer)
    return [...publisher.byNumber.values()].map((entry) => this.#remove(publisher, entry))
  }

  /** Values whose time is over: their publisher is not known to be gone, but has not been heard. */
  expire(nowMs: number): Touched[] {
    const touched: Touched[] = []
    for (const publisher of this.#publishers.values()) {
      for (const entry of publisher.byNumber.values()) {
        if (entry.endsMs <= nowMs) touched.push(this.#remove(publisher, entry))
      }
    }
    return touched
  }

  /** The one that counts among the publishers'. */
  get(topic: LiveTopic, key: string): Said | undefined {
    let best: Said | undefined
    for (const entry of this.#entries.get(topic)?.get(key)?.values() ?? []) {
      if (!best || outranks(topic, entry, best)) best = entry
    }
    return best
  }

  /** Everybody who speaks of the key, whose word counts most first. */
  publishersOf(topic: LiveTopic, key: string): PeerId[] {
    const entries = [...(this.#entries.get(topic)?.get(key) ?? [])]
    return entries.toSorted(([, a], [, b]) => (outranks(topic, a, b) ? -1 : 1)).map(([id]) => id)
  }

  keys(topic: LiveTopic): Iterable<string> {
    return this.#entries.get(topic)?.keys() ?? []
  }

  #read(
    peer: PeerId,
    publisher: Publisher,
    [name, key, number, ttlMs, epoch, atMs, given]: LiveNews['set'][number],
    now: Now,
  ): Entry | undefined {
    const rule = ruleOf(name)
    if (!rule) return this.#refuse('unknown')
    if (rule.isOfPublisher && key !== peer) return this.#refuse('not_its_own')
    const bytes = Buffer.byteLength(JSON.stringify(given ?? null))
    if (bytes > MAX_VALUE_BYTES) return this.#refuse('too_large')
    const parsed = rule.scope === 'local' ? undefined : rule.schema.safeParse(given)
    if (!parsed?.success) return this.#refuse('malformed')
    const topic = name as LiveTopic
    const former = this.#entries.get(topic)?.get(key)?.get(peer)
    if (!hasRoom(publisher, former, bytes)) return this.#refuse('too_many')
    return {
      ...{ topic, key, number, epoch, peer, bytes, value: parsed.data, line: publisher.line },
      atMs: Math.min(atMs, now.wallMs + MAX_AHEAD_MS),
      endsMs: now.monotonicMs + Math.min(ttlMs, MAX_TTL_MS),
    }
  }

  #put(publisher: Publisher, entry: Entry): Touched {
    const { topic, key, peer } = entry
    const former = this.#entries
      .get(topic)
      ?.get(key)
      ?.get(peer as PeerId)
    if (former) this.#remove(publisher, former)
    // Two values under one number are a publisher's fault; the later one is its word.
    const doubled = publisher.byNumber.get(entry.number)
    if (doubled) this.#remove(publisher, doubled)
    publisher.byNumber.set(entry.number, entry)
    publisher.bytes += entry.bytes
    const byKey = ensure(this.#entries, topic, () => new Map<string, Map<PeerId, Entry>>())
    ensure(byKey, key, () => new Map<PeerId, Entry>()).set(peer as PeerId, entry)
    return { topic, key }
  }

  #remove(publisher: Publisher, entry: Entry): Touched {
    const { topic, key, peer } = entry
    if (publisher.byNumber.delete(entry.number)) publisher.bytes -= entry.bytes
    const byKey = this.#entries.get(topic)
    const said = byKey?.get(key)
    said?.delete(peer as PeerId)
    if (said?.size === 0) byKey?.delete(key)
    return { topic, key }
  }

  #removeUnconfirmed(publisher: Publisher): Touched[] {
    const { line } = publisher
    const older = [...publisher.byNumber.values()].filter((entry) => entry.line !== line)
    return older.map((entry) => this.#remove(publisher, entry))
  }

  #refuse(reason: LiveRefusal): undefined {
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1)
    return undefined
  }
}

function hasRoom(publisher: Publisher, former: Entry | undefined, bytes: number): boolean {
  const entries = publisher.byNumber.size + (former ? 0 : 1)
  const all = publisher.bytes - (former?.bytes ?? 0) + bytes
  return entries <= MAX_ENTRIES_PER_PUBLISHER && all <= MAX_BYTES_PER_PUBLISHER
}
