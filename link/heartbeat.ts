// Says when the other end of a connection has gone without a word: a ping each second, three in a
// row without answer are its death. Nothing else runs on the connection that is asked (protocol/link.ts, lanes).

import { MAX_MISSED_PINGS, PING_INTERVAL_MS } from '#protocol/link.ts'

/** What it pings; an HTTP/2 session is one. */
export interface Pinged {
  /** False when the ping could not even be sent. Throws when the session has ended. */
  ping(answered: (error: Error | null, roundTripMs: number) => void): boolean
}

export interface HeartbeatOptions {
  readonly delay: (ms: number, signal?: AbortSignal) => Promise<void>
  readonly onRoundTrip?: (ms: number) => void
  readonly onDead: () => void
}

/** Beats until the signal aborts or the other end is dead. Never rejects. */
export async function heartbeat(
  session: Pinged,
  options: HeartbeatOptions,
  signal: AbortSignal,
): Promise<void> {
  let missed = 0
  while (!signal.aborted) {
    missed++
    try {
      session.ping((error, roundTripMs) => {
        if (error) return
        missed = 0
        options.onRoundTrip?.(roundTripMs)
      })
      await options.delay(PING_INTERVAL_MS, signal)
    } catch {
      return
    }
    if (missed > MAX_MISSED_PINGS) {
      options.onDead()
      return
    }
  }
}
