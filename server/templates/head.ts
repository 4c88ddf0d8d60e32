// The head of a template: what Skein adds to Compose's words. Each word here is read on its own; parse.ts brings them
// together.

import type { SpaceApp } from '#protocol/api/spaces.ts'
import type { Field } from './field.ts'
import { checkWhen, MAX_PARAMETERS, parameterTable, readParameter } from './parameter.ts'
import { placementOf, placementTable } from './placement.ts'
import { quantities } from './quantities.ts'
import { type ReachKind, reachKindNames } from './reach.ts'
import { refusedServiceKeys } from './refused.ts'
import { scheduleOf, scheduleTable } from './schedule.ts'
import { readService, serviceTable } from './service.ts'
import type { Run, Service, Shutdown } from './template.ts'
import { literal as literalOf } from './text.ts'
import {
  command,
  environment,
  later,
  list,
  literal,
  mapSchema,
  quantity,
  section,
  text,
  word,
} from './word.ts'

/** A space is a handful of containers; a /28 holds 13. */
export const MAX_SERVICES = 10
const SERVICE_NAME = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/
/** How long a shut-down script may take when nothing is said, ms; and at most: a host's reboot does not wait longer. */
const SHUTDOWN_MS = 30_000
const MAX_SHUTDOWN_MS = 600_000

const appTable = {
  name: literal('What people see.'),
  port: later('The port in the main container.', { type: 'integer', minimum: 1, maximum: 65_535 }),
  icon: literal('The name of an icon.'),
  path: later('The page that opens, beginning with “/”.', { type: 'string' }),
}

const runTable = {
  command: command('What runs. No shell reads it.'),
  cwd: text('The folder in which it starts.'),
  env: environment('Variables of it alone.'),
  restart: word(
    '`always`, or `on-failure` for what is done when it ends with status 0.',
    { enum: ['always', 'on-failure'] },
    (field) => field.oneOf(['always', 'on-failure']),
  ),
}

const shutdownTable = {
  script: literal('The script.'),
  timeout: quantity('duration', 'How long it may take; 30s unless said, 10m at most.'),
}

const policyTable = {
  allow: list(
    'What the services reach outside their space. Each version needs the permission of an administrator.',
    { enum: reachKindNames },
    (item): ReachKind[] => {
      const kind = item.oneOf(reachKindNames)
      return kind === undefined ? [] : [kind]
    },
  ),
}

const volumeTable = {
  owner: literal('Whose it is when it is fresh: `uid`, `uid:gid` or a name of its container.'),
  size: quantity('size', 'The most that it may hold, where the host can limit volumes.'),
}

export const refusedVolumeKeys = {
  driver: 'Volumes are the engine’s own.',
  driver_opts: 'It would mount folders of the host.',
  external: 'A space’s volumes are its own.',
  name: 'Volumes are named by the space’s id.',
  labels: 'Skein decides this for every space.',
}

const byName = (items: object) => ({ type: 'object', additionalProperties: items })

export const headTable = {
  name: literal('The template’s name, up to 64 characters. No two have the same. Required.'),
  icon: literal('The name of an icon, shown where people choose.'),
  description: literal('Shown where people choose: say what it contains.'),
  parameters: later('What is asked when a space is made.', byName(mapSchema(parameterTable))),
  main: later(
    'The service whose container has the terminals. Not needed with one service, or one called `main`.',
    {
      type: 'string',
    },
  ),
  apps: list(
    'Names for ports. Ports without a name are found as well.',
    mapSchema(appTable),
    readApp,
  ),
  startup: literal(
    'A shell script that runs once at each start. Its log is on the timeline. When it fails, the space runs all the same and says so.',
  ),
  shutdown: word(
    'A shell script that runs before the main container is stopped: the text, or `script` with its `timeout`.',
    { anyOf: [{ type: 'string' }, mapSchema(shutdownTable)] },
    readShutdown,
  ),
  run: word(
    'Services that the agent keeps running in the main container: `web: npm run dev`, or with `command`, `cwd`, `env` and `restart`.',
    byName({ anyOf: [{ type: 'string' }, { type: 'array' }, mapSchema(runTable)] }),
    (field) => field.entries().flatMap(readRun),
  ),
  schedule: section('When its spaces start and stop by themselves.', scheduleTable, scheduleOf),
  shell: text('What terminals run; else the account’s own shell.'),
  home: text('Where terminals begin; else the account’s own home.'),
  env: environment('Variables of terminals and of everything else that the agent starts.'),
  placement: section(
    'What the host must have. No value can be put in here.',
    placementTable,
    placementOf,
  ),
  policy: section('What an administrator must allow.', policyTable, ({ allow = [] }) => allow),
  services: later(
    'The containers, by name. Required.',
    byName(mapSchema(serviceTable, refusedServiceKeys)),
  ),
  volumes: later(
    'The volumes that services mount; needed only for their owner or size.',
    byName({ anyOf: [{ type: 'null' }, mapSchema(volumeTable, refusedVolumeKeys)] }),
  ),
}

/** Maps whose keys are names, with the words of each; for the reference. */
export const namedTables = {
  parameters: parameterTable,
  apps: appTable,
  shutdown: shutdownTable,
  run: runTable,
  schedule: scheduleTable,
  placement: placementTable,
  policy: policyTable,
  services: serviceTable,
  volumes: volumeTable,
}

export const readParameters = (at: Field) => {
  const entries = at.entries()
  if (entries.length > MAX_PARAMETERS)
    at.problem(`There are more than ${MAX_PARAMETERS} parameters.`)
  const parameters = entries.flatMap(
    ({ key, keyField, value }) => readParameter(key, keyField, value) ?? [],
  )
  checkWhen(parameters, entries)
  return parameters
}

export function readServices(root: Field, services: Field | undefined): Service[] {
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
  return entries.slice(0, MAX_SERVICES).map(({ key, keyField, value }) => {
    if (!SERVICE_NAME.test(key)) {
      keyField.problem(
        `“${key.slice(0, 64)}” cannot be a service’s name.`,
        'Use up to 32 lower-case letters, digits and hyphens.',
      )
    }
    return readService(key, value)
  })
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

function readShutdown(at: Field): Shutdown | undefined {
  if (!at.isMap) {
    const script = at.literal()
    return script === undefined ? undefined : { script, timeoutMs: SHUTDOWN_MS }
  }
  const { script, timeout } = at.fields(shutdownTable)
  if (script === undefined) return at.problem('A shut-down has a `script`.')
  const written = timeout && literalOf(timeout.text)
  if (timeout !== undefined && written === undefined) {
    return at.problem('No value can be put into this `timeout`.')
  }
  const timeoutMs = written === undefined ? SHUTDOWN_MS : quantities.duration.read(written)
  if (timeoutMs === undefined || timeoutMs < 1000 || timeoutMs > MAX_SHUTDOWN_MS) {
    return at.problem('A shut-down script may take from 1s to 10m.')
  }
  return { script, timeoutMs }
}

function readRun(entry: { key: string; keyField: Field; value: Field }): Run[] {
  const { key, keyField, value } = entry
  if (!SERVICE_NAME.test(key)) keyField.problem(`“${key.slice(0, 64)}” cannot be a program’s name.`)
  const { restart, ...read } = value.isMap ? value.fields(runTable) : { command: value.words() }
  if (read.command === undefined || read.command.length === 0) {
    value.problem(
      'A program has a command.',
      `Write \`${key.slice(0, 64)}: my-server --port 8080\`.`,
    )
    return []
  }
  const mayFinish = restart === 'on-failure' && { mayFinish: true }
  return [{ name: key, ...read, ...mayFinish, command: read.command }]
}

const OWNER = /^[a-z0-9_][a-z0-9_.-]{0,31}(:[a-z0-9_][a-z0-9_.-]{0,31})?$/

export function readVolumeOptions(value: Field) {
  if (!value.isMap) return {}
  const { owner, size } = value.fields(volumeTable, refusedVolumeKeys)
  if (owner !== undefined && !OWNER.test(owner)) {
    value.problem(`“${owner.slice(0, 64)}” is not an owner.`, 'Write `1000:1000`, or a name.')
  }
  return { ...(owner !== undefined && { owner }), ...(size && { size }) }
}
