// What becomes of whoever has lost a name to an earlier claim, once two sides that were apart meet. Pure, and the same on
// every peer: it looks at what is, not at what happened, so that it may be cut off and done again anywhere.

import { createHash } from 'node:crypto'
import type { Id, SpaceId, UserId } from '#protocol/ids.ts'
import type { Actor } from '#protocol/link.ts'
import { MAX_SPACE_NAME_CHARS, MAX_USER_NAME_CHARS } from '#protocol/names.ts'
import type { Change, ClaimKey, Row, View } from '../../records/records.ts'
import { claimAnew } from '../../records/renaming.ts'
import type { StoredClaim } from '../../store/store.ts'
import { bearing } from './borne.ts'

/** Of the hash of an id: two displaced from one name differ in one of a million cases only, and then take more. */
const SUFFIX_CHARS = 4
const MAX_SUFFIX_CHARS = 12
const MAX_TEMPLATE_NAME_CHARS = 200

/** The changes that give up a displaced claim. None when it holds its name after all. */
export function giveUp(view: View, { claim, holder }: StoredClaim, actor: Actor): Change[] {
  const key = claim as ClaimKey
  const winner = view.holder(key)
  if (winner === undefined || winner === holder) return []
  const kind = claim.slice(0, claim.indexOf(':'))
  const release: Change = { op: 'release', claim: key, holder: holder as Id }
  const borne = bearing(view, kind, holder)
  if (!borne || borne.key === key) {
    return [release, ...(loses[kind]?.(view, { key, winner, holder, actor }) ?? [])]
  }
  const owning = ownName(view, kind, holder, actor)
  return owning ? [release, ...owning] : []
}

/**
 * The changes after which a row holds the name that it bears; none when it does. One that lost the claim to a renaming that
 * it bears no more claims it again, or, where another row bears it and holds it by now, is called otherwise. Nothing while
 * that other one has not settled itself what it is called.
 */
export function ownName(view: View, kind: string, id: string, actor: Actor): Change[] | undefined {
  const borne = bearing(view, kind, id)
  const winner = borne && view.holder(borne.key)
  if (!borne || winner === id) return []
  const { key } = borne
  if (winner === undefined) return [{ op: 'claim', claim: key, holder: id as Id }]
  if (bearing(view, kind, winner)?.key !== key) return undefined
  return loses[kind]?.(view, { key, winner, holder: id, actor })
}

interface Contest {
  readonly key: ClaimKey
  readonly winner: Id
  readonly holder: string
  readonly actor: Actor
}

const loses: Readonly<Record<string, (view: View, contest: Contest) => Change[]>> = {
  user: renameUser,
  group: (view, contest) => renameNamed(view, contest, 'group'),
  role: (view, contest) => renameNamed(view, contest, 'role'),
  used: dropAccount,
  space: renameSpace,
  template: renameTemplate,
  setting: dropSetting,
  'ssh-key': dropKey,
}

function renameUser(view: View, contest: Contest): Change[] {
  const row = view.get('user', contest.holder as UserId)
  const profile = row?.groups.profile
  if (!row || !profile || contest.key !== `user:${profile.username}`) return []
  const claimOf = (name: string): ClaimKey => `user:${name}`
  const username = freeName(view, row.id, profile.username, MAX_USER_NAME_CHARS, claimOf)
  return [
    ...claimAnew(view, claimOf(username), row.id),
    { op: 'set', kind: 'user', id: row.id, group: 'profile', value: { ...profile, username } },
    ...told(contest, 'user', profile.username, username),
  ]
}

function renameSpace(view: View, contest: Contest): Change[] {
  const row = view.get('space', contest.holder as SpaceId)
  const ownerId = row?.groups.identity?.ownerId
  const before = row?.groups.name?.name
  if (!row || !ownerId || !before || contest.key !== `space:${ownerId}/${before}`) return []
  const claimOf = (name: string): ClaimKey => `space:${ownerId}/${name}`
  const name = freeName(view, row.id, before, MAX_SPACE_NAME_CHARS, claimOf)
  return [
    ...claimAnew(view, claimOf(name), row.id),
    { op: 'set', kind: 'space', id: row.id, group: 'name', value: { name } },
    ...told(contest, 'space', before, name),
    noted(row, contest, `It is called ${name} now: another space had the name ${before} before`),
  ]
}

function renameTemplate(view: View, contest: Contest): Change[] {
  const row = view.get('template', contest.holder as Id<'template'>)
  const meta = row?.groups.meta
  if (!row || !meta || contest.key !== `template:${meta.name}`) return []
  const claimOf = (name: string): ClaimKey => `template:${name}`
  const name = freeName(view, row.id, meta.name, MAX_TEMPLATE_NAME_CHARS, claimOf)
  return [
    ...claimAnew(view, claimOf(name), row.id),
    { op: 'set', kind: 'template', id: row.id, group: 'meta', value: { ...meta, name } },
    ...told(contest, 'template', meta.name, name),
  ]
}

/** Groups and roles: what they give stays theirs, under another name. */
function renameNamed(view: View, contest: Contest, kind: 'group' | 'role'): Change[] {
  const row = view.get(kind, contest.holder as never)
  const profile = row?.groups.profile
  if (!row || !profile || contest.key !== `${kind}:${profile.name}`) return []
  const claimOf = (name: string): ClaimKey => `${kind}:${name}`
  const name = freeName(view, row.id, profile.name, MAX_SPACE_NAME_CHARS, claimOf)
  const value = { ...profile, name }
  const set: Change =
    kind === 'group'
      ? { op: 'set', kind, id: row.id as Id<'group'>, group: 'profile', value }
      : { op: 'set', kind, id: row.id as Id<'role'>, group: 'profile', value }
  return [claimOf(name), set].flatMap((it) =>
    typeof it === 'string'
      ? claimAnew(view, it, row.id)
      : [it, ...told(contest, kind, profile.name, name)],
  )
}

/** A key that opens two accounts opens the one that had it first. */
function dropKey(view: View, contest: Contest): Change[] {
  const row = view.get('sshKey', contest.holder as Id<'sshKey'>)
  const body = row?.groups.body
  if (!row || !body) return []
  return [
    { op: 'delete', kind: 'sshKey', id: row.id },
    ...told(contest, 'key', body.fingerprint, ''),
  ]
}

function dropSetting(view: View, contest: Contest): Change[] {
  const row = view.get('setting', contest.holder as Id<'setting'>)
  if (!row) return []
  const { key = '', value } = row.groups.value ?? {}
  const dropped: Change = { op: 'delete', kind: 'setting', id: row.id }
  return key === 'setup-done' ? [dropped, ...undoSetup(view, value, contest)] : [dropped]
}

/**
 * Two set-up pages on two peers make one administrator. Whoever came second loses the account that the set-up made, or,
 * where something hangs on it by now, its rights over others.
 */
function undoSetup(view: View, value: unknown, contest: Contest): Change[] {
  const by = typeof value === 'object' && value !== null && 'by' in value ? value.by : undefined
  return typeof by === 'string' ? undoAccount(view, by, contest, 'setup.displaced') : []
}

/** One link made two accounts, on two sides that did not hear of each other: the later one goes. */
function dropAccount(view: View, contest: Contest): Change[] {
  return undoAccount(view, contest.holder, contest, 'invitation.displaced')
}

function undoAccount(view: View, id: string, contest: Contest, action: string): Change[] {
  const row = view.get('user', id as UserId)
  const { profile, access } = row?.groups ?? {}
  if (!row || !profile || !access) return []
  const sessions = view.list('session', { userId: row.id })
  const ended = sessions
    .slice(0, MAX_ENDED)
    .map(({ id }): Change => ({ op: 'delete', kind: 'session', id }))
  const isUsed = view.list('space', { ownerId: row.id }).length > 0
  const note = audited(contest, row.id, action, 'user', profile.username, {})
  if (isUsed) {
    const lowered = { ...access, role: 'member', epoch: access.epoch + 1 } as const
    return [
      ...ended,
      { op: 'set', kind: 'user', id: row.id, group: 'access', value: lowered },
      note,
    ]
  }
  return [
    ...ended,
    { op: 'release', claim: `user:${profile.username}`, holder: row.id },
    { op: 'delete', kind: 'user', id: row.id },
    note,
  ]
}

/** Sessions that end with a set-up that was not the first; others end with their user. */
const MAX_ENDED = 50

/** The same on every peer as long as they know the same names. */
function freeName(
  view: View,
  id: string,
  name: string,
  maxChars: number,
  claimOf: (name: string) => ClaimKey,
): string {
  const letters = createHash('sha256').update(id).digest('hex')
  for (let chars = SUFFIX_CHARS; chars < MAX_SUFFIX_CHARS; chars++) {
    const room = name.slice(0, maxChars - 1 - chars).replace(/-+$/, '')
    const candidate = `${room}-${letters.slice(0, chars)}`
    const holder = view.holder(claimOf(candidate))
    if (holder === undefined || holder === id) return candidate
  }
  return letters.slice(0, MAX_SUFFIX_CHARS)
}

/** An event to both: to the one that must be called otherwise, and to the one that keeps the name. */
function told(contest: Contest, kind: string, was: string, now: string): Change[] {
  const { holder, winner } = contest
  return [
    audited(contest, holder, 'name.lost', kind, was, { now, keptBy: winner }),
    audited(contest, winner, 'name.kept', kind, was, { lostBy: holder }),
  ]
}

function audited(
  { actor }: Contest,
  id: string,
  action: string,
  kind: string,
  name: string,
  detail: Record<string, unknown>,
): Change {
  const body = { actor, action, target: { kind, id, name }, detail }
  return { op: 'append', stream: 'audit', subject: id, body }
}

function noted(row: Row<'space'>, { actor, key }: Contest, text: string): Change {
  const intentId = row.groups.desired?.intentId ?? ''
  const stepId = createHash('sha256').update(`${row.id} ${key}`).digest('hex').slice(0, 32)
  const body = { stepId, intentId, step: 'rename', text, state: 'note', actor } as const
  return { op: 'append', stream: 'timeline', subject: row.id, body }
}
