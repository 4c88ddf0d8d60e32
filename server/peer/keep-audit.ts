// The audit's keeper as this peer's settings want it. Its key comes from the cluster's secret, which every peer has from its
// first start on, and nobody who has the database only: a signing key that were a record would lie beside what it signs.

import { AuditKey } from '../audit/checkpoint.ts'
import { AuditKeeper, type AuditKeeperOptions } from '../audit/keeper.ts'
import type { Random } from '../clock.ts'
import type { Config } from '../config/settings.ts'
import { deriveKey, loadClusterSecret } from '../identity/keys.ts'
import type { ReplicatedRecords } from '../records/open.ts'

const DAY_MS = 24 * 60 * 60_000

export interface KeepAuditParts extends Pick<AuditKeeperOptions, 'store' | 'clock' | 'log'> {
  readonly records: ReplicatedRecords
  readonly random: Random
}

/** Rejects with `config_invalid` when the cluster's secret cannot be read. Whoever calls closes. */
export async function keepAudit(
  config: Pick<Config, 'data' | 'auditDays' | 'timelineDays' | 'usageDays'>,
  { records, random, store, clock, log }: KeepAuditParts,
): Promise<AuditKeeper> {
  const secret = await loadClusterSecret(config.data, random)
  return new AuditKeeper({
    ...{ records, replica: records.replica, store, clock, log },
    key: new AuditKey(deriveKey(secret, 'skein audit checkpoints')),
    retention: {
      auditMs: config.auditDays * DAY_MS,
      timelineMs: config.timelineDays * DAY_MS,
      usageMs: config.usageDays * DAY_MS,
    },
  })
}
