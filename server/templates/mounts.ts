// What a service mounts: named volumes, folders in memory and, where the template may, folders of the host.

import type { Field } from './field.ts'
import { quantities } from './quantities.ts'
import { isPlainPath, kindOfPath } from './reach.ts'
import type { ServicePath, ServiceTmpfs, ServiceVolume } from './template.ts'
import { literal, splitFirst, type Text } from './text.ts'
import { flag, mapSchema, text } from './word.ts'

const VOLUME_NAME = /^[a-z0-9][a-z0-9_.-]{0,31}$/

/** Top-level words of a mount in Compose's long form. */
const longVolumeTable = {
  type: text('`volume`, or `bind` where the template may mount folders of the host.'),
  source: text('The volume’s name.'),
  target: text('Its place in the container.'),
  read_only: flag('Whether the container may only read it.'),
}
export const volumeSchema = { anyOf: [{ type: 'string' }, mapSchema(longVolumeTable)] }

export type Mounted = ServiceVolume | ServicePath

export function readVolumes(field: Field): readonly Mounted[] {
  return field.list().flatMap(readVolume)
}

function readVolume(field: Field): Mounted[] {
  if (field.isMap) return readLongVolume(field)
  const parts = splitFirst(field.openText() ?? [], ':')
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

function readLongVolume(field: Field): Mounted[] {
  const read = field.fields(longVolumeTable)
  const type = read.type === undefined ? 'volume' : literal(read.type)
  const source = read.source && literal(read.source)
  if (type === 'bind' && source?.startsWith('/')) {
    return checkPath(field, source, read.target ?? [], read.read_only ?? false, 'long')
  }
  if (type !== 'volume') {
    field.problem('Only named volumes can be mounted.', 'Write `type: volume`.')
  }
  return checkVolume(field, read.source ?? [], read.target ?? [], read.read_only ?? false)
}

const NO_FOLDERS = 'Folders of the host cannot be mounted; write a name, e.g. `home:/home/dev`.'

/** A folder of the host, where the template asks for such. */
function checkPath(
  field: Field,
  source: string,
  target: Text,
  readOnly: boolean,
  form: 'short' | 'long',
): ServicePath[] {
  const shown = source.slice(0, 64)
  const message =
    form === 'long'
      ? `Only named volumes can be mounted, and “${shown}” is a folder of the host.`
      : `“${shown}” is not the name of a volume.`
  if (!field.asks(kindOfPath(source), message, NO_FOLDERS)) return []
  if (!isPlainPath(source)) {
    field.problem(`“${shown}” is not written plainly.`, 'Leave out “..”, “.” and double slashes.')
    return []
  }
  return checkTarget(field, target) ? [{ source, target, readOnly }] : []
}

function checkVolume(field: Field, source: Text, target: Text, readOnly: boolean): Mounted[] {
  const name = literal(source)
  if (name?.startsWith('/')) return checkPath(field, name, target, readOnly, 'short')
  if (name === undefined || !VOLUME_NAME.test(name)) {
    field.problem(`“${name?.slice(0, 64) ?? '…'}” is not the name of a volume.`, NO_FOLDERS)
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

export function readTmpfs(field: Field): ServiceTmpfs[] {
  const source = field.openText() ?? []
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
