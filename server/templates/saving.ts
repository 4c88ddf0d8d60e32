// How a save and a removal of a template change the records. Pure: decided against committed state.

import type { TemplateHead } from '#protocol/api/templates.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { TemplateId, UserId, VersionId } from '#protocol/ids.ts'
import { type Changed, cameFrom, changed, type Doer } from '../identity/audit.ts'
import { type Change, type Decision, MAX_CHANGES, type Row, type View } from '../records/records.ts'
import { claimAnew } from '../records/renaming.ts'
import { endVariables } from '../values/end.ts'
import type { Permission } from './permission.ts'

const MAX_TEMPLATES = 1000
const MAX_VERSIONS = 1000

export interface SaveTemplateRequest {
  /** A new template's id, made by the client so that a retry is harmless; or the one to be changed. */
  readonly id?: TemplateId
  readonly source: string
  readonly note?: string
  /** The version that was edited; refused with `conflict` when it is not the newest any more. */
  readonly base?: string
  /** The actor allows what the text reaches outside its spaces; whether they may is asked before. */
  readonly allow?: boolean
}

export interface Saving extends SaveTemplateRequest {
  readonly id: TemplateId
  readonly versionId: VersionId
  readonly nowMs: number
  readonly head: TemplateHead
  readonly reaches: readonly string[]
  readonly by: Doer
}

export function decideSave(view: View, saving: Saving): Decision<void> {
  const { id, base, source, head, by, nowMs } = saving
  const { actor } = cameFrom(by)
  const row = view.get('template', id)
  const current = row?.groups.head
  // A save that was sent twice, or that changes nothing, makes no version, whatever it was made upon.
  const newest = current && view.get('templateVersion', current.versionId)?.groups.body?.source
  if (newest === source && isAllowed(view, current?.versionId, saving)) {
    return { changes: [], result: undefined }
  }
  if (base !== undefined && current?.versionId !== base) {
    throw new SkeinError('conflict', { thing: 'template' })
  }
  const number = (current?.number ?? 0) + 1
  if (number > MAX_VERSIONS) {
    throw new SkeinError('too_large', { thing: 'history', limit: `${MAX_VERSIONS} versions` })
  }
  const meta = {
    name: head.name,
    ...(head.icon !== undefined && { icon: head.icon }),
    ...(head.description !== undefined && { description: head.description }),
    createdAt: row?.groups.meta?.createdAt ?? nowMs,
    createdBy: row?.groups.meta?.createdBy ?? (actor.id as UserId),
  }
  const pointer = { versionId: saving.versionId, number }
  const permission = permissionOf(saving)
  const body = {
    templateId: id,
    number,
    source,
    note: saving.note ?? '',
    authorId: actor.id as UserId,
    createdAt: nowMs,
  }
  const changes: Change[] = [
    {
      op: 'create',
      kind: 'templateVersion',
      id: saving.versionId,
      groups: { body, ...(permission && { permission }) },
    },
    ...naming(view, row, meta.name, id),
    ...(row === undefined ? creation(view, id, { meta, head: pointer }) : []),
    ...(row === undefined ? [] : setting(id, meta, pointer)),
    audited(
      by,
      row === undefined ? 'template.create' : 'template.update',
      id,
      meta.name,
      undefined,
      changed(stateOf(row?.groups.meta, current), stateOf(meta, pointer)),
    ),
    ...(permission ? [audited(by, 'template.allow', id, meta.name, permission.reaches)] : []),
  ]
  return { changes, result: undefined }
}

const stateOf = (
  meta: Partial<Meta> | undefined,
  head: Row<'template'>['groups']['head'],
): Record<string, unknown> => ({
  ...(meta && { name: meta.name, description: meta.description }),
  ...(head && { version: head.number, versionId: head.versionId }),
})

function permissionOf({ reaches, by, nowMs }: Saving): Permission | undefined {
  if (reaches.length === 0) return undefined
  return { reaches: [...reaches], by: cameFrom(by).actor.id as UserId, at: nowMs }
}

/** Whether the version that has this text already may do all of it. */
function isAllowed(view: View, versionId: VersionId | undefined, { reaches }: Saving): boolean {
  const version = versionId && view.get('templateVersion', versionId)
  const known = new Set(version?.groups.permission?.reaches)
  return reaches.every((reach) => known.has(reach))
}

function creation(view: View, id: TemplateId, groups: Row<'template'>['groups']): Change[] {
  if (view.list('template').length >= MAX_TEMPLATES) {
    throw new SkeinError('too_large', { thing: 'list of templates', limit: MAX_TEMPLATES })
  }
  return [{ op: 'create', kind: 'template', id, groups }]
}

type Meta = NonNullable<Row<'template'>['groups']['meta']>

const setting = (
  id: TemplateId,
  meta: Meta,
  head: { versionId: VersionId; number: number },
): Change[] => [
  { op: 'set', kind: 'template', id, group: 'meta', value: meta },
  { op: 'set', kind: 'template', id, group: 'head', value: head },
]

/** The name belongs to one template; a renamed one gives its old name back. */
function naming(
  view: View,
  row: Row<'template'> | undefined,
  name: string,
  id: TemplateId,
): Change[] {
  const before = row?.groups.meta?.name
  if (before === name) return []
  const holder = view.holder(`template:${name}`)
  if (holder !== undefined && holder !== id) throw new SkeinError('name_taken', { name })
  const release: Change[] =
    before === undefined ? [] : [{ op: 'release', claim: `template:${before}`, holder: id }]
  return [...release, ...claimAnew(view, `template:${name}`, id)]
}

/** Old versions deleted in one transaction, below the records' limit of a hundred changes. */
const VERSIONS_AT_ONCE = 90

/** Answers whether there is more to remove. */
export function decideRemove(view: View, id: TemplateId, by: Doer): Decision<boolean> {
  const row = view.get('template', id)
  const name = row?.groups.meta?.name
  if (row === undefined || name === undefined)
    throw new SkeinError('not_found', { thing: 'template' })
  const count = view.list('space', { templateId: id }).length
  if (count > 0) throw new SkeinError('template_in_use', { count })
  const values = endVariables(view, id)
  if (values.length > 0) return { changes: values.slice(0, MAX_CHANGES), result: true }
  const versions = versionsOf(view, id).reverse()
  const some = versions.slice(0, VERSIONS_AT_ONCE)
  const deletions = some.map(
    (version): Change => ({ op: 'delete', kind: 'templateVersion', id: version.id }),
  )
  if (some.length < versions.length) return { changes: deletions, result: true }
  const changes: Change[] = [
    ...deletions,
    { op: 'delete', kind: 'template', id },
    { op: 'release', claim: `template:${name}`, holder: id },
    audited(by, 'template.delete', id, name),
  ]
  return { changes, result: false }
}

/** Newest first. */
export const versionsOf = (view: View, templateId: TemplateId): Row<'templateVersion'>[] =>
  [...view.list('templateVersion', { templateId })].sort(
    (a, b) => (b.groups.body?.number ?? 0) - (a.groups.body?.number ?? 0),
  )

const audited = (
  by: Doer,
  action: string,
  id: TemplateId,
  name: string,
  reaches?: readonly string[],
  change?: Changed,
): Change => ({
  op: 'append',
  stream: 'audit',
  subject: id,
  body: {
    ...cameFrom(by),
    action,
    target: { kind: 'template', id, name },
    ...(reaches && { detail: { reaches } }),
    ...change,
  },
})
