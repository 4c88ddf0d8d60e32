// One service of a Compose file, word by word: what a template reads too is taken, the rest is told.

import { reachKindNames } from '../reach.ts'
import { refusedServiceKeys } from '../refused.ts'
import { serviceTable } from '../service.ts'
import { type App, type Carrying, carryPorts, carryVolumes } from './mounts.ts'
import { type Entry, entryOf, type Value } from './tree.ts'

export type Plain = string | number | boolean | null | readonly Plain[] | { [key: string]: Plain }

export interface Carried {
  readonly words: Record<string, Plain>
  readonly apps: readonly App[]
}

/** Words that are the same in both. */
const SAME = new Set([
  ...['image', 'command', 'entrypoint', 'working_dir', 'user', 'hostname', 'mem_limit', 'cpus'],
  ...['pids_limit', 'shm_size', 'init', 'labels', 'read_only', 'stop_grace_period', 'stop_signal'],
  ...['extra_hosts', 'cap_drop'],
])
const HEALTH = new Set(['test', 'interval', 'timeout', 'start_period', 'retries', 'disable'])

export function carryService(
  value: Value,
  carrying: Carrying & { readonly isMain: boolean; readonly renamed: (name: string) => string },
): Carried {
  const { notes, path, isMain } = carrying
  const words: Record<string, Plain> = Object.create(null)
  let apps: readonly App[] = []
  for (const entry of value.kind === 'map' ? value.entries : []) {
    const { key, value: inner } = entry
    if (key === 'extra_hosts') words[key] = plain(withoutHost(entry, carrying), carrying)
    else if (SAME.has(key)) words[key] = plain(inner, carrying)
    else if (key === 'environment') words[key] = environment(inner, carrying)
    else if (key === 'volumes') words[key] = carryVolumes(inner, carrying)
    else if (key === 'ports') apps = carryPorts(inner, isMain, carrying)
    else if (key === 'tmpfs') words[key] = tmpfs(entry, carrying)
    else if (key === 'healthcheck') words[key] = only(inner, HEALTH, `${path}.${key}`, carrying)
    else if (key === 'depends_on') words[key] = dependencies(inner, carrying)
    else if (key === 'deploy') Object.assign(words, deploy(entry, carrying))
    else if (!key.startsWith('x-')) notes.left(entry.at, `${path}.${key}`, reasonOf(entry))
  }
  return { words: withoutEmpty(words), apps }
}

function reasonOf({ key, value }: Entry): string {
  if (Object.hasOwn(refusedServiceKeys, key)) return refusedServiceKeys[key] ?? ''
  if (!Object.hasOwn(serviceTable, key)) return 'A template knows no such word.'
  const schema = serviceTable[key as keyof typeof serviceTable].schema
  const asks = reachKindNames.find((kind) => kind === schema['x-asks'])
  const isOff = value.kind === 'scalar' && value.text === 'false'
  if (asks === undefined || isOff) return 'It says nothing that is not so anyway.'
  return `It reaches out of the space. Write it again together with \`policy: { allow: [${asks}] }\`, which an administrator must allow.`
}

function plain(value: Value, carrying: Carrying): Plain {
  const { variables } = carrying
  if (value.kind === 'list') return value.items.map((item) => plain(item, carrying))
  if (value.kind === 'map') {
    return record(value.entries.map(({ key, value: inner }) => [key, plain(inner, carrying)]))
  }
  return value.text === null ? null : scalar(variables.taken(value.text))
}

/** Numbers and switches without quotes, as people write them. */
function scalar(text: string): Plain {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^\d{1,9}$/.test(text) && String(Number(text)) === text ? Number(text) : text
}

/** A space may not be led to its host. */
function withoutHost({ value }: Entry, { notes, path }: Carrying): Value {
  const leads = (inner: Value) => textOf(inner)?.includes('host-gateway') === true
  const tell = ({ at }: Value) =>
    notes.left(at, `${path}.extra_hosts`, 'It would lead to the host.')
  if (value.kind === 'list') {
    value.items.filter(leads).forEach(tell)
    return { ...value, items: value.items.filter((item) => !leads(item)) }
  }
  if (value.kind === 'scalar') return value
  const entries = value.entries.filter(({ value: inner }) => !leads(inner))
  value.entries
    .map(({ value: inner }) => inner)
    .filter(leads)
    .forEach(tell)
  const items = entries.map(
    ({ key, at, value: inner }): Value => ({ kind: 'scalar', at, text: `${key}:${textOf(inner)}` }),
  )
  return { kind: 'list', at: value.at, items }
}

function environment(value: Value, { notes, variables, path }: Carrying): Plain {
  const word = `${path}.environment`
  const pairs =
    value.kind === 'map'
      ? value.entries.map(({ key, value: inner, at }) => ({ key, at, text: textOf(inner) }))
      : (value.kind === 'list' ? value.items : []).map((item) => {
          const [key = '', ...rest] = (textOf(item) ?? '').split('=')
          return { key, at: item.at, text: rest.length === 0 ? null : rest.join('=') }
        })
  return record(
    pairs.map(({ key, at, text }): [string, Plain] => {
      if (text !== null) return [key, variables.taken(text)]
      const name = variables.ask(key)
      notes.changed(
        at,
        word,
        `“${key}” had its value from a shell; it is the parameter “${name}” now.`,
      )
      return [key, `$\{{ param.${name} }}`]
    }),
  )
}

function tmpfs({ value, at }: Entry, { notes, variables, path }: Carrying): Plain {
  const items = value.kind === 'list' ? value.items : [value]
  return items.map((item) => {
    const [target = '', options = ''] = variables.settled(textOf(item) ?? '').split(':')
    const size = /(?:^|,)size=(\d+[kmg]?b?)(?:,|$)/i.exec(options)?.[1]
    const known = size === undefined ? '' : `:size=${size}`
    if (options !== '' && `:${options}` !== known) {
      notes.changed(at, `${path}.tmpfs`, 'Of its options only the size is known.')
    }
    return `${target}${known}`
  })
}

function only(value: Value, keys: ReadonlySet<string>, path: string, carrying: Carrying): Plain {
  if (value.kind !== 'map') return {}
  const known = value.entries.filter(({ key, at }) => {
    if (!keys.has(key)) carrying.notes.left(at, `${path}.${key}`, 'A template knows no such word.')
    return keys.has(key)
  })
  return record(known.map(({ key, value: inner }) => [key, plain(inner, carrying)]))
}

function dependencies(
  value: Value,
  { renamed }: { readonly renamed: (name: string) => string },
): Plain {
  if (value.kind === 'list') return value.items.map((item) => renamed(textOf(item) ?? ''))
  const entries = value.kind === 'map' ? value.entries : []
  return record(
    entries.map(({ key, value: inner }) => [
      renamed(key),
      { condition: textOf(entryOf(inner, 'condition')?.value) ?? 'service_started' },
    ]),
  )
}

/** Limits in the words that are read everywhere; replicas and the like are for clusters of another kind. */
function deploy({ value }: Entry, carrying: Carrying): Record<string, Plain> {
  const { notes, path } = carrying
  const resources = entryOf(value, 'resources')
  const limits = entryOf(resources?.value, 'limits')
  const words: Record<string, Plain> = {}
  const names = { cpus: 'cpus', memory: 'mem_limit', pids: 'pids_limit' } as const
  for (const [from, to] of Object.entries(names)) {
    const limit = entryOf(limits?.value, from)
    if (limit !== undefined) words[to] = plain(limit.value, carrying)
  }
  for (const entry of value.kind === 'map' ? value.entries : []) {
    if (entry.key === 'resources') continue
    notes.left(
      entry.at,
      `${path}.deploy.${entry.key}`,
      'A space has one container for each service.',
    )
  }
  const reserved = entryOf(resources?.value, 'reservations')
  if (reserved !== undefined) {
    notes.left(reserved.at, `${path}.deploy.resources.reservations`, 'Only limits are read.')
  }
  return words
}

const textOf = (value: Value | undefined): string | null =>
  value?.kind === 'scalar' ? value.text : null

/** Without a prototype that a key could reach. */
function record(entries: readonly (readonly [string, Plain])[]): { [key: string]: Plain } {
  const made: { [key: string]: Plain } = Object.create(null)
  for (const [key, value] of entries) made[key] = value
  return made
}

function withoutEmpty(words: Record<string, Plain>): Record<string, Plain> {
  const isEmpty = (value: Plain | undefined) =>
    value === undefined || value === null || (Array.isArray(value) && value.length === 0)
  return record(Object.entries(words).filter(([, value]) => !isEmpty(value)))
}
