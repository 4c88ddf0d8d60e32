// How a page goes on when its own peer has gone: another peer's host name gets none of its cookies, so the page holds a
// signed ticket with which it opens WebSockets there, and nothing else. A handover is what a person's click makes of
// that: good once, at one peer, for a session's cookie there. Both name the page's origin and live no longer than the
// session does.

import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { Clock, Random } from '../clock.ts'
import { type Person, sessionClaims } from './credential.ts'
import { sameBytes } from './keys.ts'
import type { Sessions } from './sessions.ts'
import { claimsSchema, type SessionClaims } from './token.ts'

/** Renewed each minute over the page's live WebSocket; long enough for a laptop that slept for a moment, ms. */
export const TICKET_MS = 5 * 60 * 1000
/** From the click to the request that it makes, ms. */
export const HANDOVER_MS = 30_000
/** Handovers that were used and have not expired; past it no more are honoured for a moment. */
export const MAX_USED = 10_000
/** Longer than any that we make (about 600); what is longer is not even hashed. */
const MAX_CHARS = 2048
const ID_BYTES = 16

const ticketSchema = z.strictObject({ origin: z.string(), exp: z.number(), claims: claimsSchema })
const handoverSchema = ticketSchema.extend({ id: z.string(), peer: z.string() })

type Purpose = 'ticket' | 'handover'

export interface TicketParts {
  readonly clock: Clock
  readonly random: Random
  readonly sessions: Pick<Sessions, 'holds'>
  /** The same on every peer of the cluster. */
  readonly key: Buffer
}

export class Tickets {
  readonly #parts: TicketParts
  /** Ids of used handovers, with when they expire; oldest first. */
  readonly #used = new Map<string, number>()

  constructor(parts: TicketParts) {
    this.#parts = parts
  }

  /** For pages of this origin. Throws `token_forbidden` for a program. */
  issue(person: Person, origin: string): string {
    const exp = this.#parts.clock.nowMs() + TICKET_MS
    return this.#sign('ticket', { origin, exp, claims: sessionClaims(person) })
  }

  /** Whose it is, if it is ours, for this origin, in time, and the session still holds. */
  admit(ticket: string, origin: string): Person | undefined {
    const read = ticketSchema.safeParse(this.#read('ticket', ticket)).data
    if (!read || read.origin !== origin || read.exp <= this.#parts.clock.nowMs()) return undefined
    return this.#parts.sessions.holds(read.claims as SessionClaims)
  }

  /** For one use, at this peer. Throws `token_forbidden` for a program. */
  handOver(person: Person, { origin, peer }: { origin: string; peer: string }): string {
    const id = Buffer.from(this.#parts.random(ID_BYTES)).toString('base64url')
    const exp = this.#parts.clock.nowMs() + HANDOVER_MS
    return this.#sign('handover', { id, peer, origin, exp, claims: sessionClaims(person) })
  }

  /** As `admit`, and only the first time. */
  takeOver(code: string, { origin, peer }: { origin: string; peer: string }): Person | undefined {
    const nowMs = this.#parts.clock.nowMs()
    const read = handoverSchema.safeParse(this.#read('handover', code)).data
    if (!read || read.origin !== origin || read.peer !== peer || read.exp <= nowMs) return undefined
    const person = this.#parts.sessions.holds(read.claims as SessionClaims)
    return person && this.#use(read.id, read.exp, nowMs) ? person : undefined
  }

  #use(id: string, exp: number, nowMs: number): boolean {
    for (const [old, oldExp] of this.#used) {
      if (oldExp > nowMs) break
      this.#used.delete(old)
    }
    if (this.#used.has(id) || this.#used.size >= MAX_USED) return false
    this.#used.set(id, exp)
    return true
  }

  #sign(purpose: Purpose, value: object): string {
    const payload = Buffer.from(JSON.stringify(value)).toString('base64url')
    return `${payload}.${this.#mac(purpose, payload).toString('base64url')}`
  }

  /** The MAC is checked before anything in the payload is parsed. */
  #read(purpose: Purpose, text: string): unknown {
    if (text.length > MAX_CHARS) return undefined
    const [payload = '', signature = '', ...rest] = text.split('.')
    const mac = Buffer.from(signature, 'base64url')
    if (rest.length > 0 || !sameBytes(mac, this.#mac(purpose, payload))) return undefined
    return JSON.parse(Buffer.from(payload, 'base64url').toString())
  }

  /** The purpose is under the MAC, so that neither can be used as the other. */
  #mac(purpose: Purpose, payload: string): Buffer {
    return createHmac('sha256', this.#parts.key).update(`${purpose}.${payload}`).digest()
  }
}
