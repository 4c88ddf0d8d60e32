// Sessions: a signed token in the browser and a row in the records. The token alone proves that we made it; the row
// makes it revocable; the user's epoch ends all of a user's sessions at once.

import type { SessionInfo } from '#protocol/api/people.ts'
import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { SessionId, UserId } from '#protocol/ids.ts'
import type { Actor } from '#protocol/link.ts'
import type { Change, Dot, Records, Row, View } from '../records/records.ts'
import { audited, type By, begun, ended } from './audit.ts'
import { type Person, type SessionCredential, sessionClaims } from './credential.ts'
import type { Factors, Proof } from './factors.ts'
import { Guesses, type GuessesOptions } from './guesses.ts'
import { ADDRESS_RULE, bucketOf, CODE_RULE, USERNAME_RULE } from './limits.ts'
import type { Passwords } from './passwords.ts'
import { freshId, type Makers } from './settings.ts'
import { subjectOf } from './subject.ts'
import { readToken, type SessionClaims, signToken } from './token.ts'

/** Two weeks: a working fortnight without a password, and no theft that lasts for ever. */
export const SESSION_MS = 14 * 24 * 60 * 60 * 1000
/** Browsers, phones and scripts of one person; past it the oldest is signed out. */
export const MAX_SESSIONS_PER_USER = 50
const MAX_CLIENT_CHARS = 200

export interface SignedIn {
  readonly token: string
  readonly credential: SessionCredential
}

/** Where a request comes from, as a person reads it in the list of their sessions. */
export interface Caller {
  readonly address: string
  readonly client: string
}

interface SessionParts extends Makers, GuessesOptions {
  readonly records: Records
  readonly passwords: Passwords
  readonly signingKey: Buffer
  readonly factors: Factors
  /** Whether this peer has heard of the transaction; a single peer always has. */
  readonly knows: (birth: Dot) => boolean
}

export class Sessions {
  readonly #parts: SessionParts
  readonly #byAddress: Guesses
  readonly #byUsername: Guesses
  readonly #byCode: Guesses

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.#byAddress = new Guesses('address', ADDRESS_RULE, parts)
    this.#byUsername = new Guesses('username', USERNAME_RULE, parts)
    this.#byCode = new Guesses('code', CODE_RULE, parts)
  }

  /** Counts what other peers' strangers try, until the signal aborts. */
  async followGuesses(signal: AbortSignal): Promise<void> {
    const all = [this.#byAddress, this.#byUsername, this.#byCode]
    await Promise.all(all.map((guesses) => guesses.follow(signal)))
  }

  /** Counts one attempt from an address; shared by everything that takes a secret from a stranger. */
  countAttempt(address: string): void {
    this.#byAddress.take(bucketOf(address))
  }

  /** Counts nothing. Throws `rate_limited` while nobody may try from this address. */
  checkAttempts(address: string): void {
    this.#byAddress.check(bucketOf(address))
  }

  /** Counts an attempt that was let try by `checkAttempts` and has failed. */
  countFailure(address: string): void {
    this.#byAddress.owe(bucketOf(address))
  }

  /** For an attempt that turned out to be its owner's. */
  giveAttemptBack(address: string): void {
    this.#byAddress.giveBack(bucketOf(address))
  }

  /**
   * Rejects with `bad_credentials`, `second_factor_needed` (the password was right), `second_factor_wrong`, `rate_limited`
   * or the codes of `transact`.
   */
  async login(
    credentials: { username: string; password: string; code?: string | undefined },
    caller: Caller,
  ): Promise<SignedIn> {
    const { records, passwords } = this.#parts
    this.countAttempt(caller.address)
    this.#byUsername.take(credentials.username)
    const userId = records.holder(`user:${credentials.username}`) as UserId | undefined
    const user = userId === undefined ? undefined : records.get('user', userId)
    const fits = await passwords.verify(credentials.password, user?.groups.secret?.passwordHash)
    if (!user || !fits || user.groups.access?.disabled !== false) {
      await this.#noteFailure(user, caller)
      throw new SkeinError('bad_credentials')
    }
    const { code } = credentials
    const isDouble = this.#parts.factors.isNeeded(user.id)
    const session =
      isDouble && code !== undefined ? await this.#startWith(code, user, caller) : undefined
    this.giveAttemptBack(caller.address)
    this.#byUsername.giveBack(credentials.username)
    if (session) return session
    if (isDouble) throw new SkeinError('second_factor_needed')
    return this.start(user.id, caller)
  }

  /** A code is good once: it is used up in the transaction that makes the session, and every peer is told of that. */
  async #startWith(code: string, user: Row<'user'>, caller: Caller): Promise<SignedIn> {
    this.#byCode.take(user.id)
    try {
      const session = await this.start(user.id, caller, (view, sessionId) =>
        this.#parts.factors.use(view, user.id, code, sessionId),
      )
      this.#byCode.giveBack(user.id)
      return session
    } catch (caught) {
      if (toSkeinError(caught).code === 'second_factor_wrong') await this.#noteFailure(user, caller)
      throw caught
    }
  }

  /** Makes a session for a user who has just proved to be that user. */
  async start(userId: UserId, caller: Caller, prove?: Prove): Promise<SignedIn> {
    const { records, clock } = this.#parts
    const sessionId = freshId<'session'>(this.#parts)
    const createdAt = clock.nowMs()
    const expiresAt = createdAt + SESSION_MS
    const { userEpoch, proof } = await records.transact((view) => {
      const user = view.get('user', userId)
      if (!user?.groups.access || user.groups.access.disabled)
        throw new SkeinError('bad_credentials')
      const client = caller.client.slice(0, MAX_CLIENT_CHARS)
      const given = prove?.(view, sessionId)
      const start = { userId, createdAt, expiresAt, address: caller.address, client }
      const by = { actor: actorOf(user), address: caller.address }
      const target = { kind: 'session', id: sessionId, name: client }
      const changes: Change[] = [
        ...outlived(view, userId, createdAt),
        ...(given?.changes ?? []),
        { op: 'create', kind: 'session', id: sessionId, groups: { start } },
        audited(by, 'session.start', target, undefined, begun(told(start))),
      ]
      return { changes, result: { userEpoch: user.groups.access.epoch, proof: given } }
    }, prove && EVERYWHERE)
    // Another peer may have taken the same code in the same moment: one of the two stands.
    if (proof && !proof.stands(records)) {
      await this.end({ actor: NOBODY, address: caller.address }, sessionId)
      throw new SkeinError('second_factor_wrong')
    }
    return this.#sign({ sessionId, userId, userEpoch, exp: expiresAt })
  }

  /** Signs the same session again after its user's epoch has grown. */
  renew(person: Person): SignedIn {
    const epoch = this.#parts.records.get('user', person.userId)?.groups.access?.epoch
    if (epoch === undefined) throw new SkeinError('not_signed_in')
    return this.#sign({ ...sessionClaims(person), userEpoch: epoch })
  }

  /** Who the token belongs to, if it is ours and still holds. */
  authenticate(token: string | undefined): Person | undefined {
    if (token === undefined) return undefined
    const claims = readToken(token, this.#parts.signingKey, this.#parts.clock.nowMs())
    return claims && this.holds(claims)
  }

  /** The person as they are now, or undefined when the session has ended: asked again for long-lived sockets. */
  holds(claims: SessionClaims): Person | undefined {
    const { records, clock, knows } = this.#parts
    const user = records.get('user', claims.userId)
    const access = user?.groups.access
    if (!user || !access || access.disabled || access.epoch > claims.userEpoch) return undefined
    if (claims.exp <= clock.nowMs()) return undefined
    const row = records.get('session', claims.sessionId)
    // Absent although its birth is known here: it was deleted. Not known yet: the MAC is proof enough.
    if (row ? row.groups.start?.userId !== user.id : knows(claims.birthDot)) return undefined
    const credential = credentialOf(claims)
    return { ...subjectOf(records, user), actor: actorOf(user), credential }
  }

  /** Those of a person; `current` is the one that asks, if one does. */
  list(userId: UserId, current?: string): SessionInfo[] {
    const rows = this.#parts.records.list('session', { userId })
    return rows.flatMap(({ id, groups: { start } }) => {
      if (!start || start.expiresAt <= this.#parts.clock.nowMs()) return []
      const { address, client } = start
      const createdAt = new Date(start.createdAt).toISOString()
      const expiresAt = new Date(start.expiresAt).toISOString()
      return [{ id, current: id === current, createdAt, expiresAt, address, client }]
    })
  }

  /** Ends one session. Ending it twice is the same as once. */
  async end(by: By, sessionId: SessionId): Promise<void> {
    await this.#parts.records.transact((view) => {
      const row = view.get('session', sessionId)
      if (!row) return { changes: [], result: undefined }
      const { start } = row.groups
      const target = { kind: 'session', id: sessionId, name: start?.client ?? '' }
      const changes: Change[] = [
        { op: 'delete', kind: 'session', id: sessionId },
        audited(by, 'session.end', target, undefined, ended(told(start))),
      ]
      return { changes, result: undefined }
    })
  }

  #sign(claims: Omit<SessionClaims, 'birthDot'> & { birthDot?: Dot }): SignedIn {
    const birth = claims.birthDot ?? this.#parts.records.get('session', claims.sessionId)?.birth
    // Ended between its commit and now, by another tab's “sign out everywhere”.
    if (!birth) throw new SkeinError('not_signed_in')
    const whole = { ...claims, birthDot: { origin: birth.origin, seq: birth.seq } }
    return { token: signToken(whole, this.#parts.signingKey), credential: credentialOf(whole) }
  }

  /** Written for unknown names as well, so that both take as long, but without the name: it may be a password. */
  async #noteFailure(user: Row<'user'> | undefined, { address }: Caller): Promise<void> {
    const name = user?.groups.profile?.username ?? 'unknown'
    const target = { kind: 'user', id: user?.id ?? (name as UserId), name }
    await this.#parts.records.transact(() => ({
      changes: [audited({ actor: NOBODY, address }, 'session.refused', target)],
      result: undefined,
    }))
  }
}

function told(start: Row<'session'>['groups']['start']): Record<string, unknown> {
  if (!start) return {}
  const { userId, address, client, expiresAt } = start
  return { userId, address, client, expiresAt: new Date(expiresAt).toISOString() }
}

/** What a second factor adds to the transaction that makes a session. */
type Prove = (view: View, sessionId: SessionId) => Proof

const EVERYWHERE = { ack: 'every' } as const
const NOBODY = { kind: 'system', id: 'stranger', name: 'stranger' } as const

const credentialOf = (claims: SessionClaims): SessionCredential => ({
  kind: 'session',
  id: claims.sessionId,
  userId: claims.userId,
  claims,
})

export const actorOf = (user: Row<'user'>): Actor => ({
  kind: 'user',
  id: user.id,
  name: user.groups.profile?.username ?? user.id,
})

/** Deletes what has expired and, when the user has too many sessions, the oldest. Ids of sessions sort by age. */
function outlived(view: View, userId: UserId, nowMs: number): Change[] {
  const rows = [...view.list('session', { userId })].sort((a, b) => (a.id < b.id ? -1 : 1))
  const living = rows.filter((row) => (row.groups.start?.expiresAt ?? 0) > nowMs)
  const spare = living.slice(0, Math.max(0, living.length - MAX_SESSIONS_PER_USER + 1))
  return [...rows.filter((row) => !living.includes(row)), ...spare].map(endSession)
}

export const endSession = ({ id }: Row<'session'>): Change => ({
  op: 'delete',
  kind: 'session',
  id,
})
