// One-time links: an invitation makes an account, a reset gives one a new password. Only a hash is kept, the row goes with
// its use, and a claim on it sees to it that of two uses on two sides of a broken network one stands. What a link gives is
// asked again of whoever made it, at the moment it is used.

import { createHash } from 'node:crypto'
import type { Invitation, OpenedInvitation, Purpose } from '#protocol/api/invitations.ts'
import type { Role } from '#protocol/api/people.ts'
import { SkeinError } from '#protocol/errors.ts'
import { type GroupId, type InvitationId, isId, type RoleId, type UserId } from '#protocol/ids.ts'
import { markedExactly } from '../records/marks.ts'
import type { Change, Records, Row, View } from '../records/records.ts'
import { assertAbove, assertMayGive } from './above.ts'
import { audited, type By, begun, ended } from './audit.ts'
import { joining } from './groups.ts'
import { sameBytes } from './keys.ts'
import type { Passwords } from './passwords.ts'
import { may } from './policy.ts'
import { endSession, type Sessions } from './sessions.ts'
import { freshId, type Makers } from './settings.ts'
import { subjectOf } from './subject.ts'
import { newUser, roleNames, rolesIn } from './users.ts'

/** Open at a time. */
export const MAX_INVITATIONS = 200
/** A reset is asked for and used the same day. */
export const RESET_HOURS = 24
const HOUR_MS = 60 * 60 * 1000
const SECRET_BYTES = 32
const PATTERN = /^([0-9a-f-]{36})\.([A-Za-z0-9_-]{43})$/
/** Whoever uses a link on another peer right now is heard of before anybody is told that it worked. */
const EVERYWHERE = { ack: 'every' } as const

type Body = NonNullable<Row<'invitation'>['groups']['body']>

export interface InvitationInput {
  readonly username?: string | undefined
  readonly role: Role
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  readonly expiresInHours: number
}

export interface Acceptance {
  readonly token: string
  readonly username: string
  readonly displayName: string
  readonly password: string
}

interface InvitationParts extends Makers {
  readonly records: Records
  readonly passwords: Passwords
  readonly sessions: Sessions
}

export class Invitations {
  readonly #parts: InvitationParts

  constructor(parts: InvitationParts) {
    this.#parts = parts
  }

  list(): Invitation[] {
    const { records, clock } = this.#parts
    const nowMs = clock.nowMs()
    return records.list('invitation').flatMap((row) => show(records, row, nowMs))
  }

  /** Rejects with `too_many_invitations`. The secret is in this answer and nowhere else. */
  invite(by: By, input: InvitationInput) {
    const { role, username, expiresInHours } = input
    const [roles, groups] = [input.roles as readonly RoleId[], input.groups as readonly GroupId[]]
    const suggested = username ? { username } : {}
    return this.#make(by, expiresInHours, {
      ...{ purpose: 'invitation', role, roles: [...roles], groups: [...groups] },
      ...suggested,
    })
  }

  /** A link with which somebody gives themselves a new password; the one before it ends. Rejects with `not_found`. */
  async reset(by: By, userId: UserId) {
    const user = this.#parts.records.get('user', userId)
    const { profile, access } = user?.groups ?? {}
    if (!profile || !access) throw new SkeinError('not_found', { thing: 'user' })
    const whose = { userId, userEpoch: access.epoch, username: profile.username }
    return this.#make(by, RESET_HOURS, {
      ...{ purpose: 'reset', role: access.role, roles: [], groups: [] },
      ...whose,
    })
  }

  /** Twice is the same as once. */
  async withdraw(by: By, id: InvitationId): Promise<void> {
    await this.#parts.records.transact((view) => {
      const row = view.get('invitation', id)
      if (!row) return { changes: [], result: undefined }
      const { body } = row.groups
      const change = ended(told(view, body))
      const note = audited(by, 'invitation.withdraw', targetOf(id, body), undefined, change)
      return { changes: [end(row), note], result: undefined }
    })
  }

  /** What whoever has the link is told. Throws `invitation_wrong` or `rate_limited`. */
  open(token: string, address: string): OpenedInvitation {
    const { body } = this.#guarded(address, () => this.#find(this.#parts.records, token))
    const { purpose, username, createdBy } = body
    const maker = this.#parts.records.get('user', createdBy)?.groups.profile
    return {
      purpose,
      ...(username !== undefined && { username }),
      invitedBy: maker?.displayName || maker?.username || '',
      expiresAt: new Date(body.expiresAt).toISOString(),
    }
  }

  /**
   * Whose account the link made or reset. Rejects with `invitation_wrong`, `rate_limited`, `name_invalid`, `name_taken` or
   * `password_weak`; the link stays good until it succeeds.
   */
  async accept(
    input: Acceptance,
    address: string,
  ): Promise<{ readonly userId: UserId; readonly purpose: Purpose }> {
    const { records, passwords, clock } = this.#parts
    // Asked before the password is hashed, so that strangers cannot make the peer work.
    const { body } = this.#guarded(address, () => this.#find(records, input.token))
    const { purpose } = body
    const passwordHash = await passwords.hash(input.password)
    const fresh = freshId<'user'>(this.#parts)
    const userId = body.userId ?? fresh
    const createdAt = clock.nowMs()
    const id = await records.transact((view) => {
      const found = this.#find(view, input.token)
      const { row } = found
      const made =
        purpose === 'reset'
          ? reset(view, found, passwordHash)
          : account(view, found.body, { ...input, id: userId, passwordHash, createdAt })
      const name = purpose === 'reset' ? (body.username ?? '') : input.username
      const by = { actor: { kind: 'user', id: userId, name } as const, address }
      const changes: Change[] = [
        ...made,
        end(row),
        { op: 'claim', claim: `used:${row.id}`, holder: userId },
        audited(
          by,
          `${purpose}.accept`,
          { kind: 'user', id: userId, name },
          { link: row.id },
          {
            before: told(view, body),
            after: purpose === 'reset' ? {} : { username: name },
          },
        ),
      ]
      return { changes, result: row.id }
    }, EVERYWHERE)
    // The earlier of two uses stands; the account of the other goes (cluster/records/displaced.ts).
    if (records.holder(`used:${id}`) !== userId) throw new SkeinError('invitation_wrong')
    return { userId, purpose }
  }

  async #make(
    by: By,
    hours: number,
    given: Omit<Body, 'hash' | 'createdAt' | 'expiresAt' | 'createdBy'>,
  ) {
    const { records, clock, random } = this.#parts
    const id = freshId<'invitation'>(this.#parts)
    const secret = Buffer.from(random(SECRET_BYTES)).toString('base64url')
    const createdAt = clock.nowMs()
    const body: Body = {
      ...given,
      hash: hashOf(secret).toString('hex'),
      createdAt,
      expiresAt: createdAt + hours * HOUR_MS,
      createdBy: by.actor.id as UserId,
    }
    await records.transact((view) => {
      const all = view.list('invitation')
      const dead = all.filter(({ groups }) => isOver(groups.body, given.userId, createdAt))
      if (all.length - dead.length >= MAX_INVITATIONS) {
        throw new SkeinError('too_many_invitations', { limit: MAX_INVITATIONS })
      }
      const change = begun(told(view, body))
      const changes: Change[] = [
        ...dead.slice(0, MAX_SWEPT).map(end),
        { op: 'create', kind: 'invitation', id, groups: { body } },
        audited(by, `${given.purpose}.create`, targetOf(id, body), undefined, change),
      ]
      return { changes, result: undefined }
    })
    const [invitation] = records
      .list('invitation')
      .flatMap((row) => (row.id === id ? show(records, row, createdAt) : []))
    if (!invitation) throw new SkeinError('not_found', { thing: 'invitation' })
    return { invitation, token: `${id}.${secret}` }
  }

  /** Guessing costs attempts of the address; whoever is right pays nothing. */
  #guarded<T>(address: string, find: () => T): T {
    const { sessions } = this.#parts
    sessions.checkAttempts(address)
    try {
      return find()
    } catch (caught) {
      sessions.countFailure(address)
      throw caught
    }
  }

  /** Throws `invitation_wrong`, whatever is wrong with it. */
  #find(view: Pick<View, 'get' | 'list'>, token: string): Found {
    const [, id = '', secret = ''] = PATTERN.exec(token) ?? []
    const row = isId(id) ? view.get('invitation', id as InvitationId) : undefined
    const body = row?.groups.body
    const fits = sameBytes(hashOf(secret), Buffer.from(body?.hash ?? '', 'hex'))
    if (!row || !body || !fits || body.expiresAt <= this.#parts.clock.nowMs()) throw wrong()
    assertStillGiven(view, body)
    return { row, body }
  }
}

interface Found {
  readonly row: Row<'invitation'>
  readonly body: Body
}

/** Of those that are over, so many go with a new one. */
const MAX_SWEPT = 50

const wrong = (): SkeinError => new SkeinError('invitation_wrong')

/** Whoever made it must be there still, and may still give what it gives. */
function assertStillGiven(view: Pick<View, 'get' | 'list'>, body: Body): void {
  const maker = view.get('user', body.createdBy)
  const subject = maker && subjectOf(view, maker)
  if (!maker || !subject || maker.groups.access?.disabled !== false) throw wrong()
  const { role } = body
  const there = {
    role,
    roles: body.roles.filter((id) => view.get('role', id)),
    groups: body.groups.filter((id) => view.get('group', id)),
  }
  try {
    if (body.purpose === 'invitation') {
      if (!may(subject, 'invitation.create')) throw wrong()
      assertMayGive(view, subject, there)
      return
    }
    const user = body.userId && view.get('user', body.userId)
    if (!user || !may(subject, 'user.govern')) throw wrong()
    assertAbove(view, subject, user)
  } catch {
    throw wrong()
  }
}

/** Their sessions and tokens end, as with every new password. Throws `invitation_wrong` when that has changed since. */
function reset(view: View, { body }: Found, passwordHash: string): Change[] {
  const user = body.userId && view.get('user', body.userId)
  const access = user?.groups.access
  if (!user || !access || access.disabled || access.epoch !== body.userEpoch) throw wrong()
  const { id } = user
  return [
    { op: 'set', kind: 'user', id, group: 'secret', value: { passwordHash } },
    {
      ...({ op: 'set', kind: 'user', id, group: 'access' } as const),
      value: { ...access, epoch: access.epoch + 1 },
    },
    ...view.list('session', { userId: id }).map(endSession),
  ]
}

interface Account extends Acceptance {
  readonly id: UserId
  readonly passwordHash: string
  readonly createdAt: number
}

function account(view: View, body: Body, input: Account): Change[] {
  const { id } = input
  const roles = body.roles.filter((role) => view.get('role', role))
  const given: Change[] =
    roles.length === 0
      ? []
      : [
          {
            ...({ op: 'set', kind: 'user', id, group: 'roles' } as const),
            value: { roles: markedExactly(undefined, roles) },
          },
        ]
  return [
    ...newUser(view, { ...input, role: body.role }),
    ...given,
    ...body.groups.flatMap((group) => joining(view, group, id)),
  ]
}

/** Also a reset of somebody for whom a new one is made. */
const isOver = (body: Body | undefined, userId: UserId | undefined, nowMs: number): boolean =>
  !body || body.expiresAt <= nowMs || (userId !== undefined && body.userId === userId)

function show(
  view: Pick<View, 'get'>,
  { id, groups: { body } }: Row<'invitation'>,
  nowMs: number,
): Invitation[] {
  if (!body || body.expiresAt <= nowMs) return []
  const maker = view.get('user', body.createdBy)?.groups.profile?.username
  return [
    {
      id,
      purpose: body.purpose,
      createdAt: new Date(body.createdAt).toISOString(),
      expiresAt: new Date(body.expiresAt).toISOString(),
      createdBy: { id: body.createdBy, name: maker ?? body.createdBy },
      ...(body.username !== undefined && { username: body.username }),
      role: body.role,
      roles: rolesIn(view, markedExactly(undefined, body.roles)),
      groups: body.groups.flatMap((group) => {
        const name = view.get('group', group)?.groups.profile?.name
        return name === undefined ? [] : [{ id: group, name }]
      }),
    },
  ]
}

/** What a link gives, for the audit; roles and groups by name. */
function told(view: Pick<View, 'get'>, body: Body | undefined): Record<string, unknown> {
  if (!body) return {}
  const { purpose, username, role } = body
  return {
    ...{ purpose, ...(username !== undefined && { username }), role },
    roles: roleNames(view, body.roles),
    groups: body.groups.map((id) => view.get('group', id)?.groups.profile?.name ?? id),
    expiresAt: new Date(body.expiresAt).toISOString(),
  }
}

const end = ({ id }: Row<'invitation'>): Change => ({ op: 'delete', kind: 'invitation', id })

const targetOf = (id: InvitationId, body: Body | undefined) => ({
  kind: body?.purpose ?? 'invitation',
  id,
  name: body?.username ?? '',
})

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()
