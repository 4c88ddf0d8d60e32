// How a page goes on when its own peer has gone: another peer's host name gets none of its cookies, so the page holds a
// signed ticket with which it opens WebSockets there, and nothing else. A handover is what a person's click makes of
// that: good once, at one peer, for a session's cookie there. Both name the page's origin and live no longer than the
// session does.

import { z } from 'zod'
import type { Clock, Random } from '../clock.ts'
import { type Person, sessionClaims } from './credential.ts'
import type { Sessions } from './sessions.ts'
import { Signed, UsedOnce } from './signed.ts'
import { claimsSchema, type SessionClaims } from './token.ts'

/** Renewed each minute over the page's live WebSocket; long enough for a laptop that slept for a moment, ms. */
export const TICKET_MS = 5 * 60 * 1000
/** From the click to the request that it makes, ms. */
export const HANDOVER_MS = 30_000
const ID_BYTES = 16

const ticketSchema = z.strictObject({ origin: z.string(), exp: z.number(), claims: claimsSchema })
const handoverSchema = ticketSchema.extend({ id: z.string(), peer: z.string() })

export interface TicketParts {
  readonly clock: Clock
  readonly random: Random
  readonly sessions: Pick<Sessions, 'holds'>
  /** The same on every peer of the cluster. */
  readonly key: Buffer
}

export class Tickets {
  readonly #parts: TicketParts
  readonly #signed: Signed
  readonly #used = new UsedOnce()

  constructor(parts: TicketParts) {
    this.#parts = parts
    this.#signed = new Signed(parts.key)
  }

  /** For pages of this origin. Throws `token_forbidden` for a program. */
  issue(person: Person, origin: string): string {
    const exp = this.#parts.clock.nowMs() + TICKET_MS
    return this.#signed.sign('ticket', { origin, exp, claims: sessionClaims(person) })
  }

  /** Whose it is, if it is ours, for this origin, in time, and the session still holds. */
  admit(ticket: string, origin: string): Person | undefined {
    const read = this.#signed.read('ticket', ticketSchema, ticket)
    if (!read || read.origin !== origin || read.exp <= this.#parts.clock.nowMs()) return undefined
    return this.#parts.sessions.holds(read.claims as SessionClaims)
  }

  /** For one use, at this peer. Throws `token_forbidden` for a program. */
  handOver(person: Person, { origin, peer }: { origin: string; peer: string }): string {
    const id = Buffer.from(this.#parts.random(ID_BYTES)).toString('base64url')
    const exp = this.#parts.clock.nowMs() + HANDOVER_MS
    return this.#signed.sign('handover', { id, peer, origin, exp, claims: sessionClaims(person) })
  }

  /** As `admit`, and only the first time. */
  takeOver(code: string, { origin, peer }: { origin: string; peer: string }): Person | undefined {
    const nowMs = this.#parts.clock.nowMs()
    const read = this.#signed.read('handover', handoverSchema, code)
    if (!read || read.origin !== origin || read.peer !== peer || read.exp <= nowMs) return undefined
    const person = this.#parts.sessions.holds(read.claims as SessionClaims)
    return person && this.#used.use(read.id, read.exp, nowMs) ? person : undefined
  }
}
