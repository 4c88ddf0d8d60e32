// Templates as records: every save is a version, which never changes again. Reads parse at most once a version.

import type { TemplateBundle, TemplateImport } from '#protocol/api/bundles.ts'
import type { PlanTemplate, SpacePlan, TemplatePlan } from '#protocol/api/plan.ts'
import type {
  Starter,
  Template,
  TemplateCheck,
  TemplateDetail,
  TemplateHead,
} from '#protocol/api/templates.ts'
import { SkeinError } from '#protocol/errors.ts'
import { makeId, type SpaceId, type TemplateId, type VersionId } from '#protocol/ids.ts'
import type { Clock, Random } from '../clock.ts'
import type { Doer } from '../identity/audit.ts'
import type { Records, Row } from '../records/records.ts'
import { latestVersion } from '../records/version.ts'
import {
  type ExchangeOptions,
  exportTemplate,
  importTemplate,
  type TemplateWish,
} from './exchange.ts'
import { type ParseResult, parseTemplate } from './parse.ts'
import { assertAllowed } from './permission.ts'
import { Plans } from './plans.ts'
import {
  decideRemove,
  decideSave,
  type SaveTemplateRequest,
  type Saving,
  versionsOf,
} from './saving.ts'
import { starters } from './starters.ts'
import type { ParsedTemplate } from './template.ts'
import { showVersion } from './version.ts'

/** Parsed versions that are kept; one is about 20 KB. */
const MAX_PARSED = 500

export interface Parsed {
  readonly head: TemplateHead
  readonly template: ParsedTemplate
}

export interface Templates {
  readonly starters: readonly Starter[]
  check(source: string): TemplateCheck
  /** What a text, or the newest version, would make and change. Throws `not_found`. */
  plan(request: PlanTemplate): TemplatePlan
  /** What the next start of a space would change. Throws `not_found`. */
  planSpace(id: SpaceId): SpacePlan
  export(id: TemplateId): TemplateBundle
  /** Rejects as `save` does. */
  import(by: Doer, wish: TemplateWish): Promise<TemplateImport>
  list(): readonly Template[]
  get(id: TemplateId): TemplateDetail | undefined
  /** A version as it is rendered; undefined when there is none. */
  parsed(versionId: VersionId): Parsed | undefined
  /** Rejects with `template_invalid`, `template_not_allowed`, `conflict`, `name_taken` or `too_large`. */
  save(by: Doer, request: SaveTemplateRequest): Promise<TemplateDetail>
  /** Rejects with `template_in_use` or `not_found`. */
  remove(by: Doer, id: TemplateId): Promise<void>
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
  readonly #plans: Plans
  readonly #exchange: ExchangeOptions

  constructor({ records, clock, random }: TemplatesOptions) {
    this.#records = records
    this.#clock = clock
    this.#random = random
    this.#plans = new Plans({ records, templates: this })
    this.#exchange = { records, templates: this, clock }
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

  plan(request: PlanTemplate): TemplatePlan {
    return this.#plans.ofTemplate(request)
  }

  planSpace(id: SpaceId): SpacePlan {
    return this.#plans.ofSpace(id)
  }

  export(id: TemplateId): TemplateBundle {
    return exportTemplate(this.#exchange, id)
  }

  import(by: Doer, wish: TemplateWish): Promise<TemplateImport> {
    return importTemplate(this.#exchange, by, wish)
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
    const versions = newestFirst.map((version) => showVersion(this.#records, version))
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

  async save(by: Doer, request: SaveTemplateRequest): Promise<TemplateDetail> {
    const result = parseTemplate(request.source)
    if (result.problems !== undefined) throw invalid(result)
    const { reaches } = result.template
    if (!request.allow) assertAllowed(reaches, undefined)
    const saving: Saving = {
      ...request,
      id: request.id ?? this.#newId<'template'>(),
      versionId: this.#newId<'templateVersion'>(),
      nowMs: this.#clock.nowMs(),
      head: result.head,
      reaches,
      by,
    }
    await this.#records.transact((view) => decideSave(view, saving))
    const saved = this.get(saving.id)
    if (saved === undefined) throw new SkeinError('not_found', { thing: 'template' })
    return saved
  }

  async remove(by: Doer, id: TemplateId): Promise<void> {
    // A transaction takes a hundred changes, so old versions go first; the template itself goes last, at once with
    // its name.
    let more = true
    while (more) more = await this.#records.transact((view) => decideRemove(view, id, by))
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
      version: showVersion(this.#records, version),
      spaces: this.#records.list('space', { templateId: row.id }).length,
      createdAt: new Date(meta.createdAt).toISOString(),
    }
  }

  /**
   * Another peer's save may come in two parts: until its version is here, the one that was written last stays. Not that of the
   * highest number: peers that were apart have counted each for itself, and what was shown before may have a lower one.
   */
  #newest({ id, groups }: Row<'template'>): Row<'templateVersion'> | undefined {
    const { head } = groups
    const newest = head && this.#records.get('templateVersion', head.versionId)
    return newest ?? lastWritten(this.#records.list('templateVersion', { templateId: id }))
  }
}

function lastWritten(versions: readonly Row<'templateVersion'>[]) {
  const latest = latestVersion(versions.map((one) => one.versions.body))
  return versions.find((one) => one.versions.body === latest)
}

function invalid({ problems = [] }: ParseResult): SkeinError {
  const [first] = problems
  return new SkeinError('template_invalid', {
    count: problems.length,
    ...(first && { line: first.line, column: first.column, first: first.message }),
  })
}
