// How this peer's records become those of its cluster: taken over before anything is made of them, kept equal from then on.

import { SkeinError } from '#protocol/errors.ts'
import type { PeerId } from '#protocol/ids.ts'
import type { Actor } from '#protocol/link.ts'
import { systemClock as clock, systemRandom as random } from '../clock.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { parseJoinToken } from '../cluster/join-token.ts'
import { Settler } from '../cluster/records/settler.ts'
import { RecordsSharing } from '../cluster/records/sharing.ts'
import { takeOver } from '../cluster/records/take-over.ts'
import { Keyring } from '../cluster/seal/keyring.ts'
import { resolveSeeds } from '../cluster/seeds.ts'
import type { Config } from '../config/settings.ts'
import { HOST_KEY_SETTING } from '../identity/host-key.ts'
import { SIGNING_KEY_SETTING } from '../identity/identity.ts'
import { adoptClusterSecret, deriveKey, loadClusterSecret } from '../identity/keys.ts'
import { ensureSetting } from '../identity/settings.ts'
import type { Log } from '../log.ts'
import type { ReplicatedRecords } from '../records/open.ts'
import type { Change } from '../records/records.ts'
import {
  forgetRestored,
  isRolledBack,
  markRolledBack,
  readRestored,
  readSeen,
  writeSeen,
} from '../store/traces.ts'
import { loadPeerId } from './peer-id.ts'

export const CLUSTER_SETTING = 'cluster-id'
export const MEMBERSHIP_SETTING = 'membership-id'
const PROOF_SETTING = 'shared-database-proof'
/** What every peer of a cluster has in common, and only the first may make. */
const SHARED_SETTINGS = [SIGNING_KEY_SETTING, CLUSTER_SETTING, HOST_KEY_SETTING, MEMBERSHIP_SETTING]
const RUN_BYTES = 8
/** How often it is kept on disk when others were last heard, ms: so exact is what is told of an absence. */
const SEEN_MS = 5_000
const LOOK_MS = 500

export interface Joining {
  readonly config: Config
  readonly records: ReplicatedRecords
  readonly log: Log
  readonly ending: AsyncDisposableStack
}

/** Resolves when the cluster's state is here, if there is one. Rejects with `join_failed` or `config_invalid`. */
export async function joinRecords(joining: Joining): Promise<RecordsSharing> {
  const { config, records, log, ending } = joining
  const { replica } = records
  const actor = actorOf(config)
  const tombstoneAgeMs = config.tombstoneSeconds * 1000
  const parts = { records, replica, actor, clock, random, log }
  const sinceMs = await tellTraces(joining, actor)
  const isNew = config.join !== undefined && !hasShared(records)
  const away = isNew || sinceMs !== undefined ? { sinceMs } : undefined
  const sharing = new RecordsSharing({
    ...{ ...parts, tombstoneAgeMs, away },
    isRolledBack: isRolledBack(config.data),
    onRolledBack: () => noteRolledBack(joining),
  })
  ending.defer(() => sharing.close())
  if (config.join !== undefined) await join(joining, sharing, config.join)
  if (replica.isShared) await proveSecret(joining)
  if (isNew) writeSeen(config.data, { atMs: sharing.heardMs })
  return sharing
}

/**
 * A shared database is its cluster's. A peer that was given its address and no token would serve the cluster's people without
 * being heard by the others. What is compared is made from the cluster's secret, and tells nothing of it.
 */
async function proveSecret({ config, records }: Joining): Promise<void> {
  const secret = await loadClusterSecret(config.data, random)
  const proof = deriveKey(secret, 'skein shared database').toString('hex')
  const held = await ensureSetting(records, PROOF_SETTING, () => proof, { clock, random })
  if (held === proof) return
  const reason = 'that database belongs to a cluster of which this server is no part'
  const source = '--join, with a token of that cluster and an empty --data folder'
  throw new SkeinError('config_invalid', { key: 'store', reason, source })
}

const hasShared = (records: ReplicatedRecords): boolean =>
  SHARED_SETTINGS.every((key) => records.holder(`setting:${key}`))

/** Writes down that this database was restored. Answers when it was last with others. */
async function tellTraces(
  { config, records, log }: Joining,
  actor: Actor,
): Promise<number | undefined> {
  const { data } = config
  const restored = readRestored(data)
  if (!restored) return readSeen(data)?.atMs
  const { takenAtMs, origin } = restored
  const target = { kind: 'peer', id: actor.id, name: actor.name }
  const detail = { takenAt: new Date(takenAtMs).toISOString(), origin }
  const body = { actor, action: 'peer.restored', target, detail }
  const change: Change = { op: 'append', stream: 'audit', subject: actor.id, body }
  try {
    await records.transact(() => ({ changes: [change], result: undefined }))
    forgetRestored(data)
  } catch (err) {
    log.warn({ err }, 'that this database was restored was not written down')
  }
  return takenAtMs
}

/** So that neither a later start nor a backup takes the folder for a whole one. */
function noteRolledBack({ config, log }: Joining): void {
  try {
    markRolledBack(config.data)
  } catch (err) {
    log.warn({ err }, 'that this folder was put back could not be kept')
  }
}

/** Keeps on disk when others were last heard. */
function keepSeen({ config, ending, log }: Joining, sharing: RecordsSharing): void {
  const closed = new AbortController()
  let keptMs = Number.NEGATIVE_INFINITY
  const keep = () => {
    const nowMs = clock.monotonicMs()
    if (sharing.linked.length === 0 || nowMs - keptMs < SEEN_MS) return
    try {
      writeSeen(config.data, { atMs: sharing.heardMs })
      keptMs = nowMs
    } catch (err) {
      log.warn({ err }, 'when others were last heard was not kept')
    }
  }
  const loop = (async () => {
    while (!closed.signal.aborted) {
      await clock.delay(LOOK_MS, closed.signal).catch(() => undefined)
      keep()
    }
  })()
  ending.defer(() => {
    closed.abort()
    return loop
  })
}

async function join(
  { config, records, log }: Joining,
  sharing: RecordsSharing,
  token: string,
): Promise<void> {
  const { secret, addresses } = parseJoinToken(token)
  await adoptClusterSecret(config.data, secret, random)
  const isComplete = () => hasShared(records)
  if (isComplete()) return
  const id = loadPeerId(config.data, { clock, random })
  const self = { peer: id, run: Buffer.from(random(RUN_BYTES)).toString('hex') }
  const all = [...addresses, ...(await resolveSeeds(config.seeds))]
  const parts = { sharing, addresses: all, self, clock, log, isComplete }
  await takeOver({ ...parts, keyring: new Keyring(secret) })
}

/** From here on what is written here is on the others, and what they write is here. */
export function shareRecords(
  { config, records, log, ending }: Joining,
  sharing: RecordsSharing,
  cluster: Cluster,
): void {
  const isMember = (peer: PeerId) => cluster.isMember(peer)
  sharing.open((wish) => cluster.openMesh(wish), isMember)
  keepSeen({ config, records, log, ending }, sharing)
  const { replica } = records
  const settler = new Settler({ records, replica, actor: actorOf(config), clock, log })
  ending.defer(() => settler.close())
}

/** As what the peer itself is written down. */
export const actorOf = ({ data, name }: Config): Actor => ({
  kind: 'peer',
  id: loadPeerId(data, { clock, random }),
  name,
})
