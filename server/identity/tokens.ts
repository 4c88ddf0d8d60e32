// API tokens: random secrets for programs. Only a hash is kept; the row makes a token revocable, and the user's epoch
// ends it together with the user's sessions.

import { createHash } from 'node:crypto'
import type { NewToken, Token } from '#protocol/api/access.ts'
import { type TokenScope, tokenScopes } from '#protocol/api/token-scopes.ts'
import { SkeinError } from '#protocol/errors.ts'
import { isId, type TokenId, type UserId } from '#protocol/ids.ts'
import type { Groups } from '../records/kinds.ts'
import type { Change, Records, Row, View } from '../records/records.ts'
import { audited, type By, begun, ended } from './audit.ts'
import type { Person, TokenCredential } from './credential.ts'
import { sameBytes } from './keys.ts'
import type { LastUse } from './last-use.ts'
import { cleanName } from './public-key.ts'
import { actorOf } from './sessions.ts'
import { freshId, type Makers } from './settings.ts'
import { subjectOf } from './subject.ts'

/** A laptop or two and some robots; past it somebody collects. */
export const MAX_TOKENS_PER_USER = 50
/** 256 bits are not guessed, so the hash need not be slow. */
const SECRET_BYTES = 32
const DAY_MS = 24 * 60 * 60 * 1000
const PATTERN = /^skein_([0-9a-f-]{36})_([A-Za-z0-9_-]{43})$/

interface TokenParts extends Makers {
  readonly records: Records
  readonly lastUse: LastUse
}

export class Tokens {
  readonly #parts: TokenParts

  constructor(parts: TokenParts) {
    this.#parts = parts
  }

  /** The secret is in this answer and nowhere else. Rejects with `too_many_tokens` or `not_signed_in`. */
  async create(
    by: By,
    userId: UserId,
    input: {
      readonly name: string
      readonly scopes?: readonly TokenScope[]
      readonly expiresInDays?: number | undefined
    },
  ): Promise<NewToken> {
    const { records, clock, random } = this.#parts
    const id = freshId<'token'>(this.#parts)
    const secret = Buffer.from(random(SECRET_BYTES)).toString('base64url')
    const createdAt = clock.nowMs()
    const { expiresInDays: days } = input
    const end = days === undefined ? {} : { expiresAt: createdAt + days * DAY_MS }
    const name = cleanName(input.name) || 'Token'
    const hash = hashOf(secret).toString('hex')
    await records.transact((view) => {
      const access = view.get('user', userId)?.groups.access
      if (!access || access.disabled) throw new SkeinError('not_signed_in')
      const { living, dead } = sorted(view, userId, createdAt)
      if (living.length >= MAX_TOKENS_PER_USER) {
        throw new SkeinError('too_many_tokens', { limit: MAX_TOKENS_PER_USER })
      }
      const owned = {
        userId,
        userEpoch: access.epoch,
        scopes: [...new Set(input.scopes ?? ['all'])],
      }
      const body = { ...owned, name, hash, createdAt, ...end }
      const changes: Change[] = [
        ...dead.slice(0, MAX_TOKENS_PER_USER).map(endToken),
        { op: 'create', kind: 'token', id, groups: { body } },
        audited(by, 'token.create', { kind: 'token', id, name }, undefined, begun(told(body))),
      ]
      return { changes, result: undefined }
    })
    const token = this.list(userId).find((one) => one.id === id)
    if (!token) throw new SkeinError('not_signed_in')
    return { token, secret: `skein_${id}_${secret}` }
  }

  /** Those that still hold. `current` is the one that asks, if one does. */
  list(userId: UserId, current?: string): Token[] {
    const { records, clock } = this.#parts
    return sorted(records, userId, clock.nowMs()).living.flatMap((row) => show(row, current))
  }

  /** Revoking it twice is the same as once. */
  async revoke(by: By, id: TokenId): Promise<void> {
    await this.#parts.records.transact((view) => {
      const row = view.get('token', id)
      if (!row) return { changes: [], result: undefined }
      const target = { kind: 'token', id, name: row.groups.body?.name ?? '' }
      const note = audited(by, 'token.revoke', target, undefined, ended(told(row.groups.body)))
      return { changes: [endToken(row), note], result: undefined }
    })
  }

  /** Who the token belongs to, if it still holds. Every other text, however long, is nobody's. */
  authenticate(text: string): Person | undefined {
    const [, id = '', secret = ''] = PATTERN.exec(text) ?? []
    if (!isId(id)) return undefined
    const row = this.#parts.records.get('token', id as TokenId)
    const kept = Buffer.from(row?.groups.body?.hash ?? '', 'hex')
    if (!row || !sameBytes(hashOf(secret), kept)) return undefined
    const person = this.holds({ kind: 'token', id: row.id })
    if (person) this.#parts.lastUse.note({ kind: 'token', id: row.id })
    return person
  }

  /** The person as they are now, or undefined when the token has ended: asked again for long-lived sockets. */
  holds({ id }: Pick<TokenCredential, 'kind' | 'id'>): Person | undefined {
    const { records, clock } = this.#parts
    const body = records.get('token', id)?.groups.body
    const user = body && records.get('user', body.userId)
    if (!body || !user || !isLiving(user, body, clock.nowMs())) return undefined
    const { expiresAt } = body
    const end = expiresAt === undefined ? {} : { expiresAt }
    const credential = { kind: 'token', id, userId: user.id, ...end } as const
    const scopes = body.scopes.filter(isScope)
    return { ...subjectOf(records, user), scopes, actor: actorOf(user), credential }
  }
}

/** A user's tokens, oldest first: ids sort by age. */
function sorted(view: View, userId: UserId, nowMs: number) {
  const user = view.get('user', userId)
  const rows = [...view.list('token', { userId })].sort((a, b) => (a.id < b.id ? -1 : 1))
  const living = rows.filter(({ groups: { body } }) => user && body && isLiving(user, body, nowMs))
  return { living, dead: rows.filter((row) => !living.includes(row)) }
}

function isLiving(
  { groups: { access } }: Row<'user'>,
  { userEpoch, expiresAt, scopes }: Groups<'token'>['body'],
  nowMs: number,
): boolean {
  // A newer peer may have made it for less than all: what this one cannot narrow it does not take.
  if (!scopes.some(isScope)) return false
  if (!access || access.disabled || access.epoch !== userEpoch) return false
  return expiresAt === undefined || expiresAt > nowMs
}

export const endToken = ({ id }: Row<'token'>): Change => ({ op: 'delete', kind: 'token', id })

function show({ id, groups: { body, used } }: Row<'token'>, current?: string): Token[] {
  if (!body) return []
  const { name, expiresAt } = body
  const scopes = body.scopes.filter(isScope)
  const time = (ms: number) => new Date(ms).toISOString()
  return [
    {
      id,
      name,
      scopes,
      createdAt: time(body.createdAt),
      ...(expiresAt !== undefined && { expiresAt: time(expiresAt) }),
      ...(used && { lastUsedAt: time(used.at) }),
      current: id === current,
    },
  ]
}

/** What the audit says of a token: nothing by which it could be used or guessed. */
function told(body: Groups<'token'>['body'] | undefined): Record<string, unknown> {
  if (!body) return {}
  const { name, scopes, userId, expiresAt } = body
  return {
    ...{ name, scopes, userId },
    expiresAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
  }
}

const isScope = (scope: string): scope is TokenScope => tokenScopes.some((known) => known === scope)

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()
