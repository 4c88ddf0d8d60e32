// People, for whoever governs them; and one's own display name.

import type { UserDetail } from '#protocol/api/people.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { SessionId, SshKeyId, TokenId } from '#protocol/ids.ts'
import { assertAbove, assertMayGive } from '../identity/above.ts'
import { assertByPassword, type Person } from '../identity/credential.ts'
import { actions, may } from '../identity/policy.ts'
import { subjectOf } from '../identity/subject.ts'
import type { Row } from '../records/records.ts'
import { quotaOf } from '../spaces/quotas.ts'
import { givenId } from './body.ts'
import { paged } from './paging.ts'
import type { Door } from './ports.ts'
import { created, nothing, ok } from './reply.ts'
import { by, type ClosedCall, route } from './route.ts'

type UserCall<Body = undefined> = ClosedCall<Body, Row<'user'>>

export const userRoutes = [
  route('GET /users', {
    action: 'user.list',
    handle({ identity }, { query }) {
      const { items: users, ...next } = paged(identity.users.list(), query)
      return ok({ users, ...next })
    },
  }),
  route('POST /users', {
    action: 'user.create',
    async handle({ identity, records }, call) {
      assertMayGive(records, call.person, call.body)
      const { id, ...rest } = call.body
      const user = { ...rest, id: id === undefined ? call.idFor('user') : givenId<'user'>(id) }
      return created(await identity.users.create(by(call), user))
    },
  }),
  route('GET /users/:id', {
    action: 'user.see',
    target: 'user',
    handle: (door, { target, person }) => ok(detailOf(door, target, person)),
  }),
  route('PATCH /users/:id', {
    action: 'user.update',
    target: 'user',
    async handle(door, call) {
      const { displayName, ...governing } = call.body
      const governs = Object.values(governing).some((value) => value !== undefined)
      if (governs) assertGoverns(door, call)
      if (!governs && call.target.id !== call.person.userId) assertIsAbove(door, call)
      const { role, roles = [] } = call.body
      if (governs) assertMayGive(door.records, call.person, { role, roles })
      return ok(await door.identity.users.update(by(call), call.target.id, call.body))
    },
  }),
  route('DELETE /users/:id', {
    action: 'user.delete',
    target: 'user',
    async handle(door, call) {
      assertIsAbove(door, call)
      await door.identity.users.remove(by(call), call.target.id)
      return nothing
    },
  }),
  route('POST /users/:id/reset', {
    action: 'user.govern',
    target: 'user',
    async handle(door, call) {
      assertIsAbove(door, call)
      const made = await door.identity.invitations.reset(by(call), call.target.id)
      return { ...created(made), isSecret: true }
    },
  }),
  route('DELETE /users/:id/factor', {
    action: 'user.govern',
    target: 'user',
    async handle(door, call) {
      assertIsAbove(door, call)
      await door.identity.factors.remove(by(call), call.target.id)
      return nothing
    },
  }),
  credentialRoute('sessions', async ({ identity, records }, call, id) => {
    const ownerId = records.get('session', id as SessionId)?.groups.start?.userId
    if (ownerId === call.target.id) await identity.sessions.end(by(call), id as SessionId)
  }),
  credentialRoute('tokens', async ({ identity, records }, call, id) => {
    const ownerId = records.get('token', id as TokenId)?.groups.body?.userId
    if (ownerId === call.target.id) await identity.tokens.revoke(by(call), id as TokenId)
  }),
  credentialRoute('keys', async ({ identity, records }, call, id) => {
    const ownerId = records.get('sshKey', id as SshKeyId)?.groups.body?.userId
    if (ownerId === call.target.id) await identity.keys.remove(by(call), id as SshKeyId)
  }),
]

/** Ends one of somebody else's; what is not theirs, or not there any more, is left as it is. */
function credentialRoute(
  kind: 'sessions' | 'tokens' | 'keys',
  end: (door: Door, call: UserCall, id: string) => Promise<void>,
) {
  return route(`DELETE /users/:id/${kind}/:credentialId`, {
    action: 'user.govern',
    target: 'user',
    async handle(door, call) {
      assertIsAbove(door, call)
      await end(door, call, call.params.credentialId ?? '')
      return nothing
    },
  })
}

/** Throws `token_forbidden`, `forbidden` or `not_above`. */
function assertGoverns(door: Door, call: UserCall<unknown>): void {
  assertByPassword(call.person, 'user.govern')
  if (!may(call.person, 'user.govern')) {
    const { verb, thing } = actions['user.govern']
    throw new SkeinError('forbidden', { action: verb, thing })
  }
  assertIsAbove(door, call)
}

const assertIsAbove = ({ records }: Door, { person, target }: UserCall<unknown>): void =>
  assertAbove(records, person, target)

function detailOf(
  { identity, records, spaces }: Door,
  row: Row<'user'>,
  { credential }: Person,
): UserDetail {
  const user = identity.users.show(row.id)
  if (!user) throw new SkeinError('not_found', { thing: 'user' })
  return {
    ...user,
    quota: row.groups.quota ?? {},
    effectiveQuota: quotaOf(records, row.id),
    used: spaces.used(row.id),
    permissions: [...(subjectOf(records, row).permissions?.() ?? [])],
    // No token sees sessions, whoever's they are.
    sessions: credential.kind === 'token' ? [] : identity.sessions.list(row.id, credential.id),
    tokens: identity.tokens.list(row.id),
    keys: identity.keys.list(row.id),
  }
}
