// How V8 shall size the young half of its heap, for the processes that carry streams. A buffer's bytes live outside
// the heap, and V8 answers 64 MB of them since the last full collection with the next one (15 ms each, four a second
// under one flood), unless a young collection has freed them first. In a small young half those come in time: measured
// beside Node's default of 16 MB under one flood, 34 MB/s in place of 26, the peer's CPU a third less, and the echo in
// another space within 5 to 13 ms (p99) in place of 22. In one that is too small, requests that are under way are copied
// again and again: at 1 MB a third of what a small request to an app costs is collections, at 2 MB a fifth. Three floods
// brought the agent one full collection at 2 MB, and eleven at 4 MB.

export const STREAMING_HEAP_FLAG = '--max-semi-space-size=2'
