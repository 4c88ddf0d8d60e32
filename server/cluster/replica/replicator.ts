// Keeping one database's records equal to those of the peers it is connected to, as a pure machine: what is committed is
// pushed at once, and each second one peer, drawn by chance, hears a digest, so that what a push lost is asked for. It
// holds no records: what is durable is read through `local`, what is wanted of the store are effects.

import { Answers } from './answers.ts'
import { Comparison } from './comparison.ts'
import { Context } from './context.ts'
import { type Asking, Conversation, type Merging } from './conversation.ts'
import type { Delta, Span } from './delta.ts'
import { sizeOfDelta } from './delta-codec.ts'
import { type Effect, send, type Turn } from './effect.ts'
import { isSameHash } from './hash.ts'
import type { Input } from './input.ts'
import {
  ANSWER_MS,
  ANSWERS_AHEAD,
  COMPARE_PAUSE_MS,
  CREDIT_BYTES,
  DIGEST_MS,
  DIGEST_SPREAD,
  ODD_MS,
} from './limits.ts'
import type { Local } from './local.ts'
import type { Message } from './message.ts'
import { lacksOwn, ofOthers } from './own.ts'
import { newestFirst } from './pieces.ts'
import { isBelowFloor } from './purge.ts'
import { type ReplicatorRules, replicatorRules } from './rules.ts'
import { revokes } from './urgent.ts'

export interface ReplicatorOptions {
  readonly local: Local
  /** From 0 to below 1. */
  readonly random: () => number
  readonly rules?: ReplicatorRules
}

export class Replicator {
  readonly #local: Local
  readonly #random: () => number
  readonly #rules: ReplicatorRules
  readonly #answers: Answers
  readonly #conversations = new Map<string, Conversation>()
  readonly #merging = new Map<number, Merging>()
  /** What was heard of, and what was told early by those who had heard more. */
  readonly #reach = new Context()
  #comparison: Comparison | undefined
  #tickets = 0
  #digestAtMs = Number.NEGATIVE_INFINITY

  constructor({ local, random, rules = replicatorRules }: ReplicatorOptions) {
    this.#local = local
    this.#random = random
    this.#rules = rules
    const nextTicket = () => this.#nextTicket()
    this.#answers = new Answers({ local, rules, nextTicket, tell: (peer) => this.#tell(peer) })
  }

  /** When the next `tick` is due. */
  get wakeAtMs(): number {
    return this.#digestAtMs
  }

  /** Whether it holds nothing that goes beyond what it has heard of. */
  get isSettled(): boolean {
    return this.#local.heard.missingFrom(this.#reach).length === 0
  }

  /** Connected peers that have said that this transaction is durable there. */
  heardBy(dot: { readonly origin: string; readonly seq: number }): readonly string[] {
    const peers = [...this.#conversations.values()].filter(({ heard }) => heard?.has(dot))
    return peers.map(({ peer }) => peer)
  }

  step(nowMs: number, input: Input): readonly Effect[] {
    const turn: Turn = { nowMs, effects: [] }
    switch (input.type) {
      case 'connected':
        this.#connected(turn, input.peer)
        break
      case 'disconnected':
        this.#disconnected(input.peer)
        break
      case 'message':
        this.#message(turn, input.peer, input.message)
        break
      case 'committed':
        this.#committed(turn, input.delta)
        break
      case 'collected':
        this.#answers.collected(turn, input.ticket, input.delta)
        break
      case 'merged':
        this.#merged(turn, input.ticket)
        break
      case 'failed':
        this.#failed(turn, input.ticket)
        break
      case 'tick':
    }
    if (nowMs >= this.#digestAtMs) this.#round(turn)
    return turn.effects
  }

  #connected(turn: Turn, peer: string): void {
    this.#disconnected(peer)
    this.#conversations.set(peer, new Conversation(peer))
    this.#sendContext(turn, peer, false)
  }

  #disconnected(peer: string): void {
    this.#conversations.delete(peer)
    this.#answers.forget(peer)
    if (this.#comparison?.peer === peer) this.#comparison = undefined
  }

  /** Each second: what is overdue is given up, what is missing asked for, and one peer hears a digest. */
  #round(turn: Turn): void {
    const spread = DIGEST_SPREAD * (2 * this.#random() - 1)
    this.#digestAtMs = turn.nowMs + DIGEST_MS * (1 + spread)
    const late = turn.nowMs - ANSWER_MS
    if (this.#comparison && this.#comparison.sinceMs <= late) this.#comparison = undefined
    for (const conversation of this.#conversations.values()) {
      const { asking } = conversation
      if (asking && asking.sinceMs <= late) conversation.asking = undefined
      this.#ask(turn, conversation)
    }
    const peers = [...this.#conversations.keys()]
    const peer = peers[Math.floor(this.#random() * peers.length)]
    if (peer === undefined || !this.#rules.digests) return
    const { heard, prints } = this.#local
    const { isSettled } = this
    send(turn, peer, { type: 'digest', context: heard.hash, root: prints.root, isSettled }, 'live')
  }

  #message(turn: Turn, peer: string, message: Message): void {
    const conversation = this.#conversations.get(peer)
    if (!conversation || message.type === 'unknown' || message.type === 'moved') return
    switch (message.type) {
      case 'context':
        this.#hearContext(turn, conversation, message)
        break
      case 'digest':
        this.#hearDigest(turn, conversation, message)
        break
      case 'push':
        this.#hearPush(turn, conversation, message)
        break
      case 'ack':
        this.#hearAck(turn, conversation, message.spans)
        break
      case 'need':
        this.#answers.need(turn, peer, message)
        break
      case 'range':
        this.#hearRange(turn, conversation, message)
        break
      case 'below':
        this.#hearBelow(turn, conversation, message)
        break
      case 'compare':
        this.#answers.compare(turn, peer, message)
        break
      case 'sums':
        this.#hearSums(turn, conversation, message)
        break
      case 'buckets':
        this.#answers.buckets(turn, peer, message)
    }
  }

  #committed(turn: Turn, delta: Delta): void {
    const isUrgent = revokes(delta)
    const bytes = sizeOfDelta(delta)
    for (const conversation of this.#conversations.values()) {
      const { peer } = conversation
      if (conversation.isFullFor(bytes) && !isUrgent) {
        conversation.isBehind = true
        continue
      }
      conversation.pushed(delta.spans, bytes)
      const message = { type: 'push', delta, reach: this.#tell(peer) } as const
      send(turn, peer, message, isUrgent ? 'urgent' : 'live')
    }
  }

  #hearContext(turn: Turn, conversation: Conversation, message: Message & { type: 'context' }) {
    const { heard, reach, floors, isReply } = message
    conversation.heard = Context.of(heard)
    conversation.floors = floors
    for (const span of [...heard, ...reach]) conversation.reach.add(span)
    lacksOwn(turn, this.#local, { by: conversation.peer, theirs: conversation.heard })
    const lacks = conversation.heard.missingFrom(this.#local.heard).length > 0
    if (lacks && !isReply) this.#sendContext(turn, conversation.peer, true)
    this.#ask(turn, conversation)
  }

  #hearDigest(turn: Turn, conversation: Conversation, message: Message & { type: 'digest' }): void {
    const { heard, prints } = this.#local
    if (!isSameHash(message.context, heard.hash)) {
      conversation.oddSinceMs = undefined
      this.#sendContext(turn, conversation.peer, false)
      return
    }
    conversation.heard = heard.copy()
    if (isSameHash(message.root, prints.root)) {
      conversation.oddSinceMs = undefined
      return
    }
    conversation.oddSinceMs ??= turn.nowMs
    if (turn.nowMs - conversation.oddSinceMs < ODD_MS || !this.#rules.comparesOdd) return
    if (turn.nowMs - conversation.comparedAtMs < COMPARE_PAUSE_MS) return
    if (message.isSettled && this.isSettled) {
      turn.effects.push({ type: 'diverged', from: conversation.peer })
    }
    this.#compare(turn, conversation, 'odd')
  }

  /** Whoever writes has all that it wrote before: what is missing below is asked for at once. */
  #hearPush(turn: Turn, conversation: Conversation, { delta, reach }: Message & { type: 'push' }) {
    conversation.learn(delta.spans.map(({ origin, high }) => ({ origin, low: 1, high })))
    this.#take(turn, conversation, delta, reach, undefined, true)
    this.#ask(turn, conversation)
  }

  #hearAck(turn: Turn, conversation: Conversation, spans: readonly Span[]): void {
    conversation.acked(spans)
    turn.effects.push({ type: 'acked', by: conversation.peer, spans })
    if (conversation.isBehind && conversation.underWayBytes < CREDIT_BYTES / 2) {
      conversation.isBehind = false
      this.#sendContext(turn, conversation.peer, false)
    }
  }

  #hearRange(turn: Turn, conversation: Conversation, message: Message & { type: 'range' }): void {
    const { asking } = conversation
    const { id, delta, reach, isLast } = message
    const comparison = this.#comparison
    if (asking?.id === id) asking.sinceMs = turn.nowMs
    else if (comparison?.id === id && comparison.peer === conversation.peer) {
      comparison.sinceMs = turn.nowMs
    } else return
    // It said that it has more than it can tell: asking at once again would go on for ever.
    if (asking?.id === id && delta.spans.length === 0) {
      conversation.askAfterMs = turn.nowMs + DIGEST_MS
    }
    this.#take(turn, conversation, delta, reach, id, isLast)
    if (isLast && asking?.id === id) this.#askAhead(turn, conversation, asking)
  }

  /** The next question goes out while this answer is on its way to the disk; not the one after that. */
  #askAhead(turn: Turn, conversation: Conversation, { isReconciled }: Asking): void {
    const { peer } = conversation
    const answers = [...this.#merging.values()].filter((one) => one.peer === peer && one.isLast)
    if (isReconciled || answers.length > ANSWERS_AHEAD) return
    conversation.asking = undefined
    this.#ask(turn, conversation)
  }

  #hearBelow(turn: Turn, conversation: Conversation, message: Message & { type: 'below' }): void {
    if (conversation.asking?.id !== message.id) return
    conversation.asking = undefined
    conversation.floors = message.floors
    this.#compare(turn, conversation, 'floor')
  }

  #hearSums(turn: Turn, conversation: Conversation, message: Message & { type: 'sums' }): void {
    const comparison = this.#comparison
    if (comparison?.id !== message.id || comparison.peer !== conversation.peer) return
    comparison.sinceMs = turn.nowMs
    const sums = this.#rules.comparesBuckets ? message.sums : this.#local.prints.all()
    // Where memory is of before, what another member wrote since would not be compared.
    const theirs = Context.of(message.heard)
    if (lacksOwn(turn, this.#local, { by: comparison.peer, theirs })) this.#comparison = undefined
    else comparison.sums(turn, message.heard, sums)
    if (comparison.isDone) this.#fetchCompared(turn, conversation)
  }

  #compare(turn: Turn, conversation: Conversation, why: 'floor' | 'odd'): void {
    if (this.#comparison) return
    const { peer } = conversation
    conversation.comparedAtMs = turn.nowMs
    const { prints } = this.#local
    this.#comparison = new Comparison(peer, this.#nextTicket(), prints, turn.nowMs)
    turn.effects.push({ type: 'comparing', with: peer, why })
    this.#comparison.ask(turn)
  }

  /** The buckets are equal now: what the other had heard of may be taken over, with its floors. */
  #fetchCompared(turn: Turn, conversation: Conversation): void {
    const comparison = this.#comparison
    if (!comparison || conversation.asking) return
    const missing = this.#local.heard.missingFrom(Context.of(comparison.heard))
    if (missing.length > 0 && turn.nowMs >= conversation.askAfterMs) {
      this.#need(turn, conversation, missing, true)
      return
    }
    this.#comparison = undefined
    if (missing.length > 0) return
    const buckets = [...comparison.differed.values()]
    turn.effects.push({ type: 'compared', with: comparison.peer, buckets })
    this.#ask(turn, conversation)
  }

  #ask(turn: Turn, conversation: Conversation): void {
    const { heard, asking, floors, askAfterMs, peer } = conversation
    if (!heard || asking || turn.nowMs < askAfterMs || this.#comparison?.peer === peer) return
    if (this.#local.heard.missingFrom(heard).length === 0) return
    const askedElsewhere = [...this.#conversations.values()].flatMap((other) =>
      other === conversation ? [] : (other.asking?.spans ?? []),
    )
    const onTheWay = [...this.#merging.values()].flatMap(({ spans }) => spans)
    const expected = this.#local.heard.copy()
    for (const span of [...onTheWay, ...askedElsewhere]) expected.add(span)
    const missing = ofOthers(expected.missingFrom(heard), this.#local)
    if (missing.length === 0) return
    if (this.#rules.heedsFloors && isBelowFloor(missing, floors)) {
      this.#compare(turn, conversation, 'floor')
    } else this.#need(turn, conversation, missing, false)
  }

  #need(
    turn: Turn,
    conversation: Conversation,
    missing: readonly Span[],
    isReconciled: boolean,
  ): void {
    const id = this.#nextTicket()
    const spans = newestFirst(missing)
    conversation.asking = { id, spans, isReconciled, sinceMs: turn.nowMs }
    send(turn, conversation.peer, { type: 'need', id, spans, isReconciled })
  }

  #take(
    turn: Turn,
    conversation: Conversation,
    delta: Delta,
    reach: readonly Span[],
    id: number | undefined,
    isLast: boolean,
  ): void {
    const { peer } = conversation
    for (const span of [...reach, ...delta.spans]) conversation.reach.add(span)
    this.#reach.union(conversation.reach)
    const { spans } = delta
    if (id === undefined && spans.every((span) => this.#local.heard.covers(span))) {
      send(turn, peer, { type: 'ack', spans }, 'live')
      return
    }
    const ticket = this.#nextTicket()
    this.#merging.set(ticket, { peer, spans, id, isLast })
    turn.effects.push({ type: 'merge', ticket, from: peer, delta })
    if (!this.#rules.acksDurable) send(turn, peer, { type: 'ack', spans }, 'live')
  }

  #merged(turn: Turn, ticket: number): void {
    const merging = this.#merging.get(ticket)
    this.#merging.delete(ticket)
    const conversation = merging && this.#conversations.get(merging.peer)
    if (!conversation) return
    const { spans, id, isLast, peer } = merging
    if (spans.length > 0) send(turn, peer, { type: 'ack', spans }, 'live')
    const comparison = this.#comparison?.peer === peer ? this.#comparison : undefined
    if (isLast && id !== undefined && conversation.asking?.id === id) {
      conversation.asking = undefined
    } else if (isLast && comparison && comparison.id === id) comparison.merged(turn)
    if (comparison?.isDone) this.#fetchCompared(turn, conversation)
    this.#ask(turn, conversation)
  }

  /** What could not be kept is asked for again, but not at once: the disk may be full. */
  #failed(turn: Turn, ticket: number): void {
    this.#answers.failed(ticket)
    const merging = this.#merging.get(ticket)
    this.#merging.delete(ticket)
    const conversation = merging && this.#conversations.get(merging.peer)
    if (!conversation) return
    conversation.asking = undefined
    conversation.askAfterMs = turn.nowMs + DIGEST_MS
    if (this.#comparison?.peer === merging.peer) this.#comparison = undefined
  }

  #sendContext(turn: Turn, peer: string, isReply: boolean): void {
    const { heard, floors } = this.#local
    this.#tell(peer)
    const reach = heard.missingFrom(this.#reach)
    send(turn, peer, { type: 'context', heard: heard.spans(), reach, floors, isReply }, 'live')
  }

  #tell(peer: string): readonly Span[] {
    this.#reach.union(this.#local.heard)
    return this.#conversations.get(peer)?.tell(this.#reach) ?? []
  }

  #nextTicket(): number {
    this.#tickets += 1
    return this.#tickets
  }
}
