// The one place that says who may do what. Every route names an action of this table, so a route without a rule
// cannot exist, and the matrix test asks every route as every kind of person.

import type { Role } from '#protocol/api/people.ts'
import type { UserId } from '#protocol/ids.ts'

export interface Subject {
  readonly userId: UserId
  readonly role: Role
}

/** What is acted on, as far as policy needs to know it. */
export interface Resource {
  readonly ownerId?: UserId
}

/** `owner` alone keeps even administrators out: what is inside a space is its owner's. */
export type Rule = 'anyone' | 'signed-in' | 'owner' | 'owner-or-administrator' | 'administrator'

interface ActionRow {
  readonly rule: Rule
  /** For the sentence “You may not {verb} this {thing}.” */
  readonly verb: string
  readonly thing: string
}

const row = <R extends Rule>(rule: R, verb: string, thing: string) => ({ rule, verb, thing })

export const actions = {
  'setup.see': row('anyone', 'see', 'set-up'),
  'setup.finish': row('anyone', 'finish', 'set-up'),
  'session.ask': row('anyone', 'ask for', 'session'),
  'session.start': row('anyone', 'start', 'session'),
  'session.end': row('signed-in', 'end', 'session'),
  'session.see': row('owner', 'see', 'session'),
  'session.revoke': row('owner', 'end', 'session'),
  /** A laptop's program asks to be signed in, and collects its token with the secret that it was given. */
  'login.begin': row('anyone', 'begin', 'login'),
  'login.collect': row('anyone', 'collect', 'login'),
  'login.see': row('signed-in', 'see', 'login'),
  'login.approve': row('signed-in', 'approve', 'login'),
  'login.refuse': row('signed-in', 'refuse', 'login'),
  'me.see': row('signed-in', 'see', 'account'),
  'me.password': row('signed-in', 'change', 'password'),
  'session.list': row('signed-in', 'list', 'account’s sessions'),
  'key.list': row('signed-in', 'list', 'account’s SSH keys'),
  'key.add': row('signed-in', 'add SSH keys to', 'account'),
  'key.see': row('owner', 'see', 'key'),
  'key.remove': row('owner', 'remove', 'key'),
  'token.list': row('signed-in', 'list', 'account’s tokens'),
  'token.create': row('signed-in', 'make tokens for', 'account'),
  'token.see': row('owner', 'see', 'token'),
  'token.revoke': row('owner', 'revoke', 'token'),
  'live.watch': row('signed-in', 'watch', 'server'),
  'user.list': row('administrator', 'list', 'server’s people'),
  'user.create': row('administrator', 'add people to', 'server'),
  'user.see': row('owner-or-administrator', 'see', 'user'),
  'user.update': row('owner-or-administrator', 'change', 'user'),
  /** Role, disabling and another's password. */
  'user.govern': row('administrator', 'govern', 'user'),
  'user.delete': row('administrator', 'delete', 'user'),
  'template.list': row('signed-in', 'list', 'server’s templates'),
  'template.see': row('signed-in', 'see', 'template'),
  'template.create': row('administrator', 'add templates to', 'server'),
  'template.check': row('administrator', 'check', 'template'),
  'template.update': row('administrator', 'change', 'template'),
  /** What a version reaches outside its spaces: privileges, devices, folders of the host. */
  'template.allow': row('administrator', 'allow privileges to', 'template'),
  'template.delete': row('administrator', 'delete', 'template'),
  'space.list': row('signed-in', 'list', 'server’s spaces'),
  'space.create': row('signed-in', 'create spaces on', 'server'),
  'space.see': row('owner-or-administrator', 'see', 'space'),
  'space.update': row('owner-or-administrator', 'change', 'space'),
  'space.run': row('owner-or-administrator', 'start or stop', 'space'),
  'space.delete': row('owner-or-administrator', 'delete', 'space'),
  'space.share': row('owner', 'share ports of', 'space'),
  'space.enter': row('owner', 'enter', 'space'),
  'ssh.see': row('signed-in', 'see how ssh reaches', 'server'),
  'host.list': row('administrator', 'list', 'server’s hosts'),
  'peer.urls': row('signed-in', 'list the addresses of', 'cluster’s peers'),
  'peer.list': row('administrator', 'list', 'cluster’s peers'),
  'peer.send': row(
    'administrator',
    'send away, bring back or restart peers of',
    'cluster’s machines',
  ),
  'peer.invite': row('administrator', 'add peers to', 'cluster'),
  'audit.read': row('administrator', 'read', 'audit'),
} as const satisfies Record<string, ActionRow>

export type Action = keyof typeof actions

/** Whether `actor` (undefined: nobody is signed in) may do `action` to `resource`. */
export function may(actor: Subject | undefined, action: Action, resource: Resource = {}): boolean {
  const { rule } = actions[action]
  if (rule === 'anyone') return true
  if (!actor) return false
  const owns = resource.ownerId !== undefined && resource.ownerId === actor.userId
  const governs = actor.role === 'administrator'
  switch (rule) {
    case 'signed-in':
      return true
    case 'owner':
      return owns
    case 'owner-or-administrator':
      return owns || governs
    case 'administrator':
      return governs
  }
}
