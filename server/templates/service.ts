// One service of a template, in Compose's words. Short forms are taken apart here, before any value is known.

import { LABEL_PREFIX } from '../spaces/runtime/names.ts'
import type { Field } from './field.ts'
import { quantities } from './quantities.ts'
import { refusedServiceKeys } from './refused.ts'
import { dependencyConditions, type RenderedDependency } from './rendered.ts'
import type { Service, ServiceHealthcheck, ServiceTmpfs, ServiceVolume } from './template.ts'
import { literal, splitFirst, type Text } from './text.ts'

const VOLUME_NAME = /^[a-z0-9][a-z0-9_.-]{0,31}$/

export function readService(name: string, field: Field): Service {
  const read = field.fields(serviceTable, refusedServiceKeys)
  if (read.image === undefined && field.isMap) {
    field.problem(`The service “${name}” names no image.`, 'Write `image: debian:bookworm`.')
  }
  const limits = read.deploy?.resources?.limits
  return {
    name,
    image: read.image ?? [],
    entrypoint: read.entrypoint,
    command: read.command,
    environment: read.environment ?? {},
    workingDir: read.working_dir,
    user: read.user,
    hostname: read.hostname,
    volumes: read.volumes ?? [],
    tmpfs: read.tmpfs ?? [],
    healthcheck: read.healthcheck,
    dependsOn: read.depends_on ?? [],
    cpus: limits?.cpus ?? read.cpus,
    memory: limits?.memory ?? read.mem_limit,
    pids: limits?.pids ?? read.pids_limit,
    shm: read.shm_size,
    init: read.init ?? true,
    readOnly: read.read_only ?? false,
    stopGrace: read.stop_grace_period,
    labels: read.labels ?? {},
    extraHosts: read.extra_hosts ?? [],
  }
}

const text = (field: Field) => field.text()
const words = (field: Field) => field.words()
const flag = (field: Field) => field.flag()
const size = (field: Field) => field.quantity('size')
const cores = (field: Field) => field.quantity('cores')
const pids = (field: Field) => field.quantity('pids')
const duration = (field: Field) => field.quantity('duration')

const limitsTable = { cpus: cores, memory: size, pids }
const resourcesTable = { limits: (field: Field) => field.fields(limitsTable) }
const deployTable = { resources: (field: Field) => field.fields(resourcesTable) }

const serviceTable = {
  image: text,
  command: words,
  entrypoint: words,
  environment: (field: Field) => field.environment(),
  working_dir: text,
  user: text,
  hostname: text,
  volumes: (field: Field) => field.list().flatMap(readVolume),
  tmpfs: (field: Field) => (field.isList ? field.list() : [field]).flatMap(readTmpfs),
  healthcheck: readHealthcheck,
  depends_on: readDependencies,
  deploy: (field: Field) => field.fields(deployTable),
  mem_limit: size,
  cpus: cores,
  pids_limit: pids,
  shm_size: size,
  init: flag,
  labels: readLabels,
  read_only: flag,
  stop_grace_period: duration,
  extra_hosts: (field: Field) => field.list().flatMap(readExtraHost),
}

const longVolumeTable = { type: text, source: text, target: text, read_only: flag }

function readVolume(field: Field): ServiceVolume[] {
  if (field.isMap) return readLongVolume(field)
  const parts = splitFirst(field.text() ?? [], ':')
  if (parts === undefined) {
    field.problem('A volume has a name and a place.', 'Write `home:/home/dev`.')
    return []
  }
  const [source, rest] = parts
  const mode = splitFirst(rest, ':')
  if (mode !== undefined && !['ro', 'rw'].includes(literal(mode[1]) ?? '')) {
    field.problem('Behind the second colon belongs “ro” or “rw”.')
  }
  const readOnly = mode !== undefined && literal(mode[1]) === 'ro'
  return checkVolume(field, source, mode?.[0] ?? rest, readOnly)
}

function readLongVolume(field: Field): ServiceVolume[] {
  const read = field.fields(longVolumeTable)
  if (read.type !== undefined && literal(read.type) !== 'volume') {
    field.problem('Only named volumes can be mounted.', 'Write `type: volume`.')
  }
  return checkVolume(field, read.source ?? [], read.target ?? [], read.read_only ?? false)
}

function checkVolume(field: Field, source: Text, target: Text, readOnly: boolean): ServiceVolume[] {
  const name = literal(source)
  if (name === undefined || !VOLUME_NAME.test(name)) {
    field.problem(
      `“${name ?? '…'}” is not the name of a volume.`,
      'Folders of the host cannot be mounted; write a name, e.g. `home:/home/dev`.',
    )
    return []
  }
  return checkTarget(field, target) ? [{ name, target, readOnly }] : []
}

/** Whether a mount's place may be used; the part that is written out must be absolute and not the agent's. */
function checkTarget(field: Field, target: Text): boolean {
  const start = typeof target[0] === 'string' ? target[0] : ''
  if (!start.startsWith('/') || /^\/+$/.test(literal(target) ?? '')) {
    field.problem('A place in the container begins with “/” and a name.')
    return false
  }
  if (/^\/+\.skein/.test(start)) {
    field.problem('/.skein is where the agent is mounted.', 'Choose another place.')
    return false
  }
  return true
}

function readTmpfs(field: Field): ServiceTmpfs[] {
  const source = field.text() ?? []
  const parts = splitFirst(source, ':')
  const target = parts?.[0] ?? source
  if (!checkTarget(field, target)) return []
  if (parts === undefined) return [{ target }]
  const option = /^size=(.+)$/.exec(literal(parts[1]) ?? '')
  const sizeBytes = quantities.size.read(option?.[1] ?? '')
  if (sizeBytes === undefined) {
    field.problem('Only a size can be given here.', 'Write `/tmp:size=64m`.')
    return []
  }
  return [{ target, sizeBytes }]
}

const healthTable = {
  test: (field: Field) => field,
  interval: duration,
  timeout: duration,
  start_period: duration,
  retries: (field: Field) => field.quantity('count'),
  disable: flag,
}

function readHealthcheck(field: Field): ServiceHealthcheck {
  const read = field.fields(healthTable)
  return {
    disabled: read.disable ?? false,
    test: read.test === undefined ? undefined : readTest(read.test),
    interval: read.interval,
    timeout: read.timeout,
    startPeriod: read.start_period,
    retries: read.retries,
  }
}

function readTest(field: Field): readonly Text[] | undefined {
  if (!field.isList) {
    const line = field.text()
    return line && [['CMD-SHELL'], line]
  }
  const list = field.list().flatMap((item) => [item.text() ?? []])
  const kind = list[0] && literal(list[0])
  if (kind === 'NONE' || kind === 'CMD' || kind === 'CMD-SHELL') return list
  return field.problem('A test begins with “CMD”, “CMD-SHELL” or “NONE”.')
}

const conditionTable = { condition: (field: Field) => field, restart: flag, required: flag }

function readDependencies(field: Field): RenderedDependency[] {
  if (field.isList) {
    return field.list().flatMap((item) => {
      const service = item.literal()
      return service === undefined ? [] : [{ service, condition: 'service_started' as const }]
    })
  }
  return field.entries().flatMap(({ key, value }) => {
    const { condition } = value.fields(conditionTable)
    const name = condition?.literal() ?? 'service_started'
    const known = dependencyConditions.find((candidate) => candidate === name)
    if (known !== undefined) return [{ service: key, condition: known }]
    condition?.problem(`“${name}” is no condition.`, `Known: ${dependencyConditions.join(', ')}.`)
    return []
  })
}

function readLabels(field: Field): Readonly<Record<string, Text>> {
  const pairs = field.isList
    ? field.list().map((item) => {
        const [name, value] = splitFirst(item.text() ?? [], '=') ?? [item.text() ?? [], []]
        return { key: literal(name) ?? '', keyField: item, text: value }
      })
    : field
        .entries()
        .map(({ key, keyField, value }) => ({ key, keyField, text: value.text() ?? [] }))
  const read: Record<string, Text> = Object.create(null)
  for (const { key, keyField, text: value } of pairs) {
    if (key === '') keyField.problem('A label has a name.')
    else if (key.startsWith(LABEL_PREFIX))
      keyField.problem(`Labels of “${LABEL_PREFIX}” are Skein’s.`)
    else read[key] = value
  }
  return read
}

function readExtraHost(field: Field): { name: string; address: Text }[] {
  const source = field.text() ?? []
  const parts = splitFirst(source, '=') ?? splitFirst(source, ':')
  const name = parts && literal(parts[0])
  if (parts === undefined || name === undefined || !/^[A-Za-z0-9.-]{1,253}$/.test(name)) {
    field.problem('A host has a name and an address.', 'Write `db.example:192.0.2.1`.')
    return []
  }
  if (literal(parts[1]) === 'host-gateway') {
    field.problem('A space may not be led to its host.', 'Give an address.')
    return []
  }
  return [{ name, address: parts[1] }]
}
