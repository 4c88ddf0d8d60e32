// A Compose service's `volumes` and `ports`, as far as a space can have them: folders of the host become volumes of the
// space, which are empty at first, and published ports become names for ports.

import { posix } from 'node:path'
import type { Notes } from './notes.ts'
import { entryOf, type Value } from './tree.ts'
import type { Variables } from './variables.ts'

export interface Carrying {
  readonly notes: Notes
  readonly variables: Variables
  /** `services.web` */
  readonly path: string
}

interface Mount {
  readonly source: string
  readonly target: string
  readonly mode: string
  readonly type: string
}

export function carryVolumes(value: Value, carrying: Carrying): string[] {
  const items = value.kind === 'list' ? value.items : []
  return items.flatMap((item) => carryVolume(item, carrying))
}

function carryVolume(item: Value, { notes, variables, path }: Carrying): string[] {
  const word = `${path}.volumes`
  const { source, target, mode, type } = readMount(item, variables)
  const left = (why: string) => {
    notes.left(item.at, word, why)
    return []
  }
  if (type === 'tmpfs') return left('Write it under `tmpfs`.')
  if (!target.startsWith('/')) return left('It names no place in the container.')
  if (/\.sock$|^\/(proc|sys|dev|etc|run|boot|var\/run|var\/lib\/docker)(\/|$)|^\/$/.test(source)) {
    return left(`“${source}” is the host’s own; a space does not reach it.`)
  }
  const isFolder = type === 'bind' || /^[./~]/.test(source)
  if (isFolder && /\.[a-z0-9]{1,10}$/i.test(posix.basename(target))) {
    return left(
      `“${source}” is a file of the host. Write it by \`startup\`, or put it into the image.`,
    )
  }
  const name = volumeName(isFolder || source === '' ? target : source)
  const mount = `${name}:${target}${mode.split(',').includes('ro') ? ':ro' : ''}`
  if (source === '') {
    notes.changed(item.at, word, `It has a name now: “${name}”.`)
  } else if (isFolder) {
    const was = `The folder “${source}” of the host`
    notes.changed(item.at, word, `${was} became the volume “${name}” of the space, empty at first.`)
  } else if (name !== source) {
    notes.changed(item.at, word, `The volume is called “${name}” now.`)
  }
  return [mount]
}

function readMount(item: Value, variables: Variables): Mount {
  const textOf = (value: Value | undefined) =>
    value?.kind === 'scalar' ? variables.settled(value.text ?? '') : ''
  if (item.kind === 'map') {
    const at = (key: string) => textOf(entryOf(item, key)?.value)
    return {
      ...{ source: at('source') || at('src'), target: at('target') || at('destination') },
      ...{ type: at('type') || 'volume', mode: at('read_only') === 'true' ? 'ro' : '' },
    }
  }
  const parts = textOf(item).split(':')
  if (parts.length === 1) return { source: '', target: parts[0] ?? '', mode: '', type: '' }
  const [source = '', target = '', mode = ''] = parts
  return { source, target, mode, type: '' }
}

/** Of letters, digits and hyphens, as volumes are named. */
export function volumeName(text: string): string {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? ['data']
  return words.join('-').slice(0, 32).replace(/-$/, '')
}

export interface App {
  readonly name: string
  readonly port: number
}

/** Names for the ports of the main service; a side service's are reached by the others as they are. */
export function carryPorts(value: Value, isMain: boolean, carrying: Carrying): App[] {
  const { notes, variables, path } = carrying
  const items = value.kind === 'list' ? value.items : []
  return items.flatMap((item): App[] => {
    const port = portOf(item, variables)
    const word = `${path}.ports`
    if (port === undefined) {
      notes.left(item.at, word, 'This is not one port; whatever listens is found by itself.')
      return []
    }
    if (!isMain) {
      const how = 'The other services reach it by its service’s name; people do not.'
      notes.left(item.at, word, `Port ${port} is not the main service’s. ${how}`)
      return []
    }
    notes.changed(item.at, word, `Port ${port} became an app; nothing is published on the host.`)
    return [{ name: `Port ${port}`, port }]
  })
}

function portOf(item: Value, variables: Variables): number | undefined {
  const target = item.kind === 'map' ? entryOf(item, 'target')?.value : item
  const text = target?.kind === 'scalar' ? variables.settled(target.text ?? '') : ''
  const match = /^(?:.*:)?(\d{1,5})(?:\/(?:tcp|udp))?$/.exec(text)
  const port = Number(match?.[1] ?? 0)
  return port > 0 && port <= 65_535 ? port : undefined
}
