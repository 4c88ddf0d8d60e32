// How somebody who is signed in on Skein's page becomes known on an app's host, which gets no cookie of that page: by
// a ticket, once and at once, and then by a cookie of that host alone. Both are signed with a key of their own, name
// the host and the session, and hold no longer than the session does.

import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Clock, Random } from '../clock.ts'
import { type Person, sessionClaims } from '../identity/credential.ts'
import type { Sessions } from '../identity/sessions.ts'
import { Signed, UsedOnce } from '../identity/signed.ts'
import { claimsSchema, type SessionClaims } from '../identity/token.ts'

/** From one redirect to the next, ms. */
export const TICKET_MS = 30_000
/** Passes whose signature was checked lately: checking costs as much as the rest of a small request. */
const MAX_KNOWN = 2000
const STATE_BYTES = 16

const ticketSchema = z.strictObject({
  id: z.string(),
  host: z.string(),
  /** Of the browser that was sent to sign in: a ticket that leaks is worth nothing elsewhere. */
  state: z.string(),
  path: z.string(),
  exp: z.number(),
  claims: claimsSchema,
})
const passSchema = z.strictObject({ host: z.string(), claims: claimsSchema })

export interface Entering {
  readonly person: Person
  /** Path and query to go on to. */
  readonly path: string
  readonly pass: string
}

export interface PassesParts {
  readonly clock: Clock
  readonly random: Random
  readonly sessions: Pick<Sessions, 'holds'>
  readonly key: Buffer
}

export class Passes {
  readonly #parts: PassesParts
  readonly #signed: Signed
  readonly #used = new UsedOnce()
  readonly #known = new Map<string, SessionClaims>()

  constructor(parts: PassesParts) {
    this.#parts = parts
    this.#signed = new Signed(parts.key)
  }

  /** A fresh secret for a browser's state cookie. */
  newState(): string {
    return Buffer.from(this.#parts.random(STATE_BYTES)).toString('base64url')
  }

  /** What of a state cookie may stand in an address. */
  readonly stateMark = (secret: string): string =>
    createHash('sha256').update(secret).digest('base64url')

  /** `host` without port; `state` as `stateMark` gave it. Throws `token_forbidden` for a program. */
  ticket(person: Person, to: { host: string; path: string; state: string }): string {
    const id = Buffer.from(this.#parts.random(STATE_BYTES)).toString('base64url')
    const exp = this.#parts.clock.nowMs() + TICKET_MS
    return this.#signed.sign('ticket', { id, ...to, exp, claims: sessionClaims(person) })
  }

  /** Who enters; undefined for a ticket that is not for this host and browser, is used, late, or whose session ended. */
  redeem(ticket: string, host: string, stateSecret: string | undefined): Entering | undefined {
    const nowMs = this.#parts.clock.nowMs()
    const read = this.#signed.read('ticket', ticketSchema, ticket)
    if (!read || read.host !== host || read.exp <= nowMs) return undefined
    if (stateSecret === undefined || this.stateMark(stateSecret) !== read.state) return undefined
    const person = this.#parts.sessions.holds(read.claims as SessionClaims)
    if (!person || !this.#used.use(read.id, read.exp, nowMs)) return undefined
    const pass = this.#signed.sign('pass', { host, claims: sessionClaims(person) })
    return { person, path: read.path, pass }
  }

  /** Whose session a pass names, if it is ours and for this host; whether that still holds is for `holder` to say. */
  read(pass: string | undefined, host: string): SessionClaims | undefined {
    if (pass === undefined) return undefined
    const key = `${host} ${pass}`
    return this.#known.get(key) ?? this.#check(pass, host, key)
  }

  /** The person as they are now; undefined when the session has ended. To be asked with every request. */
  holder(claims: SessionClaims): Person | undefined {
    return this.#parts.sessions.holds(claims)
  }

  #check(pass: string, host: string, key: string): SessionClaims | undefined {
    const read = this.#signed.read('pass', passSchema, pass)
    if (!read || read.host !== host) return undefined
    const [oldest] = this.#known.keys()
    if (this.#known.size >= MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest)
    this.#known.set(key, read.claims as SessionClaims)
    return read.claims as SessionClaims
  }
}
