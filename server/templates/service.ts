// One service of a template, in Compose's words. Short forms are taken apart here, before any value is known.

import { LABEL_PREFIX } from '../spaces/runtime/names.ts'
import type { Field } from './field.ts'
import { readTmpfs, readVolumes, volumeSchema } from './mounts.ts'
import {
  capabilities,
  devices,
  type Namespace,
  namespace,
  privileged,
  readCapabilities,
  security,
} from './reach.ts'
import { refusedServiceKeys } from './refused.ts'
import { dependencyConditions, type RenderedDependency } from './rendered.ts'
import type { Service, ServiceHealthcheck } from './template.ts'
import { literal, splitFirst, type Text } from './text.ts'
import {
  command,
  environment,
  flag,
  list,
  mapSchema,
  oneOf,
  quantity,
  type Read,
  section,
  text,
  word,
} from './word.ts'

const healthTable = {
  test: word(
    'A command line, or a list that begins with `CMD`, `CMD-SHELL` or `NONE`.',
    { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
    readTest,
  ),
  interval: quantity('duration', 'How often it is asked.'),
  timeout: quantity('duration', 'How long an answer may take.'),
  start_period: quantity('duration', 'How long failures do not count after its start.'),
  retries: quantity('count', 'Failures in a row that make it unhealthy.'),
  disable: flag('Turns the image’s own check off.'),
}

const conditionTable = {
  condition: oneOf('What the other service must have come to.', dependencyConditions),
  restart: flag('Read and not needed: a space starts as a whole.'),
  required: flag('Read and not needed: every service of a template is started.'),
}
const dependenciesSchema = {
  anyOf: [
    { type: 'array', items: { type: 'string' } },
    { type: 'object', additionalProperties: mapSchema(conditionTable) },
  ],
}

const limitsTable = {
  cpus: quantity('cores', 'Cores of the host, e.g. 1.5.'),
  memory: quantity('size', 'Memory; there is never swap beyond it.'),
  pids: quantity('pids', 'Processes and threads.'),
}
const resourcesTable = {
  limits: section('The most that the container may use.', limitsTable, (read) => read),
}
const deployTable = {
  resources: section('What the container may use.', resourcesTable, (read) => read),
}

const NAMED = 'Named volumes: `home:/home/dev`, also with `:ro`.'

/** Every word that a service may hold. */
export const serviceTable = {
  image: text('The image, pulled when the host has none: `debian:bookworm`. Required.'),
  command: command('What runs, instead of the image’s own command. No shell reads it.'),
  entrypoint: command('What `command` is given to, instead of the image’s own.'),
  environment: environment('Variables of the container: `NAME: value` or `- NAME=value`.'),
  working_dir: text('The folder in which its command starts.'),
  user: text('As whom it runs: a name or `uid:gid`; else the image’s own.'),
  hostname: text('Its name for itself; the main container’s is the space’s unless said.'),
  volumes: word(
    `${NAMED} They are kept when a space stops and go when it is deleted.`,
    { type: 'array', items: volumeSchema },
    readVolumes,
  ),
  tmpfs: word(
    'Folders in memory, which are empty at each start: `/tmp:size=64m`.',
    { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
    (field) => (field.isList ? field.list() : [field]).flatMap(readTmpfs),
  ),
  healthcheck: section('When it counts as healthy.', healthTable, healthcheckOf),
  depends_on: word(
    'Services that start before it, and what they must have come to.',
    dependenciesSchema,
    readDependencies,
  ),
  deploy: section('Limits, as Compose’s newer files write them.', deployTable, (read) => read),
  mem_limit: quantity('size', 'Memory; there is never swap beyond it.'),
  cpus: quantity('cores', 'Cores of the host, e.g. 1.5.'),
  pids_limit: quantity('pids', 'Processes and threads; 4,096 unless said.'),
  shm_size: quantity('size', 'Shared memory, which databases and browsers want.'),
  init: flag('Whether a small init reaps its orphans; true unless said.'),
  labels: word(
    'Labels of the container.',
    { anyOf: [{ type: 'object' }, { type: 'array', items: { type: 'string' } }] },
    readLabels,
  ),
  read_only: flag('Whether everything but volumes and `tmpfs` is read-only.'),
  stop_grace_period: quantity('duration', 'How long it may take to end; 10s unless said.'),
  stop_signal: word(
    'What asks a side container to end; SIGTERM unless said.',
    { type: 'string', examples: ['SIGINT'] },
    readSignal,
  ),
  extra_hosts: list(
    'Names and their addresses: `db.example:192.0.2.1`.',
    { type: 'string' },
    readExtraHost,
  ),
  cap_drop: word(
    'Capabilities that are taken away from it.',
    { type: 'array', items: { type: 'string' } },
    readCapabilities,
  ),
  cap_add: capabilities,
  privileged,
  devices,
  security_opt: security,
  network_mode: namespace('network', 'network_mode'),
  pid: namespace('pid', 'pid'),
  ipc: namespace('ipc', 'ipc'),
  uts: namespace('uts', 'uts'),
  userns_mode: namespace('users', 'userns_mode'),
  cgroup: namespace('cgroup', 'cgroup'),
}

function readSignal(field: Field): string | undefined {
  const signal = field.literal() ?? ''
  if (/^SIG[A-Z0-9+]{2,12}$/.test(signal)) return signal
  return field.problem('This is not a signal.', 'Write e.g. `SIGINT`.')
}

export function readService(name: string, field: Field): Service {
  const read = field.fields(serviceTable, refusedServiceKeys)
  if (read.image === undefined && field.isMap) {
    field.problem(`The service “${name}” names no image.`, 'Write `image: debian:bookworm`.')
  }
  const limits = read.deploy?.resources?.limits
  const mounted = read.volumes ?? []
  return {
    name,
    image: read.image ?? [],
    entrypoint: read.entrypoint,
    command: read.command,
    environment: read.environment ?? {},
    workingDir: read.working_dir,
    user: read.user,
    hostname: read.hostname,
    volumes: mounted.filter((one) => 'name' in one),
    paths: mounted.filter((one) => 'source' in one),
    reach: {
      privileged: read.privileged ?? false,
      devices: read.devices ?? [],
      capabilities: read.cap_add ?? [],
      security: read.security_opt ?? [],
      namespaces: namespacesOf(read),
    },
    dropped: read.cap_drop ?? [],
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
    stopSignal: read.stop_signal,
    labels: read.labels ?? {},
    extraHosts: read.extra_hosts ?? [],
  }
}

function namespacesOf(read: Read<typeof serviceTable>): Namespace[] {
  const { network_mode, pid, ipc, uts, userns_mode, cgroup } = read
  return [network_mode, pid, ipc, uts, userns_mode, cgroup].filter((one) => one !== undefined)
}

type HealthRead = Read<typeof healthTable>

function healthcheckOf(read: HealthRead): ServiceHealthcheck {
  return {
    disabled: read.disable ?? false,
    test: read.test,
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

function readDependencies(field: Field): RenderedDependency[] {
  if (field.isList) {
    return field.list().flatMap((item) => {
      const service = item.literal()
      return service === undefined ? [] : [{ service, condition: 'service_started' as const }]
    })
  }
  return field.entries().flatMap(({ key, value }) => {
    const { condition = 'service_started' } = value.fields(conditionTable)
    return [{ service: key, condition }]
  })
}

function readLabels(field: Field): Readonly<Record<string, Text>> {
  const pairs = field.isList
    ? field.list().map((item) => {
        const [name, value] = splitFirst(item.openText() ?? [], '=') ?? [item.openText() ?? [], []]
        return { key: literal(name) ?? '', keyField: item, text: value }
      })
    : field
        .entries()
        .map(({ key, keyField, value }) => ({ key, keyField, text: value.openText() ?? [] }))
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
  const source = field.openText() ?? []
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
