// How V8 shall collect, for the processes that carry streams, where a collection is somebody's keystroke that waits. A buffer's
// bytes live outside the heap, and a full collection comes as soon as the buffers since the last one are as large as what the
// heap may grow by: a tenth of it, and 8 MB at least. A small young half frees most of them in time.

/**
 * V8's young half, of agents and gateways, MB. Beside Node's default of 16 under one flood: 34 MB/s in place of 26, the peer's
 * processor a third less. At 2 an upload of 300 MB by ssh brings the agent 47 full collections in place of 5.
 */
const STREAMING_YOUNG_MB = 1
/**
 * Of peers. At 1 MB requests that are under way are copied again and again, and a third of what a small request to an app
 * costs is collections; at 2 MB a fifth. Floods, downloads and uploads bring no full collection at either, at 4 MB 30.
 */
const PEER_YOUNG_MB = 2
/**
 * Full collections once the heap or its buffers have doubled. By itself V8 lets them grow by a tenth while collections take
 * little time: a peer with a thousand busy terminals then had one a second, of 40 ms of marking and more beside it. With 200 a
 * relay of bytes comes to half as much again, but one of a thousand terminals takes 109 kB in place of 70, a peer at rest 20 MB more.
 */
const FEWER_FULL = '--heap-growing-percent=100'
/**
 * One thread that helps, to collect and to compile, in place of four: on two cores four stand before whoever carries a keystroke.
 * With the flag above, a key beside a thousand busy terminals is shown within 5 to 7 ms (p99) in place of 15 to 20
 * (`bench -- relay`). A peer takes 8 MB less for it.
 */
const ONE_HELPER = '--v8-pool-size=1'
/**
 * A young collection by one thread, in peers: at that size there is little to share. Not of gateways: a download by ssh went from
 * 0.45 of sshd's speed to 0.39.
 */
const ONE_COLLECTOR = '--no-parallel-scavenge'

const young = (megabytes: number) => `--max-semi-space-size=${megabytes}`

/** For `node`, before its program. */
export const AGENT_FLAGS: readonly string[] = [young(STREAMING_YOUNG_MB), FEWER_FULL, ONE_HELPER]
export const GATEWAY_FLAGS: readonly string[] = AGENT_FLAGS
export const PEER_FLAGS: readonly string[] = [
  young(PEER_YOUNG_MB),
  FEWER_FULL,
  ONE_HELPER,
  ONE_COLLECTOR,
]
