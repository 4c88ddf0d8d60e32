// A plain docker-compose.yml as a template: what both know is taken, folders of the host become volumes, variables of a
// shell become parameters, and every word that could not come over is told with its line. Pure; nothing is saved.

import { stringify } from 'yaml'
import type { ComposeImport } from '#protocol/api/bundles.ts'
import { parseTemplate } from '../parse.ts'
import { refusedHeadKeys } from '../refused.ts'
import type { App } from './mounts.ts'
import { Notes } from './notes.ts'
import { carryService, type Plain } from './service.ts'
import { type Entry, entryOf, readTree, type Value } from './tree.ts'
import { Variables } from './variables.ts'

const OTHER_HEADS: Readonly<Record<string, string>> = {
  ...refusedHeadKeys,
  version: 'Compose does not read it any more either, so nothing is lost.',
}

export function importCompose(source: string, name?: string): ComposeImport {
  const tree = readTree(source)
  if ('problems' in tree) return { source: '', notes: [], problems: tree.problems }
  const services = entryOf(tree.root, 'services')
  const found = services?.value.kind === 'map' ? services.value.entries : []
  if (services === undefined || found.length === 0) {
    const problem = {
      ...tree.root.at,
      message: 'The file has no `services`, so it is not Compose’s.',
    }
    return { source: '', notes: [], problems: [problem] }
  }
  const { template, notes } = carry(tree.root, services, found, name)
  const text = stringify(template, { lineWidth: 0, aliasDuplicateObjects: false })
  const problems = parseTemplate(text).problems ?? []
  return { source: text, notes: notes.all, problems }
}

function carry(root: Value, services: Entry, found: readonly Entry[], name: string | undefined) {
  const notes = new Notes()
  const variables = new Variables()
  const names = new Map(found.map(({ key }) => [key, serviceName(key)]))
  const renamed = (key: string) => names.get(key) ?? serviceName(key)
  const main = chooseMain(found)
  const apps: App[] = []
  const carried: Record<string, Plain> = Object.create(null)
  for (const entry of found) {
    const path = `services.${entry.key}`
    const isMain = entry.key === main
    const part = carryService(entry.value, { notes, variables, path, isMain, renamed })
    carried[renamed(entry.key)] = part.words
    apps.push(...part.apps)
    if (renamed(entry.key) !== entry.key) {
      notes.changed(
        entry.at,
        path,
        `It is called “${renamed(entry.key)}” now, also for the others.`,
      )
    }
  }
  if (found.length > 1) {
    const why = 'Its container gets the terminals; write another name at `main` to change that.'
    notes.changed(services.at, 'services', `“${renamed(main)}” became the main service. ${why}`)
  }
  carryHead(root, notes)
  const own = entryOf(root, 'name')?.value
  const title = name ?? (own?.kind === 'scalar' ? own.text : undefined) ?? 'Imported'
  const parameters = variables.parameters
  const template = {
    name: title.slice(0, 64),
    ...(Object.keys(parameters).length > 0 && { parameters }),
    main: renamed(main),
    ...(apps.length > 0 && { apps }),
    services: carried,
  }
  return { template, notes }
}

function carryHead(root: Value, notes: Notes): void {
  for (const { key, at, value } of root.kind === 'map' ? root.entries : []) {
    if (['name', 'services'].includes(key) || key.startsWith('x-')) continue
    if (key === 'volumes') carryVolumeOptions(value, notes)
    else {
      const known = Object.hasOwn(OTHER_HEADS, key) ? OTHER_HEADS[key] : undefined
      notes.left(at, key, known ?? 'A template knows no such word.')
    }
  }
}

function carryVolumeOptions(value: Value, notes: Notes): void {
  for (const { key, value: options } of value.kind === 'map' ? value.entries : []) {
    for (const option of options.kind === 'map' ? options.entries : []) {
      const word = `volumes.${key}.${option.key}`
      notes.left(option.at, word, 'A space’s volumes are its own and the engine’s plain ones.')
    }
  }
}

/** As services are named in a template: lower-case letters, digits and hyphens. */
function serviceName(key: string): string {
  const words = key.toLowerCase().match(/[a-z0-9]+/g) ?? ['service']
  return words.join('-').slice(0, 32).replace(/-$/, '')
}

/** The one to work in: what is built here, else what stands on others, else what is published; never what others need. */
function chooseMain(found: readonly Entry[]): string {
  const needed = new Set(
    found.flatMap(({ value }) => neededBy(entryOf(value, 'depends_on')?.value)),
  )
  const free = found.filter(({ key }) => !needed.has(key))
  const among = free.length > 0 ? free : found
  const has = (word: string) => among.find(({ value }) => entryOf(value, word) !== undefined)
  return (has('build') ?? has('depends_on') ?? has('ports') ?? among[0])?.key ?? ''
}

function neededBy(value: Value | undefined): string[] {
  if (value?.kind === 'map') return value.entries.map(({ key }) => key)
  if (value?.kind !== 'list') return []
  return value.items.flatMap((item) =>
    item.kind === 'scalar' && item.text !== null ? [item.text] : [],
  )
}
