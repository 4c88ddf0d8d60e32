// Asking members whether they are there, by ourselves and for others (SWIM, section 3.1). A probe that is not answered
// in time is passed to a few others and to the control connection; one that nobody answered becomes a doubt.

import type { PeerId } from '#protocol/ids.ts'
import type { Awareness } from './awareness.ts'
import { isWatched } from './claim.ts'
import type { Carrier, Turn } from './effect.ts'
import { Errands } from './errands.ts'
import {
  INDIRECT_PROBES,
  MAX_ANSWER_MS,
  MIN_ANSWER_MS,
  PERIOD_MS,
  PROBES_PER_PERIOD,
  RELAYED_MS,
} from './limits.ts'
import type { Body, Message } from './message.ts'
import { shuffled } from './round.ts'
import type { Rules } from './rules.ts'
import type { Send } from './send.ts'
import type { Member, Table } from './table.ts'

interface Probe {
  readonly target: PeerId
  /** Another asked about it: we look for ourselves with the same ping, and ask nobody else. */
  readonly isForOther: boolean
  readonly sentMs: number
  /** When others are asked, and when we give up. */
  readonly askMs: number
  readonly deadlineMs: number
  /** Who was asked; nobody yet. */
  relays: ReadonlySet<PeerId> | undefined
  nacks: number
}

interface ProbesParts {
  readonly table: Table
  readonly awareness: Awareness
  readonly rules: Rules
  readonly random: () => number
  readonly send: Send
}

export class Probes {
  readonly #parts: ProbesParts
  readonly #probes = new Map<number, Probe>()
  readonly #errands: Errands
  #seq = 0
  #nextMs = Number.NEGATIVE_INFINITY

  constructor(parts: ProbesParts) {
    this.#parts = parts
    this.#errands = new Errands(parts.send)
  }

  /** Everything that is due. */
  run(turn: Turn): void {
    for (const [seq, probe] of this.#probes) this.#advance(turn, seq, probe)
    this.#errands.run(turn)
    if (turn.nowMs >= this.#nextMs) this.#probeNext(turn)
  }

  nextMs(): number {
    let next = Math.min(this.#nextMs, this.#errands.nextMs())
    for (const { relays, askMs, deadlineMs } of this.#probes.values()) {
      next = Math.min(next, relays ? deadlineMs : askMs)
    }
    return next
  }

  /** One unscheduled question, whose answer is heard but not waited for. */
  knock(turn: Turn, member: Member, over: Carrier): void {
    const { id, contact } = member.claim
    this.#parts.send(turn, contact.address, over, this.#ping(id, this.#newSeq()), member.claim)
  }

  onPing(turn: Turn, message: Message & { type: 'ping' }, from: string, over: Carrier): void {
    const { table, send } = this.#parts
    if (message.target !== table.self.id) return
    const asker = table.get(message.from)
    const isDoubted = asker !== undefined && asker.claim.state !== 'alive'
    const body: Body = { type: 'ack', seq: message.seq, wallMs: turn.wallMs }
    send(turn, from, over, body, isDoubted ? asker.claim : undefined)
  }

  onRequest(
    turn: Turn,
    message: Message & { type: 'ping-request' },
    from: string,
    over: Carrier,
  ): void {
    const { table, send } = this.#parts
    const { target, address } = message
    const seq = this.#newSeq()
    if (!this.#errands.take(turn, seq, { message, from, over })) return
    const known = table.get(target)
    const to = known?.claim.contact.address ?? address
    send(turn, to, 'datagram', this.#ping(target, seq), known?.claim)
    const isMine = known && isWatched(known.claim) && !this.#isProbed(target)
    if (isMine) this.#await(turn, seq, known, true)
  }

  onAck(turn: Turn, message: Message & { type: 'ack' }): void {
    this.#errands.answered(turn, message)
    const probe = this.#probes.get(message.seq)
    const isDirect = probe?.target === message.from
    if (!probe || !(isDirect || probe.relays?.has(message.from))) return
    this.#probes.delete(message.seq)
    this.#parts.awareness.add(-1)
    if (isDirect && !probe.relays) this.#measure(turn, probe, message.wallMs)
  }

  onNack(message: Message & { type: 'nack' }): void {
    const probe = this.#probes.get(message.seq)
    if (probe?.relays?.has(message.from)) probe.nacks += 1
  }

  /** The slots of a period are spread evenly, so that the first probe of a dead member comes soon. */
  #probeNext(turn: Turn): void {
    const { table, awareness } = this.#parts
    const watched = table.others().filter(({ claim }) => isWatched(claim))
    const count = Math.min(PROBES_PER_PERIOD, Math.max(1, watched.length))
    this.#nextMs = turn.nowMs + (PERIOD_MS * awareness.factor) / count
    const member = this.#longestSilent(watched)
    if (!member) return
    const seq = this.#newSeq()
    this.#await(turn, seq, member, false)
    // Who is doubted hears of it with the question, and can refute in the answer (Lifeguard's buddy).
    const { id: target, contact, state } = member.claim
    const about = state === 'alive' ? undefined : member.claim
    this.#parts.send(turn, contact.address, 'datagram', this.#ping(target, seq), about)
  }

  /**
   * Whom we have neither heard nor asked for the longest. SWIM asks everyone once in a round; but who has just asked us
   * need not be asked, and with that a member that falls silent is asked by somebody twice as soon.
   */
  #longestSilent(watched: readonly Member[]): Member | undefined {
    let longest: Member | undefined
    for (const member of shuffled(watched, this.#parts.random)) {
      if (this.#isProbed(member.claim.id)) continue
      if (!longest || lastContactMs(member) < lastContactMs(longest)) longest = member
    }
    return longest
  }

  #isProbed(id: PeerId): boolean {
    return [...this.#probes.values()].some(({ target }) => target === id)
  }

  /** From now on the ping of that number is a probe of ours. */
  #await(turn: Turn, seq: number, member: Member, isForOther: boolean): void {
    const answerMs = Math.min(
      MAX_ANSWER_MS,
      Math.max(MIN_ANSWER_MS, 3 * (member.roundTripMs ?? MAX_ANSWER_MS)),
    )
    const { factor } = this.#parts.awareness
    member.askedMs = turn.nowMs
    this.#probes.set(seq, {
      target: member.claim.id,
      isForOther,
      sentMs: turn.nowMs,
      askMs: turn.nowMs + answerMs * factor,
      deadlineMs: turn.nowMs + (answerMs + RELAYED_MS) * factor,
      relays: undefined,
      nacks: 0,
    })
  }

  #advance(turn: Turn, seq: number, probe: Probe): void {
    const { table, awareness } = this.#parts
    const member = table.get(probe.target)
    if (!member || !isWatched(member.claim)) {
      this.#probes.delete(seq)
      return
    }
    if (!probe.relays && turn.nowMs >= probe.askMs)
      probe.relays = this.#askOthers(turn, seq, member, probe.isForOther ? 0 : INDIRECT_PROBES)
    if (turn.nowMs < probe.deadlineMs) return
    this.#probes.delete(seq)
    if (!probe.isForOther) {
      awareness.probeFailed({ expected: probe.relays?.size ?? 0, received: probe.nacks })
    }
    table.doubt(turn, member)
  }

  /** A few others, and the control connection in case that only datagrams fail. */
  #askOthers(turn: Turn, seq: number, { claim }: Member, most: number): ReadonlySet<PeerId> {
    const { table, rules, random, send } = this.#parts
    if (!rules.asksOthers) return new Set()
    const helpers = table
      .others()
      .filter((other) => other.claim.state === 'alive' && other.claim.id !== claim.id)
    const chosen = shuffled(helpers, random).slice(0, most)
    const { id: target, contact } = claim
    for (const helper of chosen) {
      const body: Body = { type: 'ping-request', seq, target, address: contact.address }
      send(turn, helper.claim.contact.address, 'datagram', body)
    }
    send(turn, contact.address, 'stream', this.#ping(target, seq))
    return new Set(chosen.map((helper) => helper.claim.id))
  }

  /** A moving average, as TCP's (RFC 6298): an eighth of each new sample. */
  #measure(turn: Turn, probe: Probe, wallMs: number): void {
    const member = this.#parts.table.get(probe.target)
    if (!member) return
    const sampleMs = turn.nowMs - probe.sentMs
    const before = member.roundTripMs ?? sampleMs
    member.roundTripMs = before + (sampleMs - before) / 8
    const offsetMs = wallMs + sampleMs / 2 - turn.wallMs
    const { id } = member.claim
    turn.effects.push({ type: 'measured', id, roundTripMs: member.roundTripMs, offsetMs })
  }

  #ping(target: PeerId, seq: number): Body {
    return { type: 'ping', seq, target }
  }

  #newSeq(): number {
    this.#seq = (this.#seq + 1) % 2 ** 32
    return this.#seq
  }
}

/** A member whose round trip was never measured is to be asked, however often it asks us. */
const lastContactMs = ({ heardMs, askedMs, roundTripMs }: Member): number =>
  roundTripMs === undefined ? askedMs : Math.max(heardMs, askedMs)
