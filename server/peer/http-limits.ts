// What a connection may take until it is a request, the same for every server of this peer.

/** A client that sends its header more slowly than this is not one of ours. */
const HEADERS_TIMEOUT_MS = 15_000
/** A whole request with its body, unless it is an upload, ms. */
const REQUEST_TIMEOUT_MS = 60_000
/** An upload may take as long as it likes, but not stand still for longer than this, ms. */
const UPLOAD_IDLE_MS = 60_000
/** Longer than usual proxies keep a connection, so that none sends into one that we just closed. */
const KEEP_ALIVE_MS = 75_000
/** How often Node looks for those that are late, ms. */
const LOOK_FOR_LATE_MS = 5_000
/** All headers of a request, bytes. */
const MAX_HEADER_BYTES = 32 * 1024

export const httpLimits = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  // One limit for all; body-time.ts knows which request may take longer.
  requestTimeout: 0,
  keepAliveTimeout: KEEP_ALIVE_MS,
  connectionsCheckingInterval: LOOK_FOR_LATE_MS,
  maxHeaderSize: MAX_HEADER_BYTES,
}

export const bodyTimes = { wholeMs: REQUEST_TIMEOUT_MS, idleMs: UPLOAD_IDLE_MS }
