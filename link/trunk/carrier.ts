// A connection's bytes both ways, in whatever carries them. Less than a Duplex: one listener, no events by name and no
// queue of its own, since a small request costs little more than what its way through such machinery costs.

export interface CarrierEvents {
  data(bytes: Buffer): void
  /** More may be written. */
  drained(): void
  /** The other side sends no more. */
  ended(): void
  /** Once, at the end of both directions; with the reason where they were not ended in order. */
  closed(error?: Error): void
}

export interface Carrier {
  readonly isClosed: boolean
  /** Nothing is told before; once. */
  attach(events: CarrierEvents): void
  /** Characters of text are bytes (latin1). Whether more may be written before `drained`. */
  write(bytes: Buffer | string): boolean
  /** Tells no more data until `resume`. */
  pause(): void
  resume(): void
  /** Sends no more, after what was written. */
  end(): void
  /** Ends both directions at once; `closed` is told. */
  abort(): void
}
