// How V8 shall size the young half of its heap, for the processes that carry streams. A buffer's bytes live outside
// the heap, and V8 answers 64 MB of them since the last full collection with the next one (15 ms each, four a second
// under one flood), unless a young collection has freed them first. In a small young half those come in time.
// Measured beside Node's default of 16 MB under one flood: 34 MB/s in place of 26, the peer's CPU a third less, and
// the echo in another space within 5 to 13 ms (p99) in place of 22. At 4 MB full collections come back.

/** Of agents and gateways: at 2 MB an upload of 300 MB by ssh brings the agent 47 full collections in place of 5. */
export const STREAMING_HEAP_FLAG = '--max-semi-space-size=1'

/**
 * Of peers. At 1 MB requests that are under way are copied again and again, and a third of what a small request to an app
 * costs is collections; at 2 MB a fifth. Floods, downloads and uploads bring no full collection at either, at 4 MB 30.
 * What it costs: beside other work a young collection under a flood took 2 to 3 ms in the middle, and 0.6 at 1 MB, where a
 * request to an app takes a tenth more of the peer.
 */
export const PEER_HEAP_FLAG = '--max-semi-space-size=2'

/**
 * Of peers too: a young collection by one thread. At these sizes there is little to share, and to wake helpers for it took
 * 0.3 of the 2.3 s of processor of a start with 100,000 records, on two cores. Not of gateways: a download by ssh went from
 * 0.45 of sshd's speed to 0.39.
 */
export const ONE_COLLECTOR_FLAG = '--no-parallel-scavenge'
