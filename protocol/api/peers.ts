// Peers as the HTTP API shows them, as the peer that is asked sees them. Times are ISO 8601 in UTC.

import { z } from 'zod'
import { type Ref, refSchema, timeSchema } from './parts.ts'
import type { Shown } from './shown.ts'

/** `refused`: the asked peer itself, whose id another process has. */
const states = ['alive', 'suspect', 'unreachable', 'dead', 'left', 'refused'] as const
export type PeerViewState = (typeof states)[number]

const usageSchema = z.object({
  /** Agents that are linked to it, and terminals that are open through it. */
  agents: z.number(),
  terminals: z.number(),
  cpuPercent: z.number(),
  memoryBytes: z.number(),
})
export type PeerUsage = Shown<typeof usageSchema>

const recordsSchema = z.object({
  /** Everything that it has said to have is here. */
  isLevel: z.boolean(),
  /** It has the same database as the peer that is asked, so that there is nothing to exchange. */
  isMember: z.boolean().optional(),
  /**
   * What last happened between the two: all records are being compared, or were, because one was away for too long or came
   * from a backup; they had heard the same and held different things; or one was put back to an earlier state.
   */
  told: z.enum(['comparing', 'compared', 'diverged', 'rolled-back']).optional(),
  at: z.string().optional(),
})
export type PeerRecords = Shown<typeof recordsSchema>

/** Beyond how much a clock's error is told, ms: what such a peer writes is held back by the others. */
export const CLOCK_TOLD_MS = 60_000

const clockSchema = z.object({
  /** Before the middle of all clocks that are known, ms; negative behind it. */
  aheadMs: z.number(),
  /** So many clocks were compared, its own among them. Of two nobody can tell which is wrong. */
  among: z.number(),
})
export type PeerClock = Shown<typeof clockSchema>

/** What is wanted of a peer, and what it says it does about it. */
const dutySchema = z.object({
  /** Somebody wants it to carry nobody: since when, and who. */
  isAway: z.boolean(),
  since: timeSchema,
  by: refSchema,
  /** What it says itself; absent while it says nothing. `left`: who is still there of those who were told to go. */
  state: z.enum(['serving', 'away', 'restarting']).optional(),
  left: z.number().optional(),
  /** The last restart that it carried out, or refused. */
  wish: z.string().optional(),
  /** Why it did not come to that. */
  failed: z.string().optional(),
})
export type PeerDuty = Shown<typeof dutySchema>

/** A version's name: a folder in `--versions`. */
const versionName = z.string().regex(/^\w[\w.+-]{0,63}$/)

export const peerAskSchema = z.discriminatedUnion('want', [
  z.strictObject({ want: z.literal('drain') }),
  z.strictObject({ want: z.literal('undrain') }),
  z.strictObject({
    want: z.literal('restart'),
    to: versionName.optional(),
    back: z.boolean().optional(),
  }),
])
/** `back`: to the version that it ran before. */
export type PeerAsk = z.infer<typeof peerAskSchema>

/** Of a restart `wish` is what the peer says when it has been carried out. */
export const peerAskedSchema = z.object({ peer: refSchema, wish: z.string().optional() })
export type PeerAsked = Shown<typeof peerAskedSchema>

/** When, and who says so; of what several saw at the same time all of them. */
const seen = { at: timeSchema, by: z.array(refSchema) }
/** It is seen to be so, by whoever says it; `alive` after it had been given up. */
const stateDeed = z.object({
  what: z.literal('state'),
  is: z.enum(['alive', 'unreachable', 'dead', 'left']),
})
/** A new peer has taken over the cluster's records. */
const joinedDeed = z.object({ what: z.literal('joined'), changed: z.number() })
/** It had no line to any other for so long, and has all records again. */
const returnedDeed = z.object({
  what: z.literal('returned'),
  awayMs: z.number(),
  /** All records were compared: what it missed could no longer be told one by one. */
  isCompared: z.boolean(),
  /** Records that were made or changed here by what the others had, and deleted here. */
  changed: z.number(),
  deleted: z.number(),
})
/** Its records were restored from a backup of that time, and it writes under a new origin. */
const restoredDeed = z.object({ what: z.literal('restored'), takenAt: z.string() })
/** Its data folder was put back by hand: it writes no more. */
const rolledBackDeed = z.object({ what: z.literal('rolled-back') })
/** Two peers had heard the same and held different records. */
const divergedDeed = z.object({ what: z.literal('diverged') })
/** Its clock went wrong; 0 when it is right again. */
const clockDeed = z.object({ what: z.literal('clock'), aheadMs: z.number() })
/** It was started with another version of Skein. */
const versionDeed = z.object({ what: z.literal('version'), was: z.string(), is: z.string() })

/** What happened to a peer, for the peers page. Kept in the audit, so that every peer tells the same. */
export type PeerDeed =
  | Shown<typeof stateDeed>
  | Shown<typeof joinedDeed>
  | Shown<typeof returnedDeed>
  | Shown<typeof restoredDeed>
  | Shown<typeof rolledBackDeed>
  | Shown<typeof divergedDeed>
  | Shown<typeof clockDeed>
  | Shown<typeof versionDeed>

const eventSchema = z
  .discriminatedUnion('what', [
    stateDeed.extend(seen),
    joinedDeed.extend(seen),
    returnedDeed.extend(seen),
    restoredDeed.extend(seen),
    rolledBackDeed.extend(seen),
    divergedDeed.extend(seen),
    clockDeed.extend(seen),
    versionDeed.extend(seen),
  ])
  .meta({ id: 'PeerEvent' })
export type PeerEvent = PeerDeed & {
  readonly at: string
  readonly by: readonly Ref[]
}

export const peerSchema = z
  .object({
    id: z.string(),
    isSelf: z.boolean(),
    name: z.string(),
    state: z.enum(states),
    since: timeSchema,
    /** Who says so. */
    by: refSchema,
    /** Where the others reach it, `host:port`. */
    address: z.string(),
    version: z.string(),
    zone: z.string().optional(),
    url: z.string().optional(),
    hosts: z.number(),
    spaces: z.number(),
    /** One-minute load average of its machine. */
    load: z.number(),
    /** What its spaces do together, coarsely, as it says itself; absent while it says nothing. */
    usage: usageSchema.optional(),
    /** Of a peer with which records are exchanged right now. */
    records: recordsSchema.optional(),
    roundTripMs: z.number().optional(),
    /** Its wall clock minus the asked peer's. */
    clockOffsetMs: z.number().optional(),
    /** When its clock is off by more than `CLOCK_TOLD_MS`. */
    clock: clockSchema.optional(),
    /** Values that it wrote and that wait here until their time has come. */
    heldBack: z.number().optional(),
    /** It runs an older or newer Skein than the asked peer. */
    age: z.enum(['older', 'newer']).optional(),
    /** It says of itself that its data folder was put back, and takes no changes. */
    isRolledBack: z.literal(true).optional(),
    /** It says of itself that its database does not answer, so that it takes no changes. */
    isStoreAway: z.literal(true).optional(),
    /** Absent of most: nobody ever wanted anything of it. */
    duty: dutySchema.optional(),
    /** Ids of other peers to which it says that it has a line. */
    lines: z.array(z.string()).optional(),
    /** Under which its database writes. */
    origin: z.string().optional(),
    /** Others may write to that database, too: those under the same origin are its members. */
    isShared: z.literal(true).optional(),
    /** The newest first. */
    story: z.array(eventSchema),
  })
  .meta({ id: 'Peer' })
export type PeerInfo = Shown<typeof peerSchema>

/** Where a person may go on when a peer is gone: everybody who is there, the asked peer first. */
export const peerUrlSchema = z.object({
  name: z.string(),
  /** An origin. */
  url: z.string(),
  /** PEM of the peer's own authority, where it has one. */
  authority: z.string().optional(),
})
export type PeerUrl = Shown<typeof peerUrlSchema>

/** What a peer knows of another without asking its disk. */
export type PeerFacts = Omit<PeerInfo, 'story'>
