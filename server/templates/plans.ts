// The plan of a template's text, or of a space's next start, against what the records hold. Stored variables and secrets are
// not asked for: where a value is one, both sides show its name, so that a plan tells of texts and answers, not of those.

import type { PlanTemplate, SpacePlan, TemplatePlan } from '#protocol/api/plan.ts'
import type { ParameterValue } from '#protocol/api/spaces.ts'
import type { Parameter } from '#protocol/api/templates.ts'
import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { SpaceId, TemplateId, VersionId } from '#protocol/ids.ts'
import type { Records, Row } from '../records/records.ts'
import { checkParameters, lenientParameters } from './parameter.ts'
import { parseTemplate } from './parse.ts'
import { isChange, type Planned, planSpace } from './plan.ts'
import { renderTemplate } from './render.ts'
import type { RenderedSpace } from './rendered.ts'
import type { ParsedTemplate } from './template.ts'
import type { Parsed, Templates } from './templates.ts'

/** Spaces that a plan tells of one by one. */
const MAX_SPACES = 100

export interface PlansOptions {
  readonly records: Pick<Records, 'get' | 'list'>
  readonly templates: Pick<Templates, 'parsed'>
}

type Values = Readonly<Record<string, ParameterValue>>
const NOTHING: Planned = { containers: [], volumes: [], networks: [], settings: [] }
const order = ['refused', 'restart', 'start', 'none'] as const

export class Plans {
  readonly #options: PlansOptions

  constructor(options: PlansOptions) {
    this.#options = options
  }

  /** Throws `not_found` where it names a template or a version that is not there. */
  ofTemplate({ source, templateId, from, parameters = {} }: PlanTemplate): TemplatePlan {
    const id = templateId as TemplateId | undefined
    const newest = id && this.#newest(id)
    const parsed = source === undefined ? this.#parsed(newest) : parseTemplate(source)
    if (parsed.problems !== undefined) return withProblems(parsed.problems)
    const against = (from as VersionId | undefined) ?? newest
    const before = against && this.#parsed(against)
    const spaces = id === undefined ? [] : this.#spaces(id, parsed.template)
    const { head, template } = parsed
    const planned = planTexts(before?.template, template, parameters)
    return { problems: [], head, ...planned, reaches: template.reaches, ...sorted(spaces) }
  }

  /** What the next start of a space would change. Throws `not_found`. */
  ofSpace(id: SpaceId): SpacePlan {
    const row = this.#options.records.get('space', id)
    const templateId = row?.groups.spec?.templateId
    if (row === undefined || templateId === undefined) {
      throw new SkeinError('not_found', { thing: 'space' })
    }
    return this.#space(row, this.#parsed(this.#newest(templateId)).template)
  }

  #newest(id: TemplateId): VersionId | undefined {
    const row = this.#options.records.get('template', id)
    if (row === undefined) throw new SkeinError('not_found', { thing: 'template' })
    return row.groups.head?.versionId
  }

  #parsed(id: VersionId | undefined): Parsed & { readonly problems?: undefined } {
    const parsed = id && this.#options.templates.parsed(id)
    if (!parsed) throw new SkeinError('not_found', { thing: 'version' })
    return parsed
  }

  #spaces(templateId: TemplateId, next: ParsedTemplate): SpacePlan[] {
    const rows = this.#options.records.list('space', { templateId })
    return rows
      .filter(({ groups }) => groups.desired?.state !== 'deleted')
      .map((row) => this.#space(row, next))
  }

  #space(row: Row<'space'>, next: ParsedTemplate): SpacePlan {
    const { records, templates } = this.#options
    const { identity, name, spec, runtime, desired } = row.groups
    const ownerId = identity?.ownerId
    const owner = ownerId && records.get('user', ownerId)?.groups.profile?.username
    const about = {
      space: { id: row.id, name: name?.name ?? row.id },
      owner: { id: ownerId ?? '', name: owner ?? ownerId ?? '' },
      state: runtime?.state ?? 'starting',
    }
    const given = spec?.parameters ?? {}
    const versionId = runtime?.versionId ?? spec?.versionId
    const was = versionId && templates.parsed(versionId)?.template
    const scope = (param: Values) => ({ ...sketch(param), space: about.space })
    try {
      const values = checkParameters(next.parameters, known(next.parameters, given))
      const after = renderTemplate(next, scope(values))
      const before = was && attempt(() => renderTemplate(was, scope(runtime?.parameters ?? given)))
      const planned = planSpace(before, after)
      return { ...about, ...effectOf(planned, desired?.state === 'running'), ...shown(planned) }
    } catch (caught) {
      const reason = toSkeinError(caught).message
      return { ...about, effect: 'refused', reason, ...shown(NOTHING) }
    }
  }
}

const shown = ({ containers, volumes, settings }: Planned) => ({ containers, volumes, settings })

function effectOf(planned: Planned, runs: boolean): Pick<SpacePlan, 'effect' | 'reason'> {
  if (!isChange(planned)) return { effect: 'none', reason: 'It would be the same.' }
  return runs
    ? {
        effect: 'restart',
        reason: 'It runs on as it is and takes the change when it is restarted.',
      }
    : { effect: 'start', reason: 'It takes the change at its next start.' }
}

/** With what is given or preset as far as it fits: somebody is still typing. */
function planTexts(
  before: ParsedTemplate | undefined,
  after: ParsedTemplate,
  given: Values,
): Planned & { readonly refused?: string } {
  const render = (template: ParsedTemplate): RenderedSpace =>
    renderTemplate(template, sketch(lenientParameters(template.parameters, given)))
  try {
    const next = render(after)
    return planSpace(before && attempt(() => render(before)), next)
  } catch (caught) {
    return { ...NOTHING, refused: toSkeinError(caught).message }
  }
}

const sketch = (param: Values) => ({
  space: { id: '01890000-0000-7000-8000-000000000000', name: 'my-space' },
  user: { username: 'me' },
  param,
  isSketch: true as const,
})

const known = (parameters: readonly Parameter[], given: Values): Record<string, ParameterValue> =>
  Object.fromEntries(
    Object.entries(given).filter(([name]) => parameters.some((one) => one.name === name)),
  )

/** What ran once may not be renderable any more; it is then planned as new. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

function sorted(spaces: readonly SpacePlan[]): Pick<TemplatePlan, 'spaces' | 'totals'> {
  const count = (effect: SpacePlan['effect']) =>
    spaces.filter((space) => space.effect === effect).length
  const totals = {
    ...{ refused: count('refused'), restart: count('restart') },
    ...{ start: count('start'), none: count('none') },
  }
  const byEffect = spaces.toSorted((a, b) => order.indexOf(a.effect) - order.indexOf(b.effect))
  return { spaces: byEffect.slice(0, MAX_SPACES), totals }
}

const withProblems = (problems: TemplatePlan['problems']): TemplatePlan => ({
  ...{ problems, ...NOTHING, reaches: [] },
  ...sorted([]),
})
