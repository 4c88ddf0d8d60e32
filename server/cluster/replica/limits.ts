// Every figure of replication, with its reason.

/** A pause between two digests, ms: what a push lost is found in about that. Each is drawn within a share around it. */
export const DIGEST_MS = 1000
export const DIGEST_SPREAD = 0.3

/** What may be under way to one peer, unacknowledged, bytes: 100 ms of a line that carries 2.5 MB/s. */
export const CREDIT_BYTES = 256 * 1024

/** Transactions that are collected at once for an answer: their commit must not hold up the writes beside it. */
export const COLLECT_SEQS = 100

/** Spans of one question: with what a gap-ridden context may have, still a few kilobytes. */
export const NEED_SPANS = 256

/** Buckets of one question: at 100,000 rows of a kind 400 rows each. */
export const BUCKETS_AT_ONCE = 4

/** An answer that has not gone on for so long is not waited for any more, ms: the other is stuck or has forgotten. */
export const ANSWER_MS = 10_000

/** Answers that are being stored while the next is asked for: a slow disk makes askers wait, not memory grow. */
export const ANSWERS_AHEAD = 1

/** How often buckets are compared again because rows were written meanwhile. */
export const COMPARE_ROUNDS = 4

/** Equal contexts with different contents for so long are compared, ms; what was under way has arrived by then. */
export const ODD_MS = 3000

/** The least pause between two comparisons with one peer that no floor asks for, ms. */
export const COMPARE_PAUSE_MS = 5000

/** The largest message, bytes. A transaction of a hundred template sources of the largest size would not fit, one of thirty does. */
export const MAX_MESSAGE_BYTES = 32 * 1024 * 1024

/** Texts on the wire: ids and names, characters as UTF-8 bytes. */
export const MAX_NAME_BYTES = 1024
