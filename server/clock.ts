// Time and chance, injected, so that a whole cluster runs in one process under one seed.

import { setTimeout as sleep } from 'node:timers/promises'

export interface Clock {
  /** Wall time, milliseconds since 1970. May step. */
  nowMs(): number
  /** Monotonic milliseconds from an arbitrary zero. */
  monotonicMs(): number
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  delay(ms: number, signal?: AbortSignal): Promise<void>
}

export type Random = (bytes: number) => Uint8Array

/** The platform's own clock. `delay` holds the process open until it is over or aborted. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  delay: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}).catch(throwReason(signal)),
}

export const systemRandom: Random = (bytes) => crypto.getRandomValues(new Uint8Array(bytes))

/** Timers reject with an AbortError of their own; callers are promised the signal's reason. */
function throwReason(signal: AbortSignal | undefined): (caught: unknown) => never {
  return (caught) => {
    throw signal?.aborted ? signal.reason : caught
  }
}
