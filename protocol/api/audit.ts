// Whether the audit is what was written, as the HTTP API says it. Times are ISO 8601 in UTC.

/** The audit of one database of the cluster; each has a chain of its own. */
export interface AuditChain {
  /** Which database wrote it; `isOwn`: the asked peer's. */
  readonly origin: string
  readonly isOwn: boolean
  readonly entries: number
  /** Of them so many are under a signed checkpoint. */
  readonly sealed: number
  readonly checkpoints: number
  /** Of the oldest entry. */
  readonly begins?: string
  /** Older entries were removed up to a checkpoint, as retention does. */
  readonly isCut: boolean
  /** … although the oldest entry is younger than what retention keeps: it was longer, or somebody has helped. */
  readonly isCutEarly?: true
  /** Some of it is still on its way here from another peer, so that it cannot be verified yet. */
  readonly isArriving?: true
  readonly broken?: AuditBreak
}

export interface AuditBreak {
  /** Of the first entry that does not fit. */
  readonly id: string
  readonly at: string
  /**
   * `altered`: it was changed, put in or moved, or one before it taken out; `missing`: sealed entries after it are gone;
   * `forged`: a checkpoint that the cluster did not sign.
   */
  readonly reason: 'altered' | 'missing' | 'forged'
}

export interface AuditReport {
  readonly isWhole: boolean
  readonly at: string
  /** The cluster's public key (Ed25519, hexadecimal) by which checkpoints are signed. */
  readonly key: string
  readonly chains: readonly AuditChain[]
}
