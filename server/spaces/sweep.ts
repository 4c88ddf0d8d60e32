// What is on an engine of spaces that are no longer its own: somebody had the cluster forget the space while the engine was
// away, or it was placed on another host meanwhile. That a space was deleted is read in the audit and not guessed from its
// absence: of a space that nobody remembers (a state from before it was made was put back) everything is left alone.

import type { SpaceId } from '#protocol/ids.ts'
import type { Records } from '../records/records.ts'
import type { Log } from '../store/log.ts'
import { clearContainers } from './clear.ts'
import type { Owner } from './owner.ts'
import type { Engine } from './runtime/engine.ts'
import { labels } from './runtime/names.ts'
import { removeVolumes } from './volumes.ts'
import { isOurs } from './whose.ts'

/** A space's last entries: its end is the newest. */
const ENTRIES = 20
const ENDS = new Set(['space.delete', 'space.forget'])

export interface Sweeping {
  readonly engine: Engine
  readonly owner: Owner
  readonly records: Records
  readonly cluster: string
  readonly log: Log
}

/** Containers and network of a space that is elsewhere go; of one that was deleted its volumes go as well. */
export async function sweepSpace(sweeping: Sweeping, spaceId: SpaceId): Promise<void> {
  const { engine, owner, records, cluster, log } = sweeping
  const row = records.get('space', spaceId)
  const isGone = row === undefined
  if (!isGone && (!row.groups.placement || isOurs(records, row, owner.hostId))) return
  const marks = { [labels.cluster]: cluster, [labels.space]: spaceId }
  const [containers, networks, volumes] = await Promise.all([
    engine.listContainers(owner, marks),
    engine.listNetworks(owner, marks),
    isGone ? engine.listVolumes(owner, marks) : [],
  ])
  if (containers.length + networks.length + volumes.length === 0) return
  if (isGone && !(await wasEnded(records, spaceId))) {
    log.warn({ spaceId }, 'What is here of a space that nobody knows is left alone.')
    return
  }
  await clearContainers({ engine, owner, cluster, spaceId, main: '', graceMs: {} })
  if (isGone) await removeVolumes({ engine, cluster }, owner, spaceId)
  log.info({ spaceId, isGone }, 'What was here of a space that is no longer ours was removed.')
}

async function wasEnded(records: Records, spaceId: SpaceId): Promise<boolean> {
  const entries = await records.read('audit', { subject: spaceId, limit: ENTRIES })
  return entries.some(({ body }) => ENDS.has(body.action))
}

const VOLUME = /^skein-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-/

export interface Found {
  /** Spaces that have containers here. */
  readonly contained: ReadonlySet<SpaceId>
  /** Those, and spaces that have volumes only. */
  readonly all: ReadonlySet<SpaceId>
}

/** The spaces of which something is on the engine. */
export async function findSpaces({
  engine,
  owner,
  cluster,
}: Pick<Sweeping, 'engine' | 'owner' | 'cluster'>): Promise<Found> {
  const marks = { [labels.cluster]: cluster }
  const [containers, volumes] = await Promise.all([
    engine.listContainers(owner, marks),
    engine.listVolumes(owner, marks),
  ])
  const byLabel = containers.flatMap(({ labels: own }) => own[labels.space] ?? []) as SpaceId[]
  const byName = volumes.flatMap((name) => VOLUME.exec(name)?.[1] ?? []) as SpaceId[]
  return { contained: new Set(byLabel), all: new Set([...byLabel, ...byName]) }
}
