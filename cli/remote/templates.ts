// `skein template`: list, check, plan and save. A file's own `name:` says of which template it is the next version.

import { SkeinError } from '#protocol/errors.ts'
import { print } from '../output.ts'
import { templatesSchema } from './answers.ts'
import { columns } from './columns.ts'
import type { Remote } from './remote.ts'
import { RemoteStatus } from './status.ts'
import {
  checkSchema,
  type Plan,
  type PlanLine,
  planSchema,
  savedSchema,
} from './template-answers.ts'
import { readTemplateFile } from './template-file.ts'
import { readParameters } from './wishes.ts'

export async function listTemplates(remote: Remote): Promise<number> {
  const answer = await allTemplates(remote)
  print(remote.asJson, answer, () =>
    answer.templates.length === 0
      ? 'No templates yet.'
      : columns(answer.templates.map(({ name, description = '' }) => [name, String(description)])),
  )
  return RemoteStatus.ok
}

export const allTemplates = (remote: Remote) =>
  remote.call('GET /templates', { answer: templatesSchema })

export async function checkTemplate(remote: Remote, path: string): Promise<number> {
  const source = await readTemplateFile(path)
  const answer = await check(remote, source)
  const isGood = answer.problems.length === 0
  print(remote.asJson, answer, () =>
    isGood ? `${path} is a template.` : problemLines(path, answer.problems),
  )
  return isGood ? RemoteStatus.ok : RemoteStatus.failed
}

const check = (remote: Remote, source: string) =>
  remote.call('POST /templates/check', { body: { source }, answer: checkSchema })

type Problems = Plan['problems']

/** As compilers write them, so that editors jump there. */
export const problemLines = (path: string, problems: Problems): string =>
  problems
    .map(({ line, column, message, hint }) =>
      `${path}:${line}:${column} ${message} ${hint ?? ''}`.trimEnd(),
    )
    .join('\n')

export interface PlanOptions {
  readonly template?: string
  readonly param: readonly string[]
}

export async function planTemplate(
  remote: Remote,
  path: string,
  { template, param }: PlanOptions,
): Promise<number> {
  const source = await readTemplateFile(path)
  const templateId = await idOf(
    remote,
    template ?? (await check(remote, source)).head?.name,
    template,
  )
  const body = { source, parameters: readParameters(param), ...(templateId && { templateId }) }
  const plan = await remote.call('POST /templates/plan', { body, answer: planSchema })
  print(remote.asJson, plan, () => planText(path, plan, templateId === undefined))
  return plan.problems.length === 0 && plan.refused === undefined
    ? RemoteStatus.ok
    : RemoteStatus.failed
}

/** A name that was asked for must exist; a file's own may be new. */
async function idOf(
  remote: Remote,
  name: string | undefined,
  asked: string | undefined,
): Promise<string | undefined> {
  const { templates } = await allTemplates(remote)
  const found = templates.find(
    (one) => one.id === name || one.name.toLowerCase() === name?.toLowerCase(),
  )
  if (found === undefined && asked !== undefined) {
    throw new SkeinError('not_found', { thing: `template “${asked}”` })
  }
  return found?.id
}

export async function templateIdOf(remote: Remote, name: string): Promise<string> {
  return (await idOf(remote, name, name)) ?? ''
}

const signs = { create: '+', replace: '~', keep: '=', remove: '-' } as const

function planText(path: string, plan: Plan, isNew: boolean): string {
  if (plan.problems.length > 0) return problemLines(path, plan.problems)
  if (plan.refused !== undefined) return `It cannot be made like this: ${plan.refused}`
  const lines = (what: string, items: readonly PlanLine[]) =>
    items.map(({ name, do: verb, changes }) => {
      const why = changes.length > 0 ? ` (${changes.join(', ')})` : ''
      return `${signs[verb]} ${what} ${name}: ${verb}${why}`
    })
  const spaces = plan.spaces.map(
    ({ space, owner, effect, reason }) => `  ${owner.name}/${space.name}: ${effect}. ${reason}`,
  )
  const { restart = 0, start = 0, none = 0, refused = 0 } = plan.totals
  const counts = `${restart} would restart to take it, ${start} take it at their next start, ${none} stay the same, ${refused} could not start`
  return [
    `${plan.head?.name ?? path}: ${isNew ? 'a new template' : 'the next version'}`,
    ...lines('container', plan.containers),
    ...lines('volume', plan.volumes),
    ...(plan.settings.length > 0 ? [`~ settings: ${plan.settings.join(', ')}`] : []),
    ...plan.reaches.map((reach) => `! needs permission: ${reach}`),
    ...(isNew ? [] : [`Spaces: ${counts}.`, ...spaces]),
  ].join('\n')
}

export async function saveTemplate(
  remote: Remote,
  path: string,
  { note }: { readonly note?: string },
): Promise<number> {
  const source = await readTemplateFile(path)
  const { head, problems } = await check(remote, source)
  if (problems.length > 0) {
    print(remote.asJson, { problems }, () => problemLines(path, problems))
    return RemoteStatus.failed
  }
  return await save(remote, { source, note: note ?? '' }, head?.name)
}

export async function save(
  remote: Remote,
  body: { readonly source: string; readonly note: string },
  name: string | undefined,
): Promise<number> {
  const id = await idOf(remote, name, undefined)
  const wanted = { body, answer: savedSchema }
  const saved =
    id === undefined
      ? await remote.call('POST /templates', wanted)
      : await remote.call('PUT /templates/:id', { ...wanted, params: { id } })
  print(remote.asJson, saved, () => `${saved.name} is saved as version ${saved.version.number}.`)
  return RemoteStatus.ok
}
