// What is true now and need not outlive its publisher: who holds a link, who is attached, usage, progress. What this peer
// publishes the others see, and the other way round (rules.ts says what travels); it ends with whoever published it.

import type { PeerId } from '#protocol/ids.ts'
import type { PeerState } from '../cluster/swim/claim.ts'

export interface LiveTopics {
  /** key: space id. */
  agent: {
    linkedAt: number
    route: string
    failed: readonly { address: string; reason: string }[]
    version: string
    run: string
    roundTripMs?: number
  }
  ports: readonly { port: number; address: string; process?: string }[]
  services: readonly {
    name: string
    state: 'running' | 'backing-off' | 'stopped'
    restarts: number
    lastExit?: string
  }[]
  usage: { at: number; cpuPercent: number; memoryBytes: number; memoryLimitBytes?: number }
  startup: {
    state: 'running' | 'done' | 'failed'
    status?: number
    durationMs?: number
    tail: readonly string[]
  }
  terminals: { count: number; at: number }
  /** key: a timeline step's id. */
  progress: {
    spaceId: string
    done: number
    total?: number
    unit: 'bytes' | 'steps'
    log?: readonly string[]
  }
  /** key: peer id. */
  peer: { state: PeerState }
  /** key: peer id, and letter of the kind with the hash of what was guessed at: how many attempts its buckets have taken lately. */
  guesses: { count: number }
  /** key: peer id; by that peer alone. What all its spaces together do, coarsely. */
  load: { agents: number; terminals: number; cpuPercent: number; memoryBytes: number }
  /** key: peer id; by that peer alone. Other peers to which it has a line. */
  lines: { peers: readonly string[] }
  /** key: peer id; by that peer alone. What it does about what is wanted of it. */
  duty: {
    state: 'serving' | 'away' | 'restarting'
    left: number
    wish?: string
    failed?: string
  }
  /** key: host id. */
  host: {
    state: 'ready' | 'unreachable'
    reason?: string
    advice: readonly string[]
    /** Since when it is in this state, wall time in ms. */
    since?: number
    /** The names of images that it has, with their tags; for placing. */
    images?: readonly string[]
  }
}
export type LiveTopic = keyof LiveTopics

export interface LiveChange<T extends LiveTopic> {
  readonly key: string
  /** Absent when it was withdrawn or expired. */
  readonly value?: LiveTopics[T]
}

/** Reading. */
export interface LiveView {
  get<T extends LiveTopic>(topic: T, key: string): LiveTopics[T] | undefined
  entries<T extends LiveTopic>(topic: T): ReadonlyMap<string, LiveTopics[T]>
  watch<T extends LiveTopic>(
    topic: T,
    options?: { signal?: AbortSignal },
  ): AsyncIterable<LiveChange<T>>
}

/**
 * As a view it is what the whole cluster says, of each key the newest word. A stream goes to an agent whichever peer
 * holds its link (links/hop), so that whoever asks whether there is one asks the whole. `own` is for bookkeeping.
 */
export interface Live extends LiveView {
  readonly own: LiveView
  /** The value that counts, if it is about this start of the thing: another peer may not have heard that one is over. */
  getOf<T extends LiveTopic>(topic: T, key: string, epoch: number): LiveTopics[T] | undefined
  /** The other peers that speak of the key, whose word counts most first. */
  others(topic: LiveTopic, key: string): readonly PeerId[]
  /** `epoch` is that of the thing, where it has one: of two peers that speak of a space, the later start is right. */
  publish<T extends LiveTopic>(
    topic: T,
    key: string,
    value: LiveTopics[T],
    ttlMs: number,
    epoch?: number,
  ): void
  withdraw(topic: LiveTopic, key: string): void
  close(): void
}
