// A space's named volumes. They outlive its containers and go with the space. A fresh one belongs to root, and no
// code of ours runs as root in a container, so its owner is set from outside before the first start.

import { SkeinError } from '#protocol/errors.ts'
import type { RenderedContainer, RenderedVolumeSpec } from '../templates/rendered.ts'
import type { Owner } from './owner.ts'
import { fileFromArchive, folderArchive } from './runtime/archives.ts'
import type { Engine, Image } from './runtime/engine.ts'
import { labels, volumeName } from './runtime/names.ts'
import { isPlainRoot, resolveUser, type UserNumbers } from './runtime/owner-of-home.ts'

export interface VolumesOptions {
  readonly engine: Engine
  readonly cluster: string
}

export interface MadeVolumes {
  /** Those that were missing. */
  readonly missing: readonly RenderedVolumeSpec[]
  /** Of them, those whose size the host's storage cannot limit. */
  readonly unlimited: readonly string[]
}

/** Makes those that are missing. */
export async function ensureVolumes(
  { engine, cluster }: VolumesOptions,
  owner: Owner,
  spaceId: string,
  volumes: readonly RenderedVolumeSpec[],
): Promise<MadeVolumes> {
  if (volumes.length === 0) return { missing: [], unlimited: [] }
  const marks = { [labels.cluster]: cluster, [labels.space]: spaceId }
  const present = await engine.listVolumes(owner, marks)
  const missing = volumes.filter(({ name }) => !present.includes(volumeName(spaceId, name)))
  const made = await Promise.all(
    missing.map(async (volume) => {
      const marked = { ...marks, [labels.volume]: volume.name }
      const isLimited = await makeVolume(engine, owner, spaceId, volume, marked)
      return isLimited ? [] : [volume.name]
    }),
  )
  return { missing, unlimited: made.flat() }
}

/** Answers false where it was made without the limit that was asked for. */
async function makeVolume(
  engine: Engine,
  owner: Owner,
  spaceId: string,
  { name, sizeBytes }: RenderedVolumeSpec,
  marks: Readonly<Record<string, string>>,
): Promise<boolean> {
  const onEngine = volumeName(spaceId, name)
  try {
    await engine.createVolume(owner, onEngine, marks, sizeBytes)
    return true
  } catch (caught) {
    // Most file systems have no quotas by folder; a space that does not start would help nobody.
    const isRefused = caught instanceof SkeinError && caught.code === 'engine_refused'
    if (sizeBytes === undefined || !isRefused) throw caught
  }
  await engine.createVolume(owner, onEngine, marks)
  return false
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

interface MadeContainer {
  readonly id: string
  readonly container: RenderedContainer
  readonly image: Image
  /** The main container's volumes are its user's; a side container's image knows best, unless the template says. */
  readonly isMain: boolean
}

/**
 * Gives fresh volumes of a container that was created and not started to whom the template names, or else to the main
 * container's user. Answers the names of those whose owner is settled with that.
 */
export async function ownVolumes(
  engine: Engine,
  owner: Owner,
  made: MadeContainer,
  fresh: readonly RenderedVolumeSpec[],
): Promise<readonly string[]> {
  const { container, image, isMain } = made
  const ownUser = isMain ? (container.user ?? image.user) : undefined
  const wishes = container.volumes
    .filter(({ readOnly }) => !readOnly)
    .flatMap(({ name, target }) => {
      const volume = fresh.find((one) => one.name === name)
      const user = volume && (volume.owner ?? ownUser)
      return user === undefined ? [] : [{ name, target, user }]
    })
  const others = wishes.filter(({ user }) => !isPlainRoot(user))
  const numbers = await numbersOf(engine, owner, made.id, [
    ...new Set(others.map(({ user }) => user)),
  ])
  for (const { target, user } of others) {
    const owns = numbers.get(user)
    if (owns === undefined) continue
    await engine.putArchive(owner, made.id, '/', await folderArchive(target, owns.uid, owns.gid))
  }
  return wishes.map(({ name }) => name)
}

/** Users by the container's own files. */
async function numbersOf(
  engine: Engine,
  owner: Owner,
  id: string,
  users: readonly string[],
): Promise<ReadonlyMap<string, UserNumbers>> {
  const named = users.some((user) => !/^\d+:\d+$/.test(user))
  const read = (path: string) => (named ? fileOf(engine, owner, id, path) : '')
  const [passwd, group] = await Promise.all([read('/etc/passwd'), read('/etc/group')])
  const found = users.flatMap((user): [string, UserNumbers][] => {
    const numbers = resolveUser(user, passwd, group)
    return numbers === undefined ? [] : [[user, numbers]]
  })
  return new Map(found)
}

async function fileOf(engine: Engine, owner: Owner, id: string, path: string): Promise<string> {
  const archive = await engine.getArchive(owner, id, path)
  return archive === undefined ? '' : ((await fileFromArchive(archive)) ?? '')
}
