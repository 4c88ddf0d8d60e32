// Every figure of the membership layer, with its reason. The words are those of SWIM (Das et al.,
// DSN 2002) and Lifeguard (Dadgar et al., arXiv 1707.00788).

/** One protocol period. In each, `PROBES_PER_PERIOD` members are probed, evenly spaced. */
export const PERIOD_MS = 1000
/** SWIM probes one member a period; three find a crash three times as soon for about 450 B/s a peer. */
export const PROBES_PER_PERIOD = 3
/** How long an answer may take before others are asked to try: at least, at most. Three round trips lie between. */
export const MIN_ANSWER_MS = 200
export const MAX_ANSWER_MS = 500
/** How many others are asked to probe a member that did not answer (SWIM's k; its paper and memberlist use 3). */
export const INDIRECT_PROBES = 3
/** How long those others, and the control connection, have to bring an answer, ms. */
export const RELAYED_MS = 500
/** A relay that hears nothing says so in this share of the prober's remaining time (Lifeguard's nack). */
export const NACK_AFTER = 0.8

/** How long a suspicion lasts before the verdict `unreachable` once enough others share it, ms. */
export const SUSPICION_MIN_MS = 2000
/** … and while nobody does. One peer with a bad line is slow to condemn, and is refuted meanwhile. */
export const SUSPICION_MAX_MS = 6000
/** So many others must share a suspicion to make it as short as it gets; fewer where there are fewer. */
export const CONFIRMATIONS = 2
/** `dead` comes this many times as late as `unreachable`: 8 s at the earliest. Leases stand on it, routing does not. */
export const DEAD_FACTOR = 4

/** A local-health score of this many points: at the worst every deadline is eight times as long (Lifeguard). */
export const MAX_AWARENESS = 7
/** A step that comes this much too late, ms: the machine stood still and has watched nobody meanwhile. */
export const STALL_MS = 500
/** An event loop that lags this much, ms, is one point of ill health. */
export const LAG_POINT_MS = 250

/** How often news is passed on, to how many, and how often each piece: factor · ⌈log10(n + 1)⌉ times. */
export const GOSSIP_MS = 200
export const GOSSIP_FANOUT = 3
export const RETRANSMIT_FACTOR = 4
/** What was heard from a member itself within this time outweighs what others say of it, ms. */
export const FRESH_MS = 2500

/** Views that differ for this long, ms, are exchanged whole; with one peer no more often than `SYNC_PAUSE_MS`. */
export const DIFFERS_MS = 600
export const SYNC_PAUSE_MS = 2000
/** A peer that knows nobody asks its seeds this often at first, ms, and at last. */
export const JOIN_MIN_MS = 500
export const JOIN_MAX_MS = 10_000
/** Who knows others asks the seeds at which nobody is known this often, ms. */
export const SEEK_MS = 5000
/** One member that is dead is tried each so often, ms, for ever: a partition of any length heals. */
export const RETRY_MS = 1000
/** A leaver says so this many times before it goes. */
export const FAREWELLS = 3

/** Payload of one datagram before sealing, bytes: with the seal's 34 below the 1,232 that every IPv6 path carries. */
export const MAX_DATAGRAM_BYTES = 1166
/** Zone, versions, hosts, load, as JSON; passed on with every claim of life, bytes. */
export const MAX_METADATA_BYTES = 512
/** `host:port`, characters. */
export const MAX_ADDRESS_CHARS = 255
/** The largest membership; a claim about one more is dropped and counted. */
export const MAX_MEMBERS = 500
/** Probes on behalf of others at once; more are left unanswered, which their senders survive. */
export const MAX_RELAYS = 256
/** One message of a stream: every member at its largest. */
export const MAX_STREAM_BYTES = MAX_MEMBERS * 1024
