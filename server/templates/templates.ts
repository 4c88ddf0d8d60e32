// Templates as records: every save is a version, which never changes again. Reads parse at most once a version.

import type {
  Starter,
  Template,
  TemplateCheck,
  TemplateDetail,
  TemplateHead,
  TemplateVersion,
} from '#protocol/api/templates.ts'
import { SkeinError } from '#protocol/errors.ts'
import { makeId, type TemplateId, type UserId, type VersionId } from '#protocol/ids.ts'
import type { Actor } from '#protocol/link.ts'
import type { Clock, Random } from '../clock.ts'
import type { Change, Decision, Records, Row, View } from '../records/records.ts'
import { claimAnew } from '../records/renaming.ts'
import { type ParseResult, parseTemplate } from './parse.ts'
import { starters } from './starters.ts'
import type { ParsedTemplate } from './template.ts'

/** Parsed versions that are kept; one is about 20 KB. */
const MAX_PARSED = 500
const MAX_TEMPLATES = 1000
const MAX_VERSIONS = 1000

export interface SaveTemplateRequest {
  /** A new template's id, made by the client so that a retry is harmless; or the one to be changed. */
  readonly id?: TemplateId
  readonly source: string
  readonly note?: string
  /** The version that was edited; refused with `conflict` when it is not the newest any more. */
  readonly base?: string
}

export interface Parsed {
  readonly head: TemplateHead
  readonly template: ParsedTemplate
}

export interface Templates {
  readonly starters: readonly Starter[]
  check(source: string): TemplateCheck
  list(): readonly Template[]
  get(id: TemplateId): TemplateDetail | undefined
  /** A version as it is rendered; undefined when there is none. */
  parsed(versionId: VersionId): Parsed | undefined
  /** Rejects with `template_invalid`, `conflict`, `name_taken` or `too_large`. */
  save(actor: Actor, request: SaveTemplateRequest): Promise<TemplateDetail>
  /** Rejects with `template_in_use` or `not_found`. */
  remove(actor: Actor, id: TemplateId): Promise<void>
}

export interface TemplatesOptions {
  readonly records: Records
  readonly clock: Clock
  readonly random: Random
}

export function createTemplates(options: TemplatesOptions): Templates {
  return new RecordedTemplates(options)
}

class RecordedTemplates implements Templates {
  readonly #records: Records
  readonly #clock: Clock
  readonly #random: Random
  readonly #parsed = new Map<VersionId, Parsed>()

  constructor({ records, clock, random }: TemplatesOptions) {
    this.#records = records
    this.#clock = clock
    this.#random = random
  }

  get starters(): readonly Starter[] {
    return starters()
  }

  check(source: string): TemplateCheck {
    const result = parseTemplate(source)
    return result.problems === undefined
      ? { head: result.head, problems: [] }
      : { problems: result.problems }
  }

  list(): readonly Template[] {
    return this.#records.list('template').flatMap((row) => this.#show(row) ?? [])
  }

  get(id: TemplateId): TemplateDetail | undefined {
    const row = this.#records.get('template', id)
    const shown = row && this.#show(row)
    if (shown === undefined) return undefined
    const newestFirst = versionsOf(this.#records, id)
    const newest = newestFirst.find((version) => version.id === shown.version.id)
    const versions = newestFirst.map((version) => this.#showVersion(version))
    return { ...shown, source: newest?.groups.body?.source ?? '', versions }
  }

  parsed(versionId: VersionId): Parsed | undefined {
    const known = this.#parsed.get(versionId)
    if (known !== undefined) return known
    const source = this.#records.get('templateVersion', versionId)?.groups.body?.source
    const result = source === undefined ? undefined : parseTemplate(source)
    if (result === undefined || result.problems !== undefined) return undefined
    const [oldest] = this.#parsed.keys()
    if (this.#parsed.size >= MAX_PARSED && oldest !== undefined) this.#parsed.delete(oldest)
    this.#parsed.set(versionId, result)
    return result
  }

  async save(actor: Actor, request: SaveTemplateRequest): Promise<TemplateDetail> {
    const result = parseTemplate(request.source)
    if (result.problems !== undefined) throw invalid(result)
    const saving: Saving = {
      ...request,
      id: request.id ?? this.#newId<'template'>(),
      versionId: this.#newId<'templateVersion'>(),
      nowMs: this.#clock.nowMs(),
      head: result.head,
      actor,
    }
    await this.#records.transact((view) => decideSave(view, saving))
    const saved = this.get(saving.id)
    if (saved === undefined) throw new SkeinError('not_found', { thing: 'template' })
    return saved
  }

  async remove(actor: Actor, id: TemplateId): Promise<void> {
    // A transaction takes a hundred changes, so old versions go first; the template itself goes last, at once with
    // its name.
    let more = true
    while (more) more = await this.#records.transact((view) => decideRemove(view, id, actor))
  }

  #newId<K extends string>() {
    return makeId<K>(this.#clock.nowMs(), this.#random(10))
  }

  #show(row: Row<'template'>): Template | undefined {
    const { meta } = row.groups
    const version = this.#newest(row)
    const parsed = version && this.parsed(version.id)
    if (meta === undefined || version === undefined || parsed === undefined) return undefined
    return {
      id: row.id,
      name: meta.name,
      ...(meta.icon !== undefined && { icon: meta.icon }),
      ...(meta.description !== undefined && { description: meta.description }),
      head: parsed.head,
      version: this.#showVersion(version),
      spaces: this.#records.list('space', { templateId: row.id }).length,
      createdAt: new Date(meta.createdAt).toISOString(),
    }
  }

  /** Another peer's save may come in two parts: until its version is here, the newest that is stays. */
  #newest({ id, groups }: Row<'template'>): Row<'templateVersion'> | undefined {
    const { head } = groups
    const newest = head && this.#records.get('templateVersion', head.versionId)
    return newest ?? versionsOf(this.#records, id)[0]
  }

  #showVersion(row: Row<'templateVersion'>): TemplateVersion {
    const body = row.groups.body
    const authorId = body?.authorId ?? ''
    const author = this.#records.get('user', authorId as UserId)?.groups.profile?.username
    return {
      id: row.id,
      number: body?.number ?? 0,
      note: body?.note ?? '',
      author: { id: authorId, name: author ?? authorId },
      createdAt: new Date(body?.createdAt ?? 0).toISOString(),
    }
  }
}

interface Saving extends SaveTemplateRequest {
  readonly id: TemplateId
  readonly versionId: VersionId
  readonly nowMs: number
  readonly head: TemplateHead
  readonly actor: Actor
}

function decideSave(view: View, saving: Saving): Decision<void> {
  const { id, base, source, head, actor, nowMs } = saving
  const row = view.get('template', id)
  const current = row?.groups.head
  // A save that was sent twice, or that changes nothing, makes no version, whatever it was made upon.
  const newest = current && view.get('templateVersion', current.versionId)?.groups.body?.source
  if (newest === source) return { changes: [], result: undefined }
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
  const body = {
    templateId: id,
    number,
    source,
    note: saving.note ?? '',
    authorId: actor.id as UserId,
    createdAt: nowMs,
  }
  const changes: Change[] = [
    { op: 'create', kind: 'templateVersion', id: saving.versionId, groups: { body } },
    ...naming(view, row, meta.name, id),
    ...(row === undefined ? creation(view, id, { meta, head: pointer }) : []),
    ...(row === undefined ? [] : setting(id, meta, pointer)),
    audited(actor, row === undefined ? 'template.create' : 'template.update', id, meta.name),
  ]
  return { changes, result: undefined }
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
function decideRemove(view: View, id: TemplateId, actor: Actor): Decision<boolean> {
  const row = view.get('template', id)
  const name = row?.groups.meta?.name
  if (row === undefined || name === undefined)
    throw new SkeinError('not_found', { thing: 'template' })
  const count = view.list('space', { templateId: id }).length
  if (count > 0) throw new SkeinError('template_in_use', { count })
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
    audited(actor, 'template.delete', id, name),
  ]
  return { changes, result: false }
}

/** Newest first. */
const versionsOf = (view: View, templateId: TemplateId): Row<'templateVersion'>[] =>
  [...view.list('templateVersion', { templateId })].sort(
    (a, b) => (b.groups.body?.number ?? 0) - (a.groups.body?.number ?? 0),
  )

const audited = (actor: Actor, action: string, id: TemplateId, name: string): Change => ({
  op: 'append',
  stream: 'audit',
  subject: id,
  body: { actor, action, target: { kind: 'template', id, name } },
})

function invalid({ problems = [] }: ParseResult): SkeinError {
  const [first] = problems
  return new SkeinError('template_invalid', {
    count: problems.length,
    ...(first && { line: first.line, column: first.column, first: first.message }),
  })
}
