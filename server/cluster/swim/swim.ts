// The membership machine: SWIM with Lifeguard's corrections, as one pure step from what happened to what is to be done.
// It has no socket, clock or chance of its own; the real driver and the simulator both feed it.

import type { PeerId } from '#protocol/ids.ts'
import { Awareness } from './awareness.ts'
import { type Claim, isPresent, isWatched, type PeerState } from './claim.ts'
import { sizeOfClaim, sizeWithoutNews } from './codec.ts'
import type { Carrier, Effect, Turn } from './effect.ts'
import { isSameView } from './fingerprint.ts'
import {
  DIFFERS_MS,
  FAREWELLS,
  GOSSIP_FANOUT,
  GOSSIP_MS,
  JOIN_MAX_MS,
  JOIN_MIN_MS,
  MAX_DATAGRAM_BYTES,
  RETRY_MS,
  SEEK_MS,
  SYNC_PAUSE_MS,
} from './limits.ts'
import type { Body, Message } from './message.ts'
import { News } from './news.ts'
import { Probes } from './probes.ts'
import { Round, shuffled } from './round.ts'
import { type Rules, rules as soundRules } from './rules.ts'
import type { Send } from './send.ts'
import { type Member, type Self, Table } from './table.ts'
import { WatchTime } from './watch-time.ts'

export type Input =
  | { readonly type: 'tick' }
  | {
      readonly type: 'message'
      readonly message: Message
      /** Where an answer goes. */
      readonly from: string
      readonly over: Carrier
    }
  /** Addresses at which somebody may know the others. */
  | { readonly type: 'join'; readonly seeds: readonly string[] }
  | { readonly type: 'metadata'; readonly metadata: string }
  /** The event loop was late by so much. */
  | { readonly type: 'lag'; readonly ms: number }
  | { readonly type: 'leave' }

export interface Now {
  readonly monotonicMs: number
  readonly wallMs: number
}

export interface SwimOptions {
  readonly self: Self
  /** Numbers from 0 to below 1. */
  readonly random: () => number
  readonly rules?: Rules
}

export class Swim {
  readonly #rules: Rules
  readonly #random: () => number
  readonly #time = new WatchTime()
  readonly #awareness = new Awareness()
  readonly #news = new News(sizeOfClaim)
  readonly #table: Table
  readonly #probes: Probes
  readonly #absent: ReadonlyMap<PeerState, Round<PeerId>>
  #seeds: readonly string[] = []
  #joinMs = Number.POSITIVE_INFINITY
  #joinPauseMs = JOIN_MIN_MS
  #gossipMs = Number.NEGATIVE_INFINITY
  #retryMs = Number.NEGATIVE_INFINITY
  #retries = 0
  #farewells = 0
  /** When the driver shall step again at the latest, in its own monotonic time. */
  wakeAtMs = Number.NEGATIVE_INFINITY

  constructor({ self, random, rules = soundRules }: SwimOptions) {
    this.#rules = rules
    this.#random = random
    this.#table = new Table(self, { rules, news: this.#news, awareness: this.#awareness })
    this.#absent = new Map([
      ['unreachable', new Round(random)],
      ['dead', new Round(random)],
    ])
    const parts = { table: this.#table, awareness: this.#awareness, rules, random }
    this.#probes = new Probes({ ...parts, send: this.#send })
  }

  get self(): Claim {
    return this.#table.self
  }

  /** Everybody else that is known, dead ones too. */
  get members(): readonly Readonly<Member>[] {
    return this.#table.others()
  }

  get view(): Table['view'] {
    return this.#table.view
  }

  /** 0 is well; 7 the worst. */
  get awareness(): number {
    return this.#awareness.score
  }

  step(now: Now, input: Input): Effect[] {
    const { nowMs, stalledMs } = this.#time.arrive(now.monotonicMs)
    const turn: Turn = { nowMs, wallMs: now.wallMs, effects: [] }
    if (stalledMs > 0) this.#awareness.lagged(stalledMs)
    this.#take(turn, input)
    this.#runDue(turn)
    this.wakeAtMs = this.#time.wakeAt(nowMs, this.#nextMs())
    return turn.effects
  }

  #take(turn: Turn, input: Input): void {
    switch (input.type) {
      case 'tick':
        return
      case 'message':
        this.#receive(turn, input.message, input.from, input.over)
        return
      case 'join':
        this.#seeds = input.seeds
        this.#joinMs = turn.nowMs
        return
      case 'metadata':
        this.#table.declare(turn, { metadata: input.metadata })
        return
      case 'lag':
        this.#awareness.lagged(input.ms)
        return
      case 'leave':
        this.#table.declare(turn, { state: 'left' })
        this.#farewells = FAREWELLS
    }
  }

  #receive(turn: Turn, message: Message, from: string, over: Carrier): void {
    if (message.from === this.#table.self.id) return
    const sender = this.#table.get(message.from)
    // What a former start of it said last is no news of the present one.
    if (sender && message.boot < sender.claim.boot) {
      if (message.type === 'ping') this.#tellSuperseded(turn, sender, from, over)
      return
    }
    for (const claim of message.news) this.#table.hear(turn, claim)
    const known = this.#table.get(message.from)
    if (known?.claim.boot === message.boot) known.heardMs = turn.nowMs
    this.#answer(turn, message, from, over)
    if (known) this.#compare(turn, message, known)
  }

  #answer(turn: Turn, message: Message, from: string, over: Carrier): void {
    switch (message.type) {
      case 'ping':
        this.#probes.onPing(turn, message, from, over)
        return
      case 'ack':
        this.#probes.onAck(turn, message)
        return
      case 'ping-request':
        this.#probes.onRequest(turn, message, from, over)
        return
      case 'nack':
        this.#probes.onNack(message)
        return
      case 'sync':
        if (!message.isReply) this.#sync(turn, from, true)
        return
      case 'refuse':
        this.#heedRefusal(turn, message)
        return
      case 'gossip':
    }
  }

  /**
   * Who still asks may not know: its data folder was copied, and the copy began later at another address. A restarted
   * peer, whose former start asked last, hears what it knows.
   */
  #tellSuperseded(turn: Turn, { claim }: Member, to: string, over: Carrier): void {
    const message = this.#complete({ type: 'gossip' }, [claim])
    turn.effects.push({ type: 'send', to, over, message })
  }

  #heedRefusal(turn: Turn, message: Message & { type: 'refuse' }): void {
    if (message.run !== this.#table.self.contact.run) return
    turn.effects.push({ type: 'refused', by: message.from })
  }

  /** Views that differ although ours has been still for a while: one of us has missed something for good. */
  #compare(turn: Turn, message: Message, member: Member): void {
    if (!this.#rules.syncs || isSameView(message.view, this.#table.view)) return
    if (turn.nowMs - this.#table.changedMs < DIFFERS_MS) return
    if (turn.nowMs - member.syncedMs < SYNC_PAUSE_MS) return
    member.syncedMs = turn.nowMs
    this.#sync(turn, member.claim.contact.address, false)
  }

  #sync(turn: Turn, to: string, isReply: boolean): void {
    const message = this.#complete({ type: 'sync', isReply }, this.#table.claims())
    turn.effects.push({ type: 'send', to, over: 'stream', message })
  }

  #runDue(turn: Turn): void {
    if (this.#table.self.state !== 'left') {
      this.#probes.run(turn)
      this.#table.judge(turn)
      if (turn.nowMs >= this.#retryMs) this.#tryAbsent(turn)
      if (turn.nowMs >= this.#joinMs) this.#join(turn)
    }
    if (turn.nowMs >= this.#gossipMs) this.#gossip(turn)
  }

  #nextMs(): number {
    if (this.#table.self.state === 'left') return this.#gossipMs
    return Math.min(
      this.#probes.nextMs(),
      this.#table.nextVerdictMs(),
      this.#retryMs,
      this.#joinMs,
      this.#news.isEmpty ? Number.POSITIVE_INFINITY : this.#gossipMs,
    )
  }

  #gossip(turn: Turn): void {
    this.#gossipMs = turn.nowMs + GOSSIP_MS
    const isLeaving = this.#table.self.state === 'left'
    if (isLeaving && this.#farewells > 0) this.#farewells -= 1
    else if (isLeaving || this.#news.isEmpty) return
    const hearers = this.#table
      .others()
      .filter(({ claim }) => (isLeaving ? isPresent(claim) : isWatched(claim)))
    const fanout = isLeaving ? hearers.length : GOSSIP_FANOUT
    for (const { claim } of shuffled(hearers, this.#random).slice(0, fanout)) {
      if (!isLeaving && this.#news.isEmpty) return
      const about = isLeaving ? this.#table.self : undefined
      this.#send(turn, claim.contact.address, 'datagram', { type: 'gossip' }, about)
    }
  }

  /**
   * Those given up are tried for ever, one that is unreachable and one that is dead at a time; now and then over a
   * stream, where datagrams may not pass. Nothing is concluded from their silence.
   */
  #tryAbsent(turn: Turn): void {
    this.#retryMs = turn.nowMs + RETRY_MS
    if (!this.#rules.retriesDead) return
    this.#retries += 1
    for (const [state, round] of this.#absent) {
      const absent = this.#table.others().filter(({ claim }) => claim.state === state)
      const id = round.next(absent.map(({ claim }) => claim.id))
      const member = id && this.#table.get(id)
      if (member) this.#probes.knock(turn, member, this.#retries % 4 === 0 ? 'stream' : 'datagram')
    }
  }

  /**
   * All seeds until somebody is known who may answer, and again whenever there is nobody left. Those at which nobody is
   * known are asked for ever: peers that started on one side of a split know only one another, and to the others they
   * have left.
   */
  #join(turn: Turn): void {
    const isAlone = this.#table.present <= 1
    const known = new Set(this.#table.claims().map(({ contact }) => contact?.address))
    const asked = isAlone ? this.#seeds : this.#seeds.filter((seed) => !known.has(seed))
    for (const seed of asked) this.#sync(turn, seed, false)
    this.#joinPauseMs = isAlone ? Math.min(JOIN_MAX_MS, this.#joinPauseMs * 2) : JOIN_MIN_MS
    this.#joinMs = turn.nowMs + (isAlone ? this.#joinPauseMs : SEEK_MS)
  }

  readonly #send: Send = (turn, to, over, body, about) => {
    const bare = this.#complete(body, [])
    const room = MAX_DATAGRAM_BYTES - sizeWithoutNews(bare)
    const news = this.#news.pick(room, about)
    // Told to somebody who may be gone is not told.
    if (this.#table.isAliveAt(to)) this.#news.told(news, this.#rules.timesTold(this.#table.present))
    turn.effects.push({ type: 'send', to, over, message: { ...bare, news } })
  }

  #complete(body: Body, news: readonly Claim[]): Message {
    const { id: from, boot } = this.#table.self
    return { ...body, from, boot, view: this.#table.view, news }
  }
}
