// What people want of spaces, decided against committed state: each answers the changes that write the wish down.
// Pure; nothing here knows of containers. The host's owner reads the wish and acts.

import type { ParameterValue } from '#protocol/api/spaces.ts'
import type { Parameter } from '#protocol/api/templates.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { HostId, SpaceId, TemplateId, UserId } from '#protocol/ids.ts'
import { isSpaceName } from '#protocol/names.ts'
import { type Came, type Changed, changed } from '../identity/audit.ts'
import type { KindGroups } from '../records/kinds.ts'
import type { Change, Decision, Row, View } from '../records/records.ts'
import { claimAnew } from '../records/renaming.ts'
import { checkParameters } from '../templates/parameter.ts'
import type { Templates } from '../templates/templates.ts'
import type { Placer } from './placer.ts'
import { assertQuota } from './quotas.ts'

/** Of one user, where nothing else is set; a guard against scripts that run away, not a quota. */
export const DEFAULT_SPACES_PER_USER = 100

/** Wishes before the present one that are known again: a client gives up long before so many others have come. */
const PAST_INTENTS = 8

export type Wish = 'running' | 'stopped' | 'restart' | 'deleted'
type Desired = KindGroups['space']['desired']
type Spec = KindGroups['space']['spec']
type Values = Readonly<Record<string, ParameterValue>>

export interface Wisher extends Came {
  readonly intentId: string
  readonly nowMs: number
  readonly templates: Pick<Templates, 'parsed'>
  /** The most spaces that one user may have. */
  readonly spacesPerUser: number
  readonly placer: Pick<Placer, 'decide' | 'changes'>
}

export interface Creation {
  readonly id: SpaceId
  readonly name: string
  readonly templateId: TemplateId
  readonly parameters: Values
  /** Chosen by the person, in place of what fits best. */
  readonly hostId?: HostId
}

/** Answers the intent's id; a creation that was sent twice answers the first one's. Throws `no_host_fits`. */
export function decideCreate(view: View, wisher: Wisher, creation: Creation): Decision<string> {
  const { id, name, templateId } = creation
  const { actor, intentId, nowMs } = wisher
  const ownerId = actor.id as UserId
  const known = view.get('space', id)
  if (known !== undefined) return { changes: [], result: repeated(known, ownerId) }
  if (!isSpaceName(name)) throw new SkeinError('name_invalid', { name: name.slice(0, 64) })
  if (view.list('space', { ownerId }).length >= wisher.spacesPerUser) {
    throw new SkeinError('too_many_spaces', { limit: wisher.spacesPerUser })
  }
  claimable(view, ownerId, name, id)
  const spec = newestSpec(view, wisher, templateId, creation.parameters)
  assertQuota(view, wisher.templates, ownerId, { id, spec, isNew: true, runs: true })
  const placing = wisher.placer.decide(view, {
    ...headOf(view, wisher, templateId).parsed,
    parameters: spec.parameters,
    ...(creation.hostId !== undefined && { hostId: creation.hostId }),
  })
  const desired: Desired = { state: 'running', generation: 1, intentId, at: nowMs, by: actor }
  const groups = { identity: { ownerId, createdAt: nowMs }, name: { name }, spec, desired }
  const changes: Change[] = [
    { op: 'claim', claim: `space:${ownerId}/${name}`, holder: id },
    { op: 'create', kind: 'space', id, groups },
    ...wisher.placer.changes(placing, id, { intentId, actor }),
    auditedSpace(wisher, 'space.create', id, name, { templateId, versionId: spec.versionId }),
  ]
  return { changes, result: intentId }
}

function repeated(known: Row<'space'>, ownerId: UserId): string {
  if (known.groups.identity?.ownerId !== ownerId)
    throw new SkeinError('conflict', { thing: 'space' })
  return known.groups.desired?.intentId ?? ''
}

/** Answers the intent's id: an old one when the wish is the present one. */
export function decideWant(view: View, wisher: Wisher, id: SpaceId, wish: Wish): Decision<string> {
  const row = found(view, id)
  const { desired, spec, name } = row.groups
  if (desired === undefined || spec === undefined)
    throw new SkeinError('not_found', { thing: 'space' })
  if (desired.state === 'deleted') {
    if (wish === 'deleted') return { changes: [], result: desired.intentId }
    throw new SkeinError('space_busy', { state: 'being deleted' })
  }
  if (wish !== 'restart' && isPresent(row, wish)) return { changes: [], result: desired.intentId }
  const { actor, intentId, nowMs } = wisher
  // A wish that was sent again, perhaps to another peer, and perhaps after somebody wished for something else.
  if (desired.intentId === intentId || desired.past?.includes(intentId)) {
    return { changes: [], result: intentId }
  }
  const starts = wish === 'running' || wish === 'restart'
  const renewal = starts ? renewed(view, wisher, id, spec) : []
  const ownerId = row.groups.identity?.ownerId
  // Its owner's, whoever starts it.
  if (starts && ownerId !== undefined) {
    assertQuota(view, wisher.templates, ownerId, {
      id,
      spec: specIn(renewal) ?? spec,
      isNew: false,
      runs: true,
    })
  }
  const value: Desired = {
    state: wish === 'restart' ? 'running' : wish,
    generation: desired.generation + 1,
    intentId,
    at: nowMs,
    by: actor,
    past: [desired.intentId, ...(desired.past ?? [])].slice(0, PAST_INTENTS),
  }
  const changes: Change[] = [
    { op: 'set', kind: 'space', id, group: 'desired', value },
    ...renewal,
    auditedSpace(
      wisher,
      `space.${verbs[wish]}`,
      id,
      name?.name ?? id,
      undefined,
      changed(
        { wanted: desired.state, versionId: spec.versionId },
        { wanted: value.state, versionId: (specIn(renewal) ?? spec).versionId },
      ),
    ),
  ]
  return { changes, result: intentId }
}

/**
 * The cluster forgets a space that nobody can act on: its record goes, and its name is free. Whoever drives its host again
 * reads in the audit what has become of it, and removes what is there.
 */
export function decideForget(view: View, wisher: Wisher, id: SpaceId): Decision<void> {
  const { name, identity } = found(view, id).groups
  const claim = `space:${identity?.ownerId}/${name?.name}` as const
  const release: Change = { op: 'release', claim, holder: id }
  const changes: Change[] = [
    { op: 'delete', kind: 'space', id },
    ...(view.holder(claim) === id ? [release] : []),
    auditedSpace(wisher, 'space.forget', id, name?.name ?? id),
  ]
  return { changes, result: undefined }
}

const verbs = { running: 'start', stopped: 'stop', restart: 'restart', deleted: 'delete' } as const

/** A space that ended by itself while it was wanted is not running any more: starting it is a new wish. */
function isPresent(row: Row<'space'>, wish: Wish): boolean {
  const { desired, runtime } = row.groups
  if (desired?.state !== wish) return false
  if (wish !== 'running') return true
  const answered = runtime?.generation === desired.generation
  return !answered || (runtime.state !== 'stopped' && runtime.state !== 'failed')
}

/** A start takes the template's newest version. */
const specIn = ([change]: readonly Change[]): Spec | undefined =>
  change?.op === 'set' && change.group === 'spec' ? (change.value as Spec) : undefined

function renewed(view: View, wisher: Wisher, id: SpaceId, spec: Spec): Change[] {
  const value = newestSpec(view, wisher, spec.templateId, stillKnown(view, wisher, spec))
  if (value.versionId === spec.versionId) return []
  return [{ op: 'set', kind: 'space', id, group: 'spec', value }]
}

export function decideRename(
  view: View,
  wisher: Wisher,
  id: SpaceId,
  name: string,
): Decision<void> {
  const row = found(view, id)
  const before = row.groups.name?.name
  const ownerId = row.groups.identity?.ownerId
  if (ownerId === undefined || before === name) return { changes: [], result: undefined }
  if (!isSpaceName(name)) throw new SkeinError('name_invalid', { name: name.slice(0, 64) })
  claimable(view, ownerId, name, id)
  const release: Change = { op: 'release', claim: `space:${ownerId}/${before}`, holder: id }
  const changes: Change[] = [
    ...(before === undefined ? [] : [release]),
    ...claimAnew(view, `space:${ownerId}/${name}`, id),
    { op: 'set', kind: 'space', id, group: 'name', value: { name } },
    auditedSpace(wisher, 'space.rename', id, name, undefined, changed({ name: before }, { name })),
  ]
  return { changes, result: undefined }
}

/** New parameters for the next start. A secret that is not given stays as it is. */
export function decideConfigure(
  view: View,
  wisher: Wisher,
  id: SpaceId,
  parameters: Values,
): Decision<void> {
  const row = found(view, id)
  const { spec, name } = row.groups
  if (spec === undefined) throw new SkeinError('not_found', { thing: 'space' })
  const head = headOf(view, wisher, spec.templateId).parsed.head
  const kept = head.parameters
    .filter(({ type, name: key }) => type === 'secret' && !Object.hasOwn(parameters, key))
    .flatMap(({ name: key }): [string, ParameterValue][] => {
      const value = spec.parameters[key]
      return value === undefined ? [] : [[key, value]]
    })
  const values = checkParameters(head.parameters, { ...Object.fromEntries(kept), ...parameters })
  const changes: Change[] = [
    { op: 'set', kind: 'space', id, group: 'spec', value: { ...spec, parameters: values } },
    auditedSpace(
      wisher,
      'space.configure',
      id,
      name?.name ?? id,
      undefined,
      changed(told(head.parameters, spec.parameters), told(head.parameters, values)),
    ),
  ]
  return { changes, result: undefined }
}

/** Secrets only by a mark of their own: whether one was changed may be told, and nothing of what it is. */
function told(parameters: readonly Parameter[], values: Values): Values {
  const secret = new Set(parameters.filter(({ type }) => type === 'secret').map(({ name }) => name))
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, secret.has(name) ? '(secret)' : value]),
  )
}

/** Parameters that the newest version no longer has are dropped; what it asks anew must have a default. */
function stillKnown(view: View, wisher: Wisher, spec: Spec): Values {
  const { parameters } = headOf(view, wisher, spec.templateId).parsed.head
  const names = new Set(parameters.map(({ name }) => name))
  return Object.fromEntries(Object.entries(spec.parameters).filter(([name]) => names.has(name)))
}

function newestSpec(view: View, wisher: Wisher, templateId: TemplateId, given: Values): Spec {
  const { versionId, parsed } = headOf(view, wisher, templateId)
  const { parameters } = parsed.head
  return { templateId, versionId, parameters: checkParameters(parameters, given) }
}

function headOf(view: View, { templates }: Wisher, templateId: TemplateId) {
  const versionId = view.get('template', templateId)?.groups.head?.versionId
  const parsed = versionId && templates.parsed(versionId)
  if (versionId === undefined || !parsed) throw new SkeinError('not_found', { thing: 'template' })
  return { versionId, parsed }
}

function found(view: View, id: SpaceId): Row<'space'> {
  const row = view.get('space', id)
  if (row === undefined) throw new SkeinError('not_found', { thing: 'space' })
  return row
}

function claimable(view: View, ownerId: UserId, name: string, id: SpaceId): void {
  const holder = view.holder(`space:${ownerId}/${name}`)
  if (holder !== undefined && holder !== (id as string))
    throw new SkeinError('name_taken', { name })
}

/** An entry of the audit that is about a space. */
export const auditedSpace = (
  { actor, address, credential }: Wisher,
  action: string,
  id: SpaceId,
  name: string,
  detail?: Record<string, unknown>,
  change?: Changed,
): Change => ({
  op: 'append',
  stream: 'audit',
  subject: id,
  body: {
    ...{ actor, action, target: { kind: 'space', id, name } },
    ...(address !== undefined && { address }),
    ...{ ...(credential && { credential }), ...(detail && { detail }), ...change },
  },
})
