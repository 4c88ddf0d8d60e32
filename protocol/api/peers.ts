// Peers as the HTTP API shows them, as the peer that is asked sees them. Times are ISO 8601 in UTC.

import { z } from 'zod'
import type { Ref } from './spaces.ts'

/** `refused`: the asked peer itself, whose id another process has. */
export type PeerViewState = 'alive' | 'suspect' | 'unreachable' | 'dead' | 'left' | 'refused'

export interface PeerUsage {
  /** Agents that are linked to it, and terminals that are open through it. */
  readonly agents: number
  readonly terminals: number
  readonly cpuPercent: number
  readonly memoryBytes: number
}

export interface PeerRecords {
  /** Everything that it has said to have is here. */
  readonly isLevel: boolean
  /** It has the same database as the peer that is asked, so that there is nothing to exchange. */
  readonly isMember?: boolean
  /**
   * What last happened between the two: all records are being compared, or were, because one was away for too long or came
   * from a backup; they had heard the same and held different things; or one was put back to an earlier state.
   */
  readonly told?: 'comparing' | 'compared' | 'diverged' | 'rolled-back'
  readonly at?: string
}

/** Beyond how much a clock's error is told, ms: what such a peer writes is held back by the others. */
export const CLOCK_TOLD_MS = 60_000

export interface PeerClock {
  /** Before the middle of all clocks that are known, ms; negative behind it. */
  readonly aheadMs: number
  /** So many clocks were compared, its own among them. Of two nobody can tell which is wrong. */
  readonly among: number
}

/** What is wanted of a peer, and what it says it does about it. */
export interface PeerDuty {
  /** Somebody wants it to carry nobody: since when, and who. */
  readonly isAway: boolean
  readonly since: string
  readonly by: Ref
  /** What it says itself; absent while it says nothing. `left`: who is still there of those who were told to go. */
  readonly state?: 'serving' | 'away' | 'restarting'
  readonly left?: number
  /** The last restart that it carried out, or refused. */
  readonly wish?: string
  /** Why it did not come to that. */
  readonly failed?: string
}

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

/** What happened to a peer, for the peers page. Kept in the audit, so that every peer tells the same. */
export type PeerDeed =
  /** It is seen to be so, by whoever says it; `alive` after it had been given up. */
  | { readonly what: 'state'; readonly is: 'alive' | 'unreachable' | 'dead' | 'left' }
  /** A new peer has taken over the cluster's records. */
  | { readonly what: 'joined'; readonly changed: number }
  /** It had no line to any other for so long, and has all records again. */
  | {
      readonly what: 'returned'
      readonly awayMs: number
      /** All records were compared: what it missed could no longer be told one by one. */
      readonly isCompared: boolean
      /** Records that were made or changed here by what the others had, and deleted here. */
      readonly changed: number
      readonly deleted: number
    }
  /** Its records were restored from a backup of that time, and it writes under a new origin. */
  | { readonly what: 'restored'; readonly takenAt: string }
  /** Its data folder was put back by hand: it writes no more. */
  | { readonly what: 'rolled-back' }
  /** Two peers had heard the same and held different records. */
  | { readonly what: 'diverged' }
  /** Its clock went wrong; 0 when it is right again. */
  | { readonly what: 'clock'; readonly aheadMs: number }
  /** It was started with another version of Skein. */
  | { readonly what: 'version'; readonly was: string; readonly is: string }

export type PeerEvent = PeerDeed & {
  readonly at: string
  /** Who says so; of what several saw at the same time all of them. */
  readonly by: readonly Ref[]
}

export interface PeerInfo {
  readonly id: string
  readonly isSelf: boolean
  readonly name: string
  readonly state: PeerViewState
  readonly since: string
  /** Who says so. */
  readonly by: Ref
  /** Where the others reach it, `host:port`. */
  readonly address: string
  readonly version: string
  readonly zone?: string
  readonly url?: string
  readonly hosts: number
  readonly spaces: number
  /** One-minute load average of its machine. */
  readonly load: number
  /** What its spaces do together, coarsely, as it says itself; absent while it says nothing. */
  readonly usage?: PeerUsage
  /** Of a peer with which records are exchanged right now. */
  readonly records?: PeerRecords
  readonly roundTripMs?: number
  /** Its wall clock minus the asked peer's. */
  readonly clockOffsetMs?: number
  /** When its clock is off by more than `CLOCK_TOLD_MS`. */
  readonly clock?: PeerClock
  /** Values that it wrote and that wait here until their time has come. */
  readonly heldBack?: number
  /** It runs an older or newer Skein than the asked peer. */
  readonly age?: 'older' | 'newer'
  /** It says of itself that its data folder was put back, and takes no changes. */
  readonly isRolledBack?: true
  /** It says of itself that its database does not answer, so that it takes no changes. */
  readonly isStoreAway?: true
  /** Absent of most: nobody ever wanted anything of it. */
  readonly duty?: PeerDuty
  /** Ids of other peers to which it says that it has a line. */
  readonly lines?: readonly string[]
  /** Under which its database writes. */
  readonly origin?: string
  /** The newest first. */
  readonly story: readonly PeerEvent[]
}

/** Where a person may go on when a peer is gone: everybody who is there, the asked peer first. */
export interface PeerUrl {
  readonly name: string
  /** An origin. */
  readonly url: string
  /** PEM of the peer's own authority, where it has one. */
  readonly authority?: string
}

/** What a peer knows of another without asking its disk. */
export type PeerFacts = Omit<PeerInfo, 'story'>
