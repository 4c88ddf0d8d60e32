// Says when the other end of a connection has gone without a word: a ping each second, two in a row without answer
// are its death. No data runs on the connection that is asked (protocol/link.ts, lanes), so a full one is not a dead one.

import { MAX_MISSED_PINGS, PING_INTERVAL_MS } from '#protocol/link.ts'

/** What is pinged; an HTTP/2 session is one. */
export interface Pinged {
  /** Throws when the session has ended. */
  ping(answered: (error: Error | null, roundTripMs: number) => void): boolean
}

export interface HeartbeatOptions {
  readonly clock: { delay(ms: number, signal?: AbortSignal): Promise<void> }
  /** Ends the beating. */
  readonly signal: AbortSignal
  readonly onRoundTrip?: (ms: number) => void
  readonly onDead: () => void
}

/** Beats until the signal aborts or the other end is dead. Never rejects. */
export async function heartbeat(pinged: Pinged, options: HeartbeatOptions): Promise<void> {
  let unanswered = 0
  while (!options.signal.aborted) {
    if (unanswered >= MAX_MISSED_PINGS) {
      options.onDead()
      return
    }
    unanswered++
    try {
      pinged.ping((error, roundTripMs) => {
        if (error) return
        unanswered = 0
        options.onRoundTrip?.(roundTripMs)
      })
      await options.clock.delay(PING_INTERVAL_MS, options.signal)
    } catch {
      // The session has ended, or the signal aborted: both are told elsewhere.
      return
    }
  }
}
