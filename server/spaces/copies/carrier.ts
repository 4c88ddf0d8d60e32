// The way into a volume that no code of ours has to run for: a container that is never started and mounts it.

import { SkeinError } from '#protocol/errors.ts'
import type { Owner } from '../owner.ts'
import { refusedStatus } from '../runtime/client.ts'
import { EMPTY_IMAGE, ensureEmptyImage } from '../runtime/empty-image.ts'
import type { Engine } from '../runtime/engine.ts'
import { labels } from '../runtime/names.ts'

/** Where the volume is mounted; the dot makes Docker name entries from there. */
export const CARRIED = '/volume'

export interface Carried {
  readonly engine: Engine
  readonly owner: Owner
  readonly cluster: string
  /** The engine's name of it. */
  readonly volume: string
}

/** Volumes that this process copies now: a container of that name that is not ours was left by one that was killed. */
const busy = new Set<string>()

/** Rejects with `space_busy` while the volume is being copied already. */
export async function withCarrier<T>(
  carried: Carried,
  work: (containerId: string) => Promise<T>,
): Promise<T> {
  const { engine, owner, volume } = carried
  if (busy.has(volume)) throw new SkeinError('space_busy', { state: 'being copied' })
  busy.add(volume)
  try {
    await ensureEmptyImage(engine, owner)
    const id = await create(carried)
    try {
      return await work(id)
    } finally {
      await engine.removeContainer(owner, id)
    }
  } finally {
    busy.delete(volume)
  }
}

const marks = { [labels.service]: 'volume-copy' } as const
const nameOf = (volume: string): string => `${volume}-copying`

/** Removes what peers left that were killed in a copy: a volume that something mounts cannot be removed. */
export async function removeCarriers(engine: Engine, owner: Owner, cluster: string): Promise<void> {
  const left = await engine.listContainers(owner, { [labels.cluster]: cluster, ...marks })
  const working = new Set([...busy].map(nameOf))
  for (const { id, name } of left) {
    if (!working.has(name)) await engine.removeContainer(owner, id)
  }
}

async function create(carried: Carried): Promise<string> {
  const { engine, owner, cluster, volume } = carried
  const name = nameOf(volume)
  const spec = {
    Image: EMPTY_IMAGE,
    Entrypoint: ['/never-started'],
    Env: [],
    // Without the space's label: it is none of the containers that the space has.
    Labels: { [labels.cluster]: cluster, ...marks },
    HostConfig: {
      NetworkMode: 'none',
      Mounts: [{ Type: 'volume', Source: volume, Target: CARRIED, ReadOnly: false }],
    },
  }
  try {
    return await engine.createContainer(owner, name, spec)
  } catch (caught) {
    if (refusedStatus(caught) !== 409) throw caught
    const left = await engine.inspectContainer(owner, name)
    if (left) await engine.removeContainer(owner, left.id)
    return await engine.createContainer(owner, name, spec)
  }
}
