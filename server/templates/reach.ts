// Words of Compose that reach out of a space: into the host's kernel, devices, networks, files or its engine. A template
// that uses one must ask for it in its `policy`, and each of its versions must have been allowed by somebody who may: the
// text alone allows nothing (templates.ts keeps the permission, render.ts asks for it).

import { posix } from 'node:path'
import type { Field } from './field.ts'
import { type Word, word } from './word.ts'

const HOST = 'It would reach into the host or weaken the walls between spaces.'

/** What can be asked for, each with what it hands to the template. */
export const reachKinds = {
  privileged: 'Every right on the host’s kernel and devices: in effect the host.',
  devices: 'The devices that are named.',
  capabilities: 'Rights of the kernel beyond Docker’s usual ones.',
  security: 'Weaker confinement (AppArmor, seccomp, SELinux).',
  network: 'The host’s own network instead of the space’s.',
  pid: 'The host’s processes.',
  ipc: 'The host’s shared memory.',
  uts: 'The host’s name.',
  users: 'The host’s users, without remapping.',
  cgroup: 'The host’s control groups.',
  paths: 'The folders of the host that are named, and whatever lies or leads there.',
  engine: 'The engine’s socket, or a folder with it: in effect the host.',
} as const
export type ReachKind = keyof typeof reachKinds
export const reachKindNames = Object.keys(reachKinds) as ReachKind[]

export const namespaces = ['network', 'pid', 'ipc', 'uts', 'users', 'cgroup'] as const
export type Namespace = (typeof namespaces)[number]

export interface Device {
  readonly onHost: string
  readonly inContainer: string
  readonly permissions: string
}

/** What one service reaches; literals only, so that no value can change what was allowed. */
export interface Reach {
  readonly privileged: boolean
  readonly devices: readonly Device[]
  readonly capabilities: readonly string[]
  readonly security: readonly string[]
  readonly namespaces: readonly Namespace[]
}

export const noReach: Reach = {
  ...{ privileged: false, devices: [], capabilities: [], security: [], namespaces: [] },
}

const refusal = (key: string) => `“${key}” is not allowed in a template.`

export const privileged: Word<boolean | undefined> = word(
  `Full rights on the host. ${HOST}`,
  { type: 'boolean', 'x-asks': 'privileged' },
  (field, keyField) => {
    const written = field.flag()
    if (written !== true) return written
    return keyField.asks('privileged', refusal('privileged'), HOST)
  },
)

/** `pid: host` and the like; nothing but `host` is known, since every other form joins another container. */
export const namespace = (kind: Namespace, key: string): Word<Namespace | undefined> =>
  word(
    `\`host\` shares it with the host. ${HOST}`,
    { enum: ['host'], 'x-asks': kind },
    (field, at) => {
      if (field.literal() !== 'host') return at.problem(refusal(key), HOST)
      return at.asks(kind, refusal(key), HOST) ? kind : undefined
    },
  )

const DEVICE = /^(\/dev\/[\w./-]{1,100})(?::(\/[\w./-]{1,100}))?(?::([rwm]{1,3}))?$/

export const devices: Word<readonly Device[]> = word(
  `Devices of the host, \`/dev/kvm\` or \`/dev/ttyUSB0:/dev/tty0:rw\`. ${HOST}`,
  { type: 'array', items: { type: 'string' }, 'x-asks': 'devices' },
  (field, at) =>
    at.asks('devices', refusal('devices'), HOST) ? field.list().flatMap(readDevice) : [],
)

function readDevice(field: Field): Device[] {
  const match = DEVICE.exec(field.literal() ?? '')
  const onHost = match?.[1]
  if (onHost === undefined || posix.normalize(onHost) !== onHost) {
    field.problem('This is not a device.', 'Write `/dev/kvm` or `/dev/ttyUSB0:/dev/tty0:rw`.')
    return []
  }
  return [{ onHost, inContainer: match?.[2] ?? onHost, permissions: match?.[3] ?? 'rwm' }]
}

const CAPABILITY = /^(CAP_)?[A-Z][A-Z_]{2,30}$/

/** Names of capabilities without their prefix. */
export function readCapabilities(field: Field): readonly string[] {
  return field.list().flatMap((item) => {
    const name = item.literal() ?? ''
    if (CAPABILITY.test(name)) return [name.replace(/^CAP_/, '')]
    item.problem(`“${name.slice(0, 64)}” is not a capability.`, 'Write e.g. `SYS_PTRACE`.')
    return []
  })
}

export const capabilities: Word<readonly string[]> = word(
  `Capabilities that Docker does not give by itself, e.g. \`SYS_PTRACE\`. ${HOST}`,
  { type: 'array', items: { type: 'string' }, 'x-asks': 'capabilities' },
  (field, at) => (at.asks('capabilities', refusal('cap_add'), HOST) ? readCapabilities(field) : []),
)

const HARMLESS = /^no-new-privileges(?:[:=]true)?$/
const SECURITY = /^(apparmor|seccomp|label|systempaths|no-new-privileges)[:=]?[\w:.-]{0,64}$/

export const security: Word<readonly string[]> = word(
  `\`no-new-privileges:true\` may always be said; anything else weakens a space's walls. ${HOST}`,
  { type: 'array', items: { type: 'string' }, 'x-asks': 'security' },
  (field, at) => {
    const options = field.list().flatMap((item) => {
      const option = item.literal() ?? ''
      if (SECURITY.test(option)) return [option]
      // A profile is a file of the peer's, or JSON of anybody's.
      item.problem(`“${option.slice(0, 64)}” is not known here.`, 'Write `no-new-privileges:true`.')
      return []
    })
    const weakens = options.some((option) => !HARMLESS.test(option))
    return !weakens || at.asks('security', refusal('security_opt'), HOST) ? options : []
  },
)

export const isHarmless = (option: string): boolean => HARMLESS.test(option)

/** Folders in which an engine's socket is usually found, and its usual names. */
const ENGINE =
  /^\/$|^\/(var|run|var\/run)$|^(\/var)?\/run\/(user(\/\d+)?$|docker|containerd|podman|crio)|\.sock$|(^|\/)\.docker(\/|$)|^\/var\/lib(\/docker|\/containerd|$)/

/** What mounting a folder of the host asks for. A link on the host leads anywhere, which only its administrator knows. */
export const kindOfPath = (path: string): 'engine' | 'paths' =>
  ENGINE.test(path) ? 'engine' : 'paths'

/** Whether a folder of the host is written so plainly that what is allowed is what is meant. */
export const isPlainPath = (path: string): boolean =>
  /^\/[^\0:,]*$/.test(path) &&
  posix.normalize(path) === path &&
  (path === '/' || !path.endsWith('/'))

/** As it is shown to who may allow it, and kept with the permission. */
export function reachesOf(
  services: readonly {
    readonly name: string
    readonly reach: Reach
    readonly paths: readonly { readonly source: string; readonly readOnly: boolean }[]
  }[],
): { readonly kind: ReachKind; readonly text: string }[] {
  return services.flatMap(({ name, reach, paths }) => {
    const said = (kind: ReachKind, what: string) => ({ kind, text: `${name}: ${what}` })
    const weakening = reach.security.filter((option) => !isHarmless(option))
    return [
      ...(reach.privileged ? [said('privileged', 'privileged')] : []),
      ...reach.namespaces.map((kind) => said(kind, `${kind} of the host`)),
      ...reach.devices.map(({ onHost, permissions }) =>
        said('devices', `device ${onHost} (${permissions})`),
      ),
      ...reach.capabilities.map((one) => said('capabilities', `capability ${one}`)),
      ...weakening.map((one) => said('security', `security option ${one}`)),
      ...paths.map(({ source, readOnly }) =>
        said(kindOfPath(source), `path ${source} (${readOnly ? 'read-only' : 'read and write'})`),
      ),
    ]
  })
}
