// Where a folder of ours is for the engine. A peer in a container on the engine that it drives sees its folders at other
// paths than the engine does; the engine knows both. Elsewhere the paths are the same.

import { readFile } from 'node:fs/promises'
import type { Owner } from '../owner.ts'
import type { ContainerDetail, Engine, Mounted } from './engine.ts'

const MOUNTS = '/proc/self/mountinfo'

/**
 * The engine's path of `folder`. Rejects with the engine's codes. A container that the engine does not know is another
 * engine's: then the folder can only be meant as it is called here.
 */
export async function pathOnEngine(
  engine: Pick<Engine, 'inspectContainer'>,
  owner: Owner,
  folder: string,
  readMounts: () => Promise<string> = () => readFile(MOUNTS, 'utf8').catch(() => ''),
): Promise<string> {
  const id = containerIn(await readMounts())
  const own: ContainerDetail | undefined =
    id === undefined ? undefined : await engine.inspectContainer(owner, id)
  return own === undefined ? folder : translate(folder, own.mounts)
}

/** Docker mounts three files of a container's own folder, which is called by its id, into each container. */
export function containerIn(mountinfo: string): string | undefined {
  const line = mountinfo.split('\n').find((text) => text.split(' ')[4] === '/etc/hostname')
  return line?.split(' ')[3]?.match(/\/([0-9a-f]{64})\//)?.[1]
}

/** By the innermost mount that holds the folder; what lies in the container's own layer has no path outside. */
export function translate(folder: string, mounts: readonly Mounted[]): string {
  const holds = ({ target }: Mounted) => folder === target || folder.startsWith(`${target}/`)
  const [innermost] = mounts
    .filter(holds)
    .toSorted((one, other) => other.target.length - one.target.length)
  if (innermost === undefined) return folder
  return innermost.source + folder.slice(innermost.target.length)
}
