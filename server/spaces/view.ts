// A space as the HTTP API shows it, from its record and what is live. Pure.

import type { Ref } from '#protocol/api/parts.ts'
import type { Space } from '#protocol/api/spaces.ts'
import type { UserId } from '#protocol/ids.ts'
import { showApps, showPorts } from '../apps/show.ts'
import type { Clock } from '../clock.ts'
import type { Live } from '../live/live.ts'
import type { Row, View } from '../records/records.ts'
import { nextMoment } from '../templates/next-moment.ts'
import type { Parsed, Templates } from '../templates/templates.ts'
import { literal } from '../templates/text.ts'
import { scheduled } from './scheduler.ts'
import { type WaitingSources, waitingOf } from './waiting.ts'
import { nameOfHost } from './whose.ts'

export interface Sources {
  readonly records: View
  readonly live: Pick<Live, 'get'>
  readonly templates: Pick<Templates, 'parsed'>
  readonly presence: WaitingSources['presence']
  readonly clock: Pick<Clock, 'nowMs'>
}

const iso = (ms: number): string => new Date(ms).toISOString()

/** Undefined while a record is not complete, which only a merge can make it. */
export function showSpace(sources: Sources, row: Row<'space'>): Space | undefined {
  const { identity, name, spec, desired, runtime } = row.groups
  if (!identity || !name || !spec || !desired) return undefined
  const versionId = runtime?.versionId ?? spec.versionId
  const parsed = sources.templates.parsed(versionId)
  const host = hostOf(sources.records, row)
  const waiting = waitingOf(sources, row)
  const usage = sources.live.get('usage', row.id)
  const reported = sources.live.get('ports', row.id)
  const started = runtime?.state === 'running' ? runtime.startedAt : undefined
  return {
    id: row.id,
    name: name.name,
    owner: ownerOf(sources.records, identity.ownerId),
    template: templateOf(sources.records, row, versionId, parsed),
    parameters: withoutSecrets(sources, row.groups),
    state: runtime?.state ?? 'starting',
    reason: runtime?.reason ?? 'It waits for its host.',
    since: iso(runtime?.since ?? desired.at),
    desired: desired.state,
    ...(runtime?.failure && { failure: runtime.failure }),
    ...(host && { host }),
    ...(waiting && { waiting }),
    ...homeOf(parsed),
    ...scheduleOf(sources, row),
    ...agentOf(sources.live, row),
    apps: showApps(sources.records, row, parsed?.head.apps ?? [], reported),
    ports: showPorts(sources.records, row, reported),
    services: sources.live.get('services', row.id) ?? [],
    ...(usage && { usage: { ...usage, at: iso(usage.at) } }),
    createdAt: iso(identity.createdAt),
    ...(started !== undefined && { startedAt: iso(started) }),
  }
}

function ownerOf(records: View, id: UserId): Ref {
  return { id, name: records.get('user', id)?.groups.profile?.username ?? id }
}

function hostOf(records: View, row: Row<'space'>): Ref | undefined {
  const id = row.groups.placement?.hostId
  const host = id && records.get('host', id)
  return id && { id, name: host ? nameOfHost(host) : id }
}

function templateOf(
  records: View,
  row: Row<'space'>,
  versionId: string,
  parsed: Parsed | undefined,
): Space['template'] {
  const templateId = row.groups.spec?.templateId
  const template = templateId && records.get('template', templateId)
  const newest = template?.groups.head
  const version = records.get('templateVersion', versionId as never)?.groups.body?.number ?? 0
  const newer = newest !== undefined && newest.versionId !== versionId
  return {
    id: templateId ?? '',
    name: template?.groups.meta?.name ?? parsed?.head.name ?? '',
    ...(parsed?.head.icon !== undefined && { icon: parsed.head.icon }),
    versionId,
    version,
    ...(newer && { newer: { versionId: newest.versionId, version: newest.number } }),
  }
}

/** Where it is a plain path; with parameters in it, it is not worth the rendering. */
function homeOf(parsed: Parsed | undefined): Pick<Space, 'home'> {
  const home = parsed?.template.home && literal(parsed.template.home)
  return home === undefined ? {} : { home }
}

/** With what it does next to a space that is as somebody wants it: a space that runs is not started. */
function scheduleOf(
  { records, templates, clock }: Sources,
  row: Row<'space'>,
): Pick<Space, 'schedule'> {
  const version = scheduled(records, templates, row)
  const { head: { schedule: told } = {}, template: { schedule } = {} } = version ?? {}
  if (!told || !schedule) return {}
  const isOn = row.groups.schedule?.isOff !== true
  const kind = row.groups.desired?.state === 'running' ? 'stop' : 'start'
  const atMs = isOn ? nextMoment(schedule, kind, clock.nowMs()) : undefined
  const next = atMs === undefined ? {} : { next: { do: kind, at: iso(atMs) } as const }
  return { schedule: { ...told, isOn, ...next } }
}

/**
 * Secrets go in and never come out again: neither those of the version that runs, nor of the one that the values are for, nor of
 * the newest, by which they were given last. While one of them is still on its way, nothing is shown.
 */
function withoutSecrets(
  { records, templates }: Sources,
  { spec, runtime }: Row<'space'>['groups'],
): Space['parameters'] {
  if (spec === undefined) return {}
  const newest = records.get('template', spec.templateId)?.groups.head?.versionId
  const ids = new Set([spec.versionId, runtime?.versionId, newest].filter((id) => id !== undefined))
  const versions = [...ids].map((id) => templates.parsed(id))
  if (versions.includes(undefined)) return {}
  const asked = versions.flatMap((version) => version?.head.parameters ?? [])
  const hidden = new Set(asked.filter(({ type }) => type === 'secret').map(({ name }) => name))
  return Object.fromEntries(Object.entries(spec.parameters).filter(([name]) => !hidden.has(name)))
}

function agentOf(live: Sources['live'], row: Row<'space'>): Pick<Space, 'agent'> {
  const { runtime } = row.groups
  const linked = live.get('agent', row.id)
  if (linked !== undefined) {
    const { linkedAt, route, failed, roundTripMs, version } = linked
    const trip = roundTripMs === undefined ? {} : { roundTripMs }
    return { agent: { state: 'linked', since: iso(linkedAt), route, failed, version, ...trip } }
  }
  if (runtime?.state !== 'running' && runtime?.state !== 'starting') return {}
  return { agent: { state: 'waiting', since: iso(runtime.since), failed: [] } }
}
