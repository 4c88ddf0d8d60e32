// Time and chance, injected, so that a whole cluster runs in one process under one seed.

export interface Clock {
  /** Wall time, milliseconds since 1970. May step. */
  nowMs(): number
  /** Monotonic milliseconds from an arbitrary zero. */
  monotonicMs(): number
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  delay(ms: number, signal?: AbortSignal): Promise<void>
}

export type Random = (bytes: number) => Uint8Array
