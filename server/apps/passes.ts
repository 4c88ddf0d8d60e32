// How somebody who is signed in on Skein's page becomes known on an app's host, which gets no cookie of that page: by
// a ticket, once and at once, and then by a cookie of that host alone. Both are signed with a key of their own, name
// the host and the session, and hold no longer than the session does.

import { createHash, createHmac } from 'node:crypto'
import { z } from 'zod'
import type { Clock, Random } from '../clock.ts'
import { type Person, sessionClaims } from '../identity/credential.ts'
import { sameBytes } from '../identity/keys.ts'
import type { Sessions } from '../identity/sessions.ts'
import type { SessionClaims } from '../identity/token.ts'

/** From one redirect to the next, ms. */
export const TICKET_MS = 30_000
/** Tickets that were used and have not expired; past it no more are honoured for a moment. */
export const MAX_USED = 10_000
/** Passes whose signature was checked lately: checking costs as much as the rest of a small request. */
const MAX_KNOWN = 2000
/** Longer than any that we make; what is longer is not even hashed. */
const MAX_CHARS = 4096
const STATE_BYTES = 16

const claims = z.strictObject({
  sessionId: z.string(),
  birthDot: z.strictObject({ origin: z.string(), seq: z.number() }),
  userId: z.string(),
  userEpoch: z.number(),
  exp: z.number(),
})
const ticketSchema = z.strictObject({
  id: z.string(),
  host: z.string(),
  /** Of the browser that was sent to sign in: a ticket that leaks is worth nothing elsewhere. */
  state: z.string(),
  path: z.string(),
  exp: z.number(),
  claims,
})
const passSchema = z.strictObject({ host: z.string(), claims })

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
  /** Ids of used tickets, with when they expire; oldest first. */
  readonly #used = new Map<string, number>()
  readonly #known = new Map<string, SessionClaims>()

  constructor(parts: PassesParts) {
    this.#parts = parts
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
    return this.#sign('ticket', { id, ...to, exp, claims: sessionClaims(person) })
  }

  /** Who enters; undefined for a ticket that is not for this host and browser, is used, late, or whose session ended. */
  redeem(ticket: string, host: string, stateSecret: string | undefined): Entering | undefined {
    const nowMs = this.#parts.clock.nowMs()
    const read = ticketSchema.safeParse(this.#read('ticket', ticket)).data
    if (!read || read.host !== host || read.exp <= nowMs) return undefined
    if (stateSecret === undefined || this.stateMark(stateSecret) !== read.state) return undefined
    const person = this.#parts.sessions.holds(read.claims as SessionClaims)
    if (!person || !this.#use(read.id, read.exp, nowMs)) return undefined
    const pass = this.#sign('pass', { host, claims: sessionClaims(person) })
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
    const read = passSchema.safeParse(this.#read('pass', pass)).data
    if (!read || read.host !== host) return undefined
    const [oldest] = this.#known.keys()
    if (this.#known.size >= MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest)
    this.#known.set(key, read.claims as SessionClaims)
    return read.claims as SessionClaims
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

  #sign(purpose: 'ticket' | 'pass', value: object): string {
    const payload = Buffer.from(JSON.stringify(value)).toString('base64url')
    return `${payload}.${this.#mac(purpose, payload).toString('base64url')}`
  }

  /** The MAC is checked before anything in the payload is parsed. */
  #read(purpose: 'ticket' | 'pass', text: string): unknown {
    const [payload = '', signature = '', ...rest] = text.slice(0, MAX_CHARS + 1).split('.')
    if (text.length > MAX_CHARS || rest.length > 0) return undefined
    const mac = Buffer.from(signature, 'base64url')
    if (!sameBytes(mac, this.#mac(purpose, payload))) return undefined
    return JSON.parse(Buffer.from(payload, 'base64url').toString())
  }

  /** The purpose is under the MAC, so that neither can be used as the other. */
  #mac(purpose: string, payload: string): Buffer {
    return createHmac('sha256', this.#parts.key).update(`${purpose}.${payload}`).digest()
  }
}
