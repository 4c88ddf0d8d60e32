// What a client asks of a database, and what a database may do wrong.

export type Write =
  | { op: 'create'; kind: string; id: string; groups: Readonly<Record<string, string>> }
  | {
      op: 'set'
      kind: string
      id: string
      group: string
      body: string
      /** Fields that the writer does not know and passes on. */
      unknown?: Uint8Array
    }
  | { op: 'delete'; kind: string; id: string }
  | { op: 'claim' | 'release'; claim: string; holder: string }
  | { op: 'append'; stream: string; subject: string; body: string }

/** What this database may do wrong, for the simulator to find out. */
export interface ReplicaFaults {
  /** A purge leaves no floor. */
  readonly noFloor?: boolean
  /** A purge does not ask whether birth and deletions were heard of. */
  readonly purgesUnheard?: boolean
  /** The clock does not take in what it sees. */
  readonly noAbsorb?: boolean
  /** After a restart the clock begins with the wall's. */
  readonly forgetsClock?: boolean
  /** The clock counts only what others write; transactions within one instant share a stamp. */
  readonly coarseClock?: boolean
}
