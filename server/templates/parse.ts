// From a template's text to a template, or to its problems with line and column. Pure: no file, clock or engine.

import { LineCounter, parseDocument } from 'yaml'
import type { SpaceApp } from '#protocol/api/spaces.ts'
import {
  MAX_TEMPLATE_CHARS,
  type Parameter,
  type TemplateHead,
  type TemplateProblem,
} from '#protocol/api/templates.ts'
import { boundsProblem } from './bounds.ts'
import { Field, type Report } from './field.ts'
import { startOrder } from './order.ts'
import { MAX_PARAMETERS, readParameter } from './parameter.ts'
import { readPlacement } from './placement.ts'
import { refusedHeadKeys } from './refused.ts'
import { readService } from './service.ts'
import type { ParsedTemplate, Run, Service } from './template.ts'

/** A space is a handful of containers; a /28 holds 13. */
export const MAX_SERVICES = 10
const SERVICE_NAME = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/

export type ParseResult =
  | {
      readonly head: TemplateHead
      readonly template: ParsedTemplate
      readonly problems?: undefined
    }
  | { readonly problems: readonly TemplateProblem[] }

export function parseTemplate(source: string): ParseResult {
  const lines = new LineCounter()
  if (source.length > MAX_TEMPLATE_CHARS) {
    return { problems: [{ line: 1, column: 1, message: 'The template is too long.' }] }
  }
  const bounds = boundsProblem(source)
  if (bounds !== undefined) {
    const before = source.slice(0, bounds.offset).split('\n')
    const column = (before.at(-1)?.length ?? 0) + 1
    return { problems: [{ line: before.length, column, message: bounds.message }] }
  }
  // The library looks for a key that stands twice by comparing each with each; Field does it with a set.
  const options = { lineCounter: lines, prettyErrors: false, merge: false, uniqueKeys: false }
  const document = parseDocument(source, options)
  const problems: TemplateProblem[] = document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0])
    return { line, column: col, message: `This is not YAML: ${error.message}` }
  })
  if (problems.length > 0) return { problems }
  const report: Report = { lines, problems, parameters: new Set() }
  const template = readTemplate(new Field(document.contents, report), report)
  if (template === undefined || problems.length > 0) return { problems }
  return { head: headOf(template), template }
}

const field = (at: Field) => at
const literal = (at: Field) => at.literal()
const text = (at: Field) => at.text()
const environment = (at: Field) => at.environment()

const headTable = {
  name: literal,
  icon: literal,
  description: literal,
  parameters: field,
  main: field,
  apps: (at: Field) => at.list().flatMap(readApp),
  startup: literal,
  run: (at: Field) => at.entries().flatMap(readRun),
  shell: text,
  home: text,
  env: environment,
  placement: readPlacement,
  services: field,
  volumes: field,
}

function readTemplate(root: Field, report: Report): ParsedTemplate | undefined {
  if (!root.isMap) return root.problem('A template has a `name:` and `services:`.')
  // Parameters first: everything else may refer to them, wherever they stand.
  const parameters = root
    .entries()
    .filter(({ key }) => key === 'parameters')
    .flatMap(({ value }) => readParameters(value))
  for (const { name } of parameters) report.parameters.add(name)
  const read = root.fields(headTable, refusedHeadKeys)
  if (read.name === undefined)
    root.problem('The template has no name.', 'Write `name: My template`.')
  const named = readServices(root, read.services)
  const main = readMain(root, read.main, named)
  const { order, problem } = startOrder(named, main)
  if (problem !== undefined) (read.services ?? root).problem(problem)
  return {
    name: checkName(read.name, root),
    icon: read.icon,
    description: read.description,
    parameters,
    main,
    apps: read.apps ?? [],
    startup: read.startup,
    run: read.run ?? [],
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

function readParameters(at: Field): Parameter[] {
  const entries = at.entries()
  if (entries.length > MAX_PARAMETERS)
    at.problem(`There are more than ${MAX_PARAMETERS} parameters.`)
  return entries.flatMap(({ key, keyField, value }) => readParameter(key, keyField, value) ?? [])
}

function readServices(root: Field, services: Field | undefined): Service[] {
  if (services === undefined) {
    root.problem(
      'The template has no services.',
      'Write `services:` and below it one with an `image:`.',
    )
    return []
  }
  const entries = services.entries()
  if (entries.length > MAX_SERVICES)
    services.problem(`There are more than ${MAX_SERVICES} services.`)
  return entries.map(({ key, keyField, value }) => {
    if (!SERVICE_NAME.test(key)) {
      keyField.problem(
        `“${key}” cannot be a service’s name.`,
        'Use up to 32 lower-case letters, digits and hyphens.',
      )
    }
    return readService(key, value)
  })
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
  if (!names.includes(name))
    at.problem(`There is no service “${name}”.`, `There are: ${names.join(', ')}.`)
  return name
}

const appTable = {
  name: literal,
  port: (at: Field) => at,
  icon: literal,
  path: (at: Field) => at,
}

function readApp(at: Field): SpaceApp[] {
  const { name, port, icon, path: place } = at.fields(appTable)
  const path = place?.literal()
  const number = /^[1-9]\d{0,4}$/.test(port?.literal() ?? '') ? Number(port?.literal()) : 0
  if (name === undefined || number === 0 || number > 65_535) {
    at.problem('An app has a `name` and a `port` from 1 to 65535.')
    return []
  }
  if (path !== undefined && !/^\/(?![/\\])/.test(path))
    place?.problem('A path begins with one “/”.')
  return [{ name, port: number, ...(icon && { icon }), ...(path && { path }) }]
}

const runTable = {
  command: (at: Field) => at.words(),
  cwd: text,
  env: environment,
}

function readRun(entry: { key: string; keyField: Field; value: Field }): Run[] {
  const { key, keyField, value } = entry
  if (!SERVICE_NAME.test(key)) keyField.problem(`“${key}” cannot be a program’s name.`)
  const read = value.isMap ? value.fields(runTable) : { command: value.words() }
  if (read.command === undefined || read.command.length === 0) {
    value.problem('A program has a command.', `Write \`${key}: my-server --port 8080\`.`)
    return []
  }
  return [{ name: key, ...read, command: read.command }]
}

const volumeTable = {}

/** The top-level list only names what services mount; options would reach into the host. */
function readVolumes(at: Field | undefined, services: readonly Service[]): string[] {
  const used = new Set(services.flatMap((service) => service.volumes.map((volume) => volume.name)))
  for (const { key, keyField, value } of at?.entries() ?? []) {
    if (value.isMap) {
      value.fields(volumeTable, {
        driver: 'Volumes are the engine’s own.',
        driver_opts: 'It would mount folders of the host.',
        external: 'A space’s volumes are its own.',
        name: 'Volumes are named by the space’s id.',
      })
    }
    if (!used.has(key)) keyField.problem(`No service mounts the volume “${key}”.`)
  }
  return [...used]
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
      image: service.image
        .map((piece) => (typeof piece === 'string' ? piece : `$\{{ ${piece.ref} }}`))
        .join(''),
    })),
  }
}
