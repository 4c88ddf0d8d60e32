// Replication broken on purpose, one rule at a time. The simulator must find every one of them, or it proves nothing by
// finding none in ours.

import type { JoinRules } from '../../../server/cluster/replica/join.ts'
import type { ReplicatorRules } from '../../../server/cluster/replica/rules.ts'
import { compareVersions } from '../../../server/records/version.ts'
import type { ReplicaFaults } from './write.ts'

export interface Breakage {
  readonly join?: Partial<JoinRules>
  readonly replicator?: Partial<ReplicatorRules>
  readonly faults?: ReplicaFaults
  /** The context is stored before the rows that it stands for, in a commit of its own. */
  readonly contextFirst?: boolean
  /** What is not on disk yet is answered for. */
  readonly answersEarly?: boolean
  /** A member commits what it decided upon an older state. */
  readonly overtakes?: boolean
  /** A member never looks for what others wrote. */
  readonly deaf?: boolean
  /** A shared database that went back goes on under its old origin. */
  readonly backKeepsOrigin?: boolean
  /** What is collected of a shared database is answered for with floors of before. */
  readonly staleFloors?: boolean
  /** A member answers for what it has heard of with what a database has that went back. */
  readonly trustsBack?: boolean
  /** Members do not give back what they remember. */
  readonly forgets?: boolean
  /** A restored database goes on under its old origin. */
  readonly keepsOrigin?: boolean
  /** It takes a rare order of events: shown on schedules of few rows that several delete, instead of a whole cluster. */
  readonly isNarrow?: boolean
  /** An older peer writes only the fields that it knows. */
  readonly dropsUnknown?: boolean
}

export const broken: Readonly<Record<string, Breakage>> = {
  'absence is not deletion, whatever was heard of': { join: { birthDots: false } },
  'a purge leaves no floor': { faults: { noFloor: true } },
  'nobody heeds a floor': { replicator: { heedsFloors: false } },
  'floors are not taken over with what was compared': { replicator: { passesFloors: false } },
  'a context below a floor is taken over without comparing': {
    replicator: { comparesBuckets: false },
  },
  'what was compared and is missing is kept': { join: { dropsReconciled: false } },
  'stamps have no sequence number, and two writes of one instant share one': {
    faults: { coarseClock: true },
    join: {
      isLater: (incoming, held) =>
        compareVersions({ ...incoming.version, seq: 0 }, { ...held.version, seq: 0 }) > 0,
    },
  },
  'what came last is taken for the latest': { join: { isLater: () => true } },
  'the context is stored before the rows': { contextFirst: true },
  'what is not durable is answered for': { answersEarly: true },
  'a restored database keeps its origin': { keepsOrigin: true },
  'a tombstone is purged before its row was heard of': {
    faults: { purgesUnheard: true },
    isNarrow: true,
  },
  'of two deletions one is kept': { join: { keepsAllDots: false }, isNarrow: true },
  'a claim that lost is dropped at once': { join: { keepsDisplaced: false } },
  'two writes of a right are not mended': { join: { mends: false } },
  'the clock does not take in what it sees': { faults: { noAbsorb: true } },
  'the clock begins anew with the process': { faults: { forgetsClock: true } },
  'what a push lost is never looked for': { replicator: { digests: false } },
  'what has not been stored is acknowledged': { replicator: { acksDurable: false } },
  'an older peer drops what it does not know': { dropsUnknown: true },
  'a member commits what it decided upon an older state': { overtakes: true },
  'a member never looks for what the others wrote': { deaf: true },
  'a shared database that went back keeps its origin': { backKeepsOrigin: true },
  'transactions are collected beyond the floors that a member knows': { staleFloors: true },
  'a database that went back is asked for what memory has heard of': { trustsBack: true },
  'what members remember of a database that went back is not given back': { forgets: true },
}
