// From a template's text to a template, or to its problems with line and column. Pure: no file, clock or engine.

import { LineCounter, parseDocument } from 'yaml'
import type { TemplateHead, TemplateProblem } from '#protocol/api/templates.ts'
import { boundsProblem } from './bounds.ts'
import { Field, type Report } from './field.ts'
import { headTable, readParameters, readServices, readVolumeOptions } from './head.ts'
import { nearest } from './nearest.ts'
import { startOrder } from './order.ts'
import { type ReachKind, reachesOf } from './reach.ts'
import { refusedHeadKeys } from './refused.ts'
import { momentText } from './schedule.ts'
import type { ParsedTemplate, Service, Volume } from './template.ts'
import { textSource } from './text.ts'

export type ParseResult =
  | {
      readonly head: TemplateHead
      readonly template: ParsedTemplate
      readonly problems?: undefined
    }
  | { readonly problems: readonly TemplateProblem[] }

export function parseTemplate(source: string): ParseResult {
  const lines = new LineCounter()
  const bounds = boundsProblem(source)
  if (bounds !== undefined) return { problems: [bounds] }
  // The library looks for a key that stands twice by comparing each with each; Field does it with a set.
  const options = { lineCounter: lines, prettyErrors: false, merge: false, uniqueKeys: false }
  const document = parseDocument(source, options)
  const problems: TemplateProblem[] = document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0])
    return { line, column: col, message: `This is not YAML: ${error.message}` }
  })
  if (problems.length > 0) return { problems }
  const report: Report = {
    lines,
    problems,
    parameters: new Set(),
    asked: new Set(),
    stored: { vars: new Set(), secrets: new Set() },
  }
  const template = readTemplate(new Field(document.contents, report), report)
  if (template === undefined || problems.length > 0) return { problems }
  return { head: headOf(template), template }
}

function readTemplate(root: Field, report: Report): ParsedTemplate | undefined {
  if (!root.isMap) return root.problem('A template has a `name:` and `services:`.')
  const entries = root.entries()
  const early = (name: string) => entries.filter(({ key }) => key === name)
  // Parameters first: everything else may refer to them, wherever they stand.
  const parameters = early('parameters').flatMap(({ value }) => readParameters(value))
  const asks = early('policy').flatMap(({ value, keyField }) =>
    headTable.policy.read(value, keyField),
  )
  for (const kind of asks) report.asked.add(kind)
  for (const { name } of parameters) report.parameters.add(name)
  const read = root.fields(headTable, refusedHeadKeys)
  if (read.name === undefined)
    root.problem('The template has no name.', 'Write `name: My template`.')
  const named = readServices(root, read.services)
  const main = readMain(root, read.main, named)
  const { order, problem } = startOrder(named, main)
  if (problem !== undefined) dependsOnOf(read.services, problem.at, root).problem(problem.message)
  const reaches = reachesOf(named)
  if (report.problems.length === 0) {
    checkAsked(
      root,
      asks,
      reaches.map(({ kind }) => kind),
    )
  }
  return {
    name: checkName(read.name, root),
    icon: read.icon,
    description: read.description,
    parameters,
    main,
    apps: read.apps ?? [],
    startup: read.startup,
    shutdown: read.shutdown,
    run: read.run ?? [],
    schedule: read.schedule,
    asks,
    reaches: reaches.map(({ text }) => text),
    stored: { vars: [...report.stored.vars], secrets: [...report.stored.secrets] },
    shell: read.shell,
    home: read.home,
    env: read.env ?? {},
    ...(read.placement && { placement: read.placement }),
    services: order,
    volumes: readVolumes(read.volumes, order),
  }
}

function checkName(name: string | undefined, root: Field): string {
  if (name !== undefined && (name.trim() === '' || name.length > 64)) {
    root.problem('The template’s name has 1 to 64 characters.')
  }
  return (name ?? '').trim()
}

/** `main` may be left out where there is one service, or one that is called main. */
function readMain(root: Field, at: Field | undefined, services: readonly Service[]): string {
  const names = services.map((service) => service.name)
  if (at === undefined) {
    const only = names.length === 1 ? names[0] : names.find((name) => name === 'main')
    if (only !== undefined) return only
    if (names.length > 0)
      root.problem('Which service is the main one?', 'Write `main:` and its name.')
    return ''
  }
  const name = at.literal() ?? ''
  if (!names.includes(name)) {
    const message = `There is no service “${name.slice(0, 64)}”.`
    const near = nearest(name, names)
    if (near === undefined) at.problem(message, `There are: ${names.join(', ')}.`)
    else at.mistyped(message, name, near)
  }
  return name
}

/** The services' volumes, with what the top-level list says of them. */
function readVolumes(at: Field | undefined, services: readonly Service[]): Volume[] {
  const used = new Set(services.flatMap((service) => service.volumes.map((volume) => volume.name)))
  const said = new Map<string, Omit<Volume, 'name'>>()
  for (const { key, keyField, value } of at?.entries() ?? []) {
    said.set(key, readVolumeOptions(value))
    if (!used.has(key)) keyField.problem(`No service mounts the volume “${key.slice(0, 64)}”.`)
  }
  return [...used].map((name) => ({ name, ...said.get(name) }))
}

/** Asked for and reached by nothing: whoever allows it should not have to find that out. */
function checkAsked(root: Field, asks: readonly ReachKind[], reached: readonly ReachKind[]): void {
  for (const kind of asks) {
    if (!reached.includes(kind))
      root.problem(`Nothing here asks for “${kind}”; its \`policy\` need not allow it.`)
  }
}

/** Where a service says what it depends on. */
function dependsOnOf(services: Field | undefined, name: string, root: Field): Field {
  const service = services?.entries().find(({ key }) => key === name)
  const depends = service?.value.entries().find(({ key }) => key === 'depends_on')
  return depends?.keyField ?? service?.keyField ?? root
}

function headOf(template: ParsedTemplate): TemplateHead {
  const { name, icon, description, parameters, apps, main, services, placement } = template
  return {
    name,
    ...(icon && { icon }),
    ...(description && { description }),
    parameters,
    apps,
    main,
    ...(placement && { placement }),
    services: services.map((service) => ({
      name: service.name,
      image: textSource(service.image),
    })),
    volumes: template.volumes.map(({ name: volume, owner, size }) => ({
      name: volume,
      ...(owner !== undefined && { owner }),
      ...(size && { size: textSource(size.text) }),
    })),
    ...(template.schedule && { schedule: showSchedule(template.schedule) }),
    ...(template.reaches.length > 0 && { reaches: template.reaches }),
    stored: template.stored,
  }
}

const showSchedule = ({ zone, start, stop }: NonNullable<ParsedTemplate['schedule']>) => ({
  zone,
  start: start.map(momentText),
  stop: stop.map(momentText),
})
