// What somebody proved with that they are who they are: a browser's session or a program's token. Either can end while
// its sockets are open, so it is asked again whether it holds.

import { SkeinError } from '#protocol/errors.ts'
import type { SessionId, TokenId, UserId } from '#protocol/ids.ts'
import type { Actor } from '#protocol/link.ts'
import { type Action, actions, isInScope, type Subject } from './policy.ts'
import type { SessionClaims } from './token.ts'

export interface SessionCredential {
  readonly kind: 'session'
  readonly id: SessionId
  readonly userId: UserId
  readonly claims: SessionClaims
}

export interface TokenCredential {
  readonly kind: 'token'
  readonly id: TokenId
  readonly userId: UserId
  /** Milliseconds since 1970; absent: it has no end. */
  readonly expiresAt?: number
}

export type Credential = SessionCredential | TokenCredential

/** Somebody who is signed in. */
export interface Person extends Subject {
  readonly actor: Actor
  readonly credential: Credential
}

/** For what a browser's session alone can do. Throws `token_forbidden`. */
export function sessionClaims({ credential }: Person): SessionClaims {
  if (credential.kind === 'session') return credential.claims
  throw new SkeinError('token_forbidden', { action: 'have', thing: 'session' })
}

/**
 * What no token may do, whoever's it is: a stolen one must neither make itself permanent, by another token, key,
 * password or person, nor sign its owner out.
 */
const withPasswordOnly: ReadonlySet<Action> = new Set<Action>([
  'me.password',
  'session.end',
  'session.list',
  'session.revoke',
  'key.add',
  'token.create',
  'login.approve',
  'factor.change',
  'user.create',
  'user.govern',
  'user.delete',
  'invitation.create',
  'group.create',
  'group.people',
  'group.update',
  'group.delete',
  'role.create',
  'role.update',
  'role.delete',
  'space.transfer',
  'template.allow',
])

/** Throws `token_forbidden`, or `token_scope` where the token is for less. */
export function assertByPassword(person: Person | undefined, action: Action): void {
  if (person?.credential.kind !== 'token' || actions[action].rule === 'anyone') return
  const { verb, thing } = actions[action]
  if (!isInScope(person, action)) {
    const scopes = (person.scopes ?? []).join(', ')
    throw new SkeinError('token_scope', { action: verb, thing, scopes })
  }
  if (!withPasswordOnly.has(action)) return
  throw new SkeinError('token_forbidden', { action: verb, thing })
}
