// The one place that says who may do what. Every route names an action of this table, so a route without a rule
// cannot exist, and the matrix test asks every route as every kind of person. The actions that administrators may are
// at the same time the permissions that custom roles are made of.

import type { Role } from '#protocol/api/people.ts'
import type { ShareLevel } from '#protocol/api/sharing-names.ts'
import type { TokenScope } from '#protocol/api/token-scopes.ts'
import type { GroupId, UserId } from '#protocol/ids.ts'
import { type Marks, markOf } from '../records/marks.ts'
import { covers } from './scopes.ts'

/** Whoever asks. What is a function is looked up only where a rule needs it. */
export interface Subject {
  readonly userId: UserId
  readonly role: Role
  readonly groups?: () => ReadonlySet<GroupId>
  /** Of custom roles, the person's own and their groups'. */
  readonly permissions?: () => ReadonlySet<Action>
  /** Of the token that speaks for the person, if one does. */
  readonly scopes?: readonly TokenScope[]
}

/** What is acted on, as far as policy needs to know it. */
export interface Resource {
  readonly ownerId?: UserId
  readonly shares?: { readonly users: Marks; readonly groups: Marks } | undefined
  /** Of a group: those who say who is in it. */
  readonly managers?: ReadonlySet<string>
}

/**
 * Who may besides administrators, and whether those may: what is inside a space is its owner's, and of those whom the
 * owner lets in.
 */
export type Rule =
  | 'anyone'
  | 'signed-in'
  | 'administrator'
  | 'owner'
  | 'owner-or-administrator'
  | 'manager-or-administrator'
  | 'user'
  | 'viewer'
  | 'viewer-or-administrator'

interface ActionRow {
  readonly rule: Rule
  /** For the sentence “You may not {verb} this {thing}.” */
  readonly verb: string
  readonly thing: string
}

const row = <R extends Rule>(rule: R, verb: string, thing: string) => ({ rule, verb, thing })

export const actions = {
  'api.see': row('anyone', 'read the description of', 'API'),
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
  /** The second factor of one's own account. */
  'factor.see': row('signed-in', 'see', 'account’s second factor'),
  'factor.change': row('signed-in', 'change', 'account’s second factor'),
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
  /** Role, disabling, another's password and second factor, quotas; ending another's sessions and credentials. */
  'user.govern': row('administrator', 'govern', 'user'),
  'user.delete': row('administrator', 'delete', 'user'),
  'invitation.list': row('administrator', 'list', 'server’s invitations'),
  'invitation.create': row('administrator', 'invite people to', 'server'),
  'invitation.withdraw': row('administrator', 'withdraw', 'invitation'),
  /** Whoever has the link. */
  'invitation.open': row('anyone', 'open', 'invitation'),
  'invitation.accept': row('anyone', 'accept', 'invitation'),
  /** The groups that one manages; all of them for whoever may list them. */
  'group.listOwn': row('signed-in', 'list', 'account’s groups'),
  'group.see': row('manager-or-administrator', 'see the quotas of', 'group'),
  'group.people': row('manager-or-administrator', 'change the members of', 'group'),
  'group.list': row('administrator', 'list', 'server’s groups'),
  'group.create': row('administrator', 'add groups to', 'server'),
  'group.update': row('administrator', 'change', 'group'),
  'group.delete': row('administrator', 'delete', 'group'),
  'role.list': row('administrator', 'list', 'server’s roles'),
  'role.create': row('administrator', 'add roles to', 'server'),
  'role.update': row('administrator', 'change', 'role'),
  'role.delete': row('administrator', 'delete', 'role'),
  'template.list': row('signed-in', 'list', 'server’s templates'),
  'template.see': row('signed-in', 'see', 'template'),
  'template.create': row('administrator', 'add templates to', 'server'),
  'template.check': row('administrator', 'check', 'template'),
  'template.update': row('administrator', 'change', 'template'),
  /** What a version reaches outside its spaces: privileges, devices, folders of the host. */
  'template.allow': row('administrator', 'allow privileges to', 'template'),
  'template.delete': row('administrator', 'delete', 'template'),
  /** The server's variables and its templates'; their secrets nobody sees. */
  'variable.list': row('administrator', 'list', 'server’s variables'),
  'variable.set': row('administrator', 'change', 'server’s variables'),
  'variable.listGroup': row('administrator', 'list', 'group’s variables'),
  'variable.setGroup': row('administrator', 'change', 'group’s variables'),
  'variable.listOwn': row('signed-in', 'list', 'account’s variables'),
  'variable.setOwn': row('signed-in', 'change', 'account’s variables'),
  'registry.list': row('administrator', 'list', 'server’s registries'),
  'registry.set': row('administrator', 'change', 'server’s registries'),
  'space.list': row('signed-in', 'list', 'server’s spaces'),
  'space.create': row('signed-in', 'create spaces on', 'server'),
  'space.see': row('viewer-or-administrator', 'see', 'space'),
  'space.update': row('manager-or-administrator', 'change', 'space'),
  'space.run': row('manager-or-administrator', 'start or stop', 'space'),
  'space.delete': row('owner-or-administrator', 'delete', 'space'),
  'space.share': row('owner', 'share', 'space'),
  /** Administrators only from people who are disabled: see http/sharing.ts. */
  'space.transfer': row('owner-or-administrator', 'hand over', 'space'),
  /** Looking on at what happens in its terminals. */
  'space.watch': row('viewer', 'look into', 'space'),
  'space.enter': row('user', 'enter', 'space'),
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

type Level = ShareLevel | 'owner'
const levels: readonly Level[] = ['viewer', 'user', 'manager', 'owner']

interface Needed {
  /** The least that whoever asks must be to the thing; absent: nothing that one can be to it is enough. */
  readonly level?: Level
  /** Administrators may, and whoever has the permission. */
  readonly governs: boolean
}

const needed: Readonly<Record<Exclude<Rule, 'anyone' | 'signed-in'>, Needed>> = {
  administrator: { governs: true },
  owner: { level: 'owner', governs: false },
  'owner-or-administrator': { level: 'owner', governs: true },
  'manager-or-administrator': { level: 'manager', governs: true },
  user: { level: 'user', governs: false },
  viewer: { level: 'viewer', governs: false },
  'viewer-or-administrator': { level: 'viewer', governs: true },
}

/** Whether `subject` (undefined: nobody is signed in) may do `action` to `resource`. */
export function may(
  subject: Subject | undefined,
  action: Action,
  resource: Resource = {},
): boolean {
  const { rule } = actions[action]
  if (rule === 'anyone') return true
  if (!subject || !isInScope(subject, action)) return false
  if (rule === 'signed-in') return true
  const { level, governs } = needed[rule]
  if (level !== undefined && reaches(levelOf(subject, resource), level)) return true
  return governs && mayGovern(subject, action)
}

/** A token speaks for its owner as far as it was made for. */
export const isInScope = ({ scopes }: Subject, action: Action): boolean =>
  scopes === undefined || covers(scopes, action)

/** By the role that is built in, or by one that was made. */
const mayGovern = ({ role, permissions }: Subject, action: Action): boolean =>
  role === 'administrator' || permissions?.().has(action) === true

/** What somebody is to a thing: its owner or manager, or the most that it is shared with them as. */
export function levelOf(
  subject: Subject,
  { ownerId, shares, managers }: Resource,
): Level | undefined {
  if (ownerId !== undefined && ownerId === subject.userId) return 'owner'
  if (managers?.has(subject.userId)) return 'manager'
  if (!shares) return undefined
  const groups = Object.keys(shares.groups).length > 0 ? [...(subject.groups?.() ?? [])] : []
  const shared = [
    markOf(shares.users, subject.userId),
    ...groups.map((id) => markOf(shares.groups, id)),
  ]
  return levels.findLast((level) => shared.some((mark) => mark?.as === level && level !== 'owner'))
}

const reaches = (level: Level | undefined, least: Level): boolean =>
  level !== undefined && levels.indexOf(level) >= levels.indexOf(least)

/** What a custom role can be made of: what administrators may by their role. */
export const permissions: readonly Action[] = (Object.keys(actions) as Action[]).filter(
  (action) => {
    const { rule } = actions[action]
    return rule !== 'anyone' && rule !== 'signed-in' && needed[rule].governs
  },
)

export const isPermission = (text: string): text is Action =>
  permissions.some((action) => action === text)

/** Whoever may act on all of a kind may see them: else they could not even name one. */
const implied: Readonly<Partial<Record<Action, readonly Action[]>>> = {
  'space.run': ['space.see'],
  'space.update': ['space.see'],
  'space.delete': ['space.see'],
  'space.transfer': ['space.see'],
  'user.update': ['user.see', 'user.list'],
  'user.govern': ['user.see', 'user.list', 'user.update'],
  'user.delete': ['user.see', 'user.list'],
  'group.see': ['group.list'],
  'group.people': ['group.list', 'group.see'],
  'group.update': ['group.list', 'group.see', 'group.people'],
  'group.delete': ['group.list'],
  'role.update': ['role.list'],
  'role.delete': ['role.list'],
  'invitation.withdraw': ['invitation.list'],
  'variable.set': ['variable.list'],
  'variable.listGroup': ['group.list'],
  'variable.setGroup': ['variable.listGroup', 'group.list'],
  'registry.set': ['registry.list'],
}

export const withImplied = (action: Action): readonly Action[] => [
  action,
  ...(implied[action] ?? []),
]
