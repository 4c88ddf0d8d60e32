// A space's named volumes. They outlive its containers and go with the space. A fresh one belongs to root, and no
// code of ours runs as root in a container, so its owner is set from outside before the first start.

import type { RenderedContainer } from '../templates/rendered.ts'
import type { Owner } from './owner.ts'
import { fileFromArchive, folderArchive } from './runtime/archives.ts'
import type { Engine, Image } from './runtime/engine.ts'
import { labels, volumeName } from './runtime/names.ts'
import { isPlainRoot, resolveUser } from './runtime/owner-of-home.ts'

export interface VolumesOptions {
  readonly engine: Engine
  readonly cluster: string
}

/** Makes those that are missing; answers their names in the template. */
export async function ensureVolumes(
  { engine, cluster }: VolumesOptions,
  owner: Owner,
  spaceId: string,
  names: readonly string[],
): Promise<readonly string[]> {
  if (names.length === 0) return []
  const marks = { [labels.cluster]: cluster, [labels.space]: spaceId }
  const present = await engine.listVolumes(owner, marks)
  const missing = names.filter((name) => !present.includes(volumeName(spaceId, name)))
  await Promise.all(
    missing.map((name) =>
      engine.createVolume(owner, volumeName(spaceId, name), { ...marks, [labels.volume]: name }),
    ),
  )
  return missing
}

export async function removeVolumes(
  { engine, cluster }: VolumesOptions,
  owner: Owner,
  spaceId: string,
): Promise<void> {
  const marks = { [labels.cluster]: cluster, [labels.space]: spaceId }
  const present = await engine.listVolumes(owner, marks)
  await Promise.all(present.map((name) => engine.removeVolume(owner, name)))
}

/** Gives the fresh volumes of a container that was created and not started to the container's user. */
export async function ownVolumes(
  engine: Engine,
  owner: Owner,
  made: { readonly id: string; readonly container: RenderedContainer; readonly image: Image },
  fresh: readonly string[],
): Promise<void> {
  const { id, container, image } = made
  const user = container.user ?? image.user
  const targets = container.volumes.filter(
    ({ name, readOnly }) => !readOnly && fresh.includes(name),
  )
  if (targets.length === 0 || isPlainRoot(user)) return
  const numeric = /^\d+:\d+$/.test(user)
  const read = (path: string) => (numeric ? '' : fileOf(engine, owner, id, path))
  const [passwd, group] = await Promise.all([read('/etc/passwd'), read('/etc/group')])
  const numbers = resolveUser(user, passwd, group)
  if (numbers === undefined) return
  for (const { target } of targets) {
    const archive = await folderArchive(target, numbers.uid, numbers.gid)
    await engine.putArchive(owner, id, '/', archive)
  }
}

async function fileOf(engine: Engine, owner: Owner, id: string, path: string): Promise<string> {
  const archive = await engine.getArchive(owner, id, path)
  return archive === undefined ? '' : ((await fileFromArchive(archive)) ?? '')
}
