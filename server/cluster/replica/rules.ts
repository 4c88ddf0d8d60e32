// The decisions that make the machine correct, by name. They are handed in, so that the tests can break one at a time
// and show that the simulator notices.

export interface ReplicatorRules {
  /** Who lacks something below a floor compares. */
  readonly heedsFloors: boolean
  /** Floors are taken over with what was compared. */
  readonly passesFloors: boolean
  /** What pushes lost is looked for. */
  readonly digests: boolean
  /** What equal contexts hold is compared when it differs. */
  readonly comparesOdd: boolean
  /** Buckets are compared before a context is taken over that lies below a floor. */
  readonly comparesBuckets: boolean
  /** Only what is durable is acknowledged. */
  readonly acksDurable: boolean
}

export const replicatorRules: ReplicatorRules = {
  heedsFloors: true,
  passesFloors: true,
  digests: true,
  comparesOdd: true,
  comparesBuckets: true,
  acksDurable: true,
}
