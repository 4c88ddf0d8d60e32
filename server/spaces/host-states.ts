// What is known of every host of the cluster, for placing: records for what lasts, Live for whether its driver reaches it.

import type { HostId, SpaceId } from '#protocol/ids.ts'
import type { Live } from '../live/live.ts'
import type { KindGroups } from '../records/kinds.ts'
import type { Row, View } from '../records/records.ts'
import { quantities } from '../templates/quantities.ts'
import type { ParsedTemplate } from '../templates/template.ts'
import type { Templates } from '../templates/templates.ts'
import { fill } from '../templates/text.ts'
import { type HostState, type Need, UNLIMITED_BYTES, UNLIMITED_CORES } from './placement.ts'
import { nameOfHost } from './whose.ts'

export interface HostSources {
  readonly live: Pick<Live, 'get'>
  readonly templates: Pick<Templates, 'parsed'>
}

type Spec = KindGroups['space']['spec']

/** One for each engine: peers that met it while they were apart may each have made a host of it. */
export function hostStates(sources: HostSources, view: View): readonly HostState[] {
  const byEngine = Map.groupBy(
    view.list('host'),
    ({ id, groups }) => groups.info?.engineId ?? (id as string),
  )
  return [...byEngine.values()].map((same) => stateOf(sources, view, same.toSorted(byAge)))
}

const byAge = (a: Row<'host'>, b: Row<'host'>): number => (a.id < b.id ? -1 : 1)

function stateOf(sources: HostSources, view: View, same: readonly Row<'host'>[]): HostState {
  const [row] = same
  if (row === undefined) throw new Error('A group has at least one host.')
  const { info, config } = row.groups
  const said = same.flatMap(({ id }) => sources.live.get('host', id) ?? [])
  const now = said.find(({ state }) => state === 'ready') ?? said[0]
  const there = same.flatMap(({ id }) => view.list('space', { hostId: id }))
  const wanted = there.filter(({ groups }) => groups.desired?.state === 'running')
  const reason = now === undefined ? absence(row) : now.reason
  return {
    id: row.id,
    name: nameOfHost(row),
    labels: config?.labels ?? {},
    ...(config?.zone !== undefined && { zone: config.zone }),
    ...(config?.maxSpaces !== undefined && { maxSpaces: config.maxSpaces }),
    ...(config?.maxMemoryBytes !== undefined && { maxMemoryBytes: config.maxMemoryBytes }),
    isReady: now?.state === 'ready',
    ...(reason !== undefined && { reason }),
    cpus: info?.cpus ?? 1,
    memoryBytes: info?.memoryBytes ?? 0,
    spaces: there.length,
    running: wanted.length,
    promisedBytes: wanted.reduce(
      (sum, space) => sum + demandOf(sources.templates, space.groups.spec).memoryBytes,
      0,
    ),
    ...(now?.images && { images: new Set(now.images) }),
  }
}

function absence({ groups: { driver } }: Row<'host'>): string {
  return driver === undefined ? 'no peer drives it now' : `${driver.name}, which drives it, is away`
}

/** What a template asks of its host. `hostId` is the person's choice. */
export function needOf(
  template: ParsedTemplate,
  parameters: Spec['parameters'],
  hostId?: HostId,
): Need {
  const { zone, labels } = template.placement ?? { labels: {} }
  return {
    labels,
    ...(zone !== undefined && { zone }),
    memoryBytes: memoryOfTemplate(template, parameters),
    images: template.services.map(({ image }) => fill(image, scopeOf(parameters))),
    ...(hostId !== undefined && { hostId }),
  }
}

/** What a running space may take, its limits or what counts for none. */
export interface Demand {
  readonly cpus: number
  readonly memoryBytes: number
}

const UNKNOWN: Demand = { cpus: UNLIMITED_CORES, memoryBytes: UNLIMITED_BYTES }

/** A spec is written anew when it changes, so what it promises is reckoned once. */
const promised = new WeakMap<Spec, Demand>()

export function demandOf(templates: Pick<Templates, 'parsed'>, spec: Spec | undefined): Demand {
  if (spec === undefined) return UNKNOWN
  const known = promised.get(spec)
  if (known !== undefined) return known
  const template = templates.parsed(spec.versionId)?.template
  if (template === undefined) return UNKNOWN
  const { parameters } = spec
  const demand = {
    cpus: coresOfTemplate(template, parameters),
    memoryBytes: memoryOfTemplate(template, parameters),
  }
  promised.set(spec, demand)
  return demand
}

function coresOfTemplate(template: ParsedTemplate, parameters: Spec['parameters']): number {
  const scope = scopeOf(parameters)
  const limits = template.services.map(({ cpus }) => {
    const read = cpus && quantities.cores.read(fill(cpus.text, scope))
    return read || UNLIMITED_CORES
  })
  return limits.reduce((sum, cores) => sum + cores, 0)
}

function memoryOfTemplate(template: ParsedTemplate, parameters: Spec['parameters']): number {
  const scope = scopeOf(parameters)
  const limits = template.services.map(({ memory }) => {
    const read = memory && quantities.size.read(fill(memory.text, scope))
    return read || UNLIMITED_BYTES
  })
  return limits.reduce((sum, bytes) => sum + bytes, 0)
}

/** Names of people and spaces stand in no image and no size that is worth asking about. */
const scopeOf = (param: Spec['parameters']) => ({
  space: { id: '' as SpaceId, name: '' },
  user: { username: '' },
  param,
})
