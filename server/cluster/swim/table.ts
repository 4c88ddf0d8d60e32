// Who is believed to be what. Every claim, ours or others', comes in by `hear`; the table decides whether it believes
// it, and passes on what it believes.

import type { PeerId } from '#protocol/ids.ts'
import type { Awareness } from './awareness.ts'
import {
  type Claim,
  type Contact,
  isPresent,
  isWatched,
  type PeerState,
  UNKNOWN_RUN,
} from './claim.ts'
import type { Turn } from './effect.ts'
import { emptyFingerprint, type Fingerprint, toggled } from './fingerprint.ts'
import { CONFIRMATIONS, DEAD_FACTOR, MAX_MEMBERS, SUSPICION_MIN_MS } from './limits.ts'
import type { News } from './news.ts'
import type { Rules } from './rules.ts'
import type { Suspicion } from './suspicion.ts'

export interface Member {
  claim: Claim & { readonly contact: Contact }
  suspicion: Suspicion | undefined
  /** When it was last heard itself, in the machine's time. */
  heardMs: number
  /** When we asked it last. */
  askedMs: number
  /** When its state became what it is. */
  sinceMs: number
  roundTripMs: number | undefined
  /** When views were last exchanged with it. */
  syncedMs: number
}

export interface Self {
  readonly id: PeerId
  readonly boot: number
  readonly contact: Contact
}

interface TableParts {
  readonly rules: Rules
  readonly news: News
  readonly awareness: Awareness
}

export class Table {
  readonly #parts: TableParts
  readonly #members = new Map<PeerId, Member>()
  #self: Claim & { readonly contact: Contact }
  #view: Fingerprint = emptyFingerprint
  #present = 1
  /** When anything was last believed anew. */
  changedMs = Number.NEGATIVE_INFINITY
  /** Claims about members beyond the limit. */
  dropped = 0

  constructor(self: Self, parts: TableParts) {
    this.#parts = parts
    const { id, boot, contact } = self
    this.#self = { id, boot, incarnation: 0, state: 'alive', by: id, contact }
    this.#view = toggled(this.#view, this.#self)
    parts.news.add(this.#self)
  }

  get self(): Claim & { readonly contact: Contact } {
    return this.#self
  }

  get view(): Fingerprint {
    return this.#view
  }

  /** How many there are that may answer, this peer among them. */
  get present(): number {
    return this.#present
  }

  get(id: PeerId): Member | undefined {
    return this.#members.get(id)
  }

  /** Whether a member that nobody doubts is at that address. */
  isAliveAt(address: string): boolean {
    for (const { claim } of this.#members.values()) {
      if (claim.state === 'alive' && claim.contact.address === address) return true
    }
    return false
  }

  /** Everybody but ourselves. */
  others(): Member[] {
    return [...this.#members.values()]
  }

  /** Everything believed, ourselves first. */
  claims(): Claim[] {
    return [this.#self, ...this.others().map(({ claim }) => claim)]
  }

  /** Says something new of ourselves, with the next incarnation. A farewell is the last that is said. */
  declare(turn: Turn, change: { metadata?: string; state?: 'left' }): void {
    if (this.#self.state === 'left') return
    const { metadata = this.#self.contact.metadata, state = this.#self.state } = change
    const contact = { ...this.#self.contact, metadata }
    this.#renewSelf(turn, this.#self.incarnation + 1, state, contact)
  }

  hear(turn: Turn, claim: Claim): void {
    if (claim.id === this.#self.id) {
      this.#hearOfSelf(turn, claim)
      return
    }
    const member = this.#members.get(claim.id)
    if (!member) this.#meet(turn, claim)
    else if (isOtherProcess(claim, member)) refuse(turn, this.#self, this.#view, claim)
    else this.#weigh(turn, member, this.#tempered(turn, member, claim))
  }

  /** This peer itself got no answer from the member. */
  doubt(turn: Turn, member: Member): void {
    const { id, boot, incarnation } = member.claim
    this.hear(turn, { id, boot, incarnation, state: 'suspect', by: this.#self.id })
  }

  /** Turns suspicions that have lasted long enough into verdicts. */
  judge(turn: Turn): void {
    for (const member of this.#members.values()) {
      const verdict = this.#verdictAt(member)
      if (verdict === undefined || turn.nowMs < verdict.atMs) continue
      const { id, boot, incarnation } = member.claim
      this.#believe(turn, member, {
        id,
        boot,
        incarnation,
        state: verdict.state,
        by: this.#self.id,
      })
    }
  }

  /** When the next suspicion becomes a verdict. */
  nextVerdictMs(): number {
    let next = Number.POSITIVE_INFINITY
    for (const member of this.#members.values()) {
      next = Math.min(next, this.#verdictAt(member)?.atMs ?? next)
    }
    return next
  }

  #verdictAt(member: Member): { atMs: number; state: PeerState } | undefined {
    const { suspicion, claim } = member
    if (!suspicion) return undefined
    const { rules } = this.#parts
    const possible = rules.possibleConfirmations(this.#mayConfirm(member))
    const ms = rules.suspicionMs(suspicion.by.size - 1, possible)
    return claim.state === 'suspect'
      ? { atMs: suspicion.sinceMs + ms, state: 'unreachable' }
      : { atMs: suspicion.sinceMs + DEAD_FACTOR * ms, state: 'dead' }
  }

  /** How many others could share a doubt about a member: those who are not given up themselves. */
  #mayConfirm(subject: Member): number {
    let count = 0
    for (const other of this.#members.values()) {
      if (other !== subject && isWatched(other.claim)) count += 1
    }
    return count
  }

  #hearOfSelf(turn: Turn, claim: Claim): void {
    const { rules, awareness } = this.#parts
    if (claim.boot > this.#self.boot || isOtherProcess(claim, { claim: this.#self })) {
      turn.effects.push({ type: 'refused', by: claim.by })
      return
    }
    if (this.#self.state === 'left') return
    const incarnation = rules.refutation(claim, this.#self)
    if (incarnation === undefined) return
    awareness.add(1)
    this.#renewSelf(turn, incarnation, this.#self.state, this.#self.contact)
  }

  #renewSelf(turn: Turn, incarnation: number, state: PeerState, contact: Contact): void {
    this.#view = toggled(this.#view, this.#self)
    this.#self = { ...this.#self, incarnation, state, contact }
    this.#view = toggled(this.#view, this.#self)
    this.changedMs = turn.nowMs
    this.#parts.news.add(this.#self)
  }

  /**
   * A claim about somebody unknown. Without a way to reach them it waits for the exchange of whole views. Whoever is
   * said to be dead is tried first.
   */
  #meet(turn: Turn, claim: Claim): void {
    const { contact } = claim
    if (!contact) return
    if (claim.state === 'dead') {
      this.#meet(turn, { ...claim, state: 'unreachable' })
      return
    }
    if (this.#members.size + 1 >= MAX_MEMBERS) {
      this.dropped += 1
      return
    }
    const never = Number.NEGATIVE_INFINITY
    const blank = { heardMs: never, askedMs: never, roundTripMs: undefined, syncedMs: never }
    const member = {
      ...blank,
      sinceMs: turn.nowMs,
      claim: { ...claim, contact },
      suspicion: undefined,
    }
    this.#members.set(claim.id, member)
    if (isPresent(claim)) this.#present += 1
    this.#view = toggled(this.#view, claim)
    this.#settle(turn, member, undefined)
  }

  /**
   * Another's verdict, as far as we go along with it. What we heard from the member itself a moment ago outweighs it:
   * it is a doubt, to be refuted. And a peer that was cut off calls everyone dead: we take that from others only of a
   * member that has been unreachable for a while, in which it could have refuted.
   */
  #tempered(turn: Turn, member: Member, claim: Claim): Claim {
    const { state, boot, by, id } = claim
    if ((state !== 'unreachable' && state !== 'dead') || by === id) return claim
    const { rules } = this.#parts
    const isSameStart = boot === member.claim.boot
    if (isSameStart && rules.isFresh(turn.nowMs - member.heardMs)) {
      return { ...claim, state: 'suspect' }
    }
    const isGone = member.claim.state === 'unreachable' || member.claim.state === 'dead'
    const lastedMs = isSameStart && isGone ? turn.nowMs - member.sinceMs : 0
    return state === 'dead' && !rules.trustsDeath(lastedMs)
      ? { ...claim, state: 'unreachable' }
      : claim
  }

  #weigh(turn: Turn, member: Member, claim: Claim): void {
    if (this.#parts.rules.supersedes(claim, member.claim)) this.#believe(turn, member, claim)
    else this.#confirm(member, claim)
  }

  /** The same doubt by somebody else makes it weigh more, and is passed on. */
  #confirm(member: Member, claim: Claim): void {
    const { boot, incarnation } = member.claim
    const isSame = claim.boot === boot && claim.incarnation === incarnation
    if (!member.suspicion || !isSame || claim.state === 'alive') return
    const suspicion = this.#parts.rules.confirmed(member.suspicion, claim.by)
    if (suspicion === member.suspicion) return
    member.suspicion = suspicion
    const isNeeded = suspicion.by.size - 1 <= CONFIRMATIONS
    if (member.claim.state === 'suspect' && isNeeded) this.#parts.news.addBeside(claim)
  }

  #believe(turn: Turn, member: Member, claim: Claim): void {
    const was = member.claim
    const wasPresent = isPresent(was)
    this.#view = toggled(toggled(this.#view, was), claim)
    member.claim = { ...claim, contact: contactAfter(claim, was) }
    this.#present += Number(isPresent(claim)) - Number(wasPresent)
    if (claim.boot !== was.boot) member.roundTripMs = undefined
    this.#settle(turn, member, was)
  }

  #settle(turn: Turn, member: Member, was: Claim | undefined): void {
    const { claim } = member
    member.suspicion = suspicionOf(turn, member)
    this.changedMs = turn.nowMs
    this.#parts.news.add(claim)
    if (was?.state === claim.state && was.boot === claim.boot) return
    member.sinceMs = turn.nowMs
    const { id, boot, state, by } = claim
    turn.effects.push({ type: 'changed', id, boot, was: was?.state, is: state, by })
  }
}

/** A verdict that came from elsewhere goes on towards death here as well, as if doubted for the shortest time. */
function suspicionOf({ nowMs }: Turn, { claim, suspicion }: Member): Suspicion | undefined {
  if (claim.state === 'suspect') return { sinceMs: nowMs, by: new Set([claim.by]) }
  if (claim.state !== 'unreachable') return undefined
  return suspicion ?? { sinceMs: nowMs - SUSPICION_MIN_MS, by: new Set([claim.by]) }
}

/**
 * A verdict about a later start brings no contact, and whose process that is nobody can say yet: to take it for the
 * former one's would be to refuse the right one for ever.
 */
function contactAfter(claim: Claim, was: Member['claim']): Contact {
  if (claim.contact && claim.contact.run !== UNKNOWN_RUN) return claim.contact
  if (claim.boot === was.boot) return was.contact
  return { ...was.contact, ...claim.contact, run: UNKNOWN_RUN }
}

/** Two processes with one id and one start count: a copied data folder. The one that was known first stays. */
function isOtherProcess(claim: Claim, { claim: held }: Pick<Member, 'claim'>): boolean {
  if (!claim.contact || claim.boot !== held.boot) return false
  const runs = [claim.contact.run, held.contact.run]
  return !runs.includes(UNKNOWN_RUN) && runs[0] !== runs[1]
}

function refuse(turn: Turn, self: Claim, view: Fingerprint, claim: Claim): void {
  if (!claim.contact) return
  const { run, address } = claim.contact
  const { id: from, boot } = self
  const message = { type: 'refuse', run, from, boot, view, news: [] } as const
  turn.effects.push({ type: 'send', to: address, over: 'datagram', message })
  turn.effects.push({ type: 'duplicate', id: claim.id, address })
}
