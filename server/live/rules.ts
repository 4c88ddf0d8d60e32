// What of Live travels between peers, what a value that came from another may be, and which of two values of one key
// counts. Another peer is checked like everybody: it may be of another version, or not what it says.

import { z } from 'zod'
import { agentReportSchema } from '#protocol/report.ts'
import type { LiveTopic, LiveTopics } from './live.ts'

/**
 * `local`: each peer's own view of the same thing. `shared`: everybody hears of it. `watched`: told only to peers that
 * have asked for that key, since it changes every two seconds for every space.
 */
export type Scope = 'local' | 'shared' | 'watched'

/** A value with what decides between it and another's of the same key. */
export interface Said {
  readonly value: unknown
  /** Of the thing that it speaks of, 0 where that has none. */
  readonly epoch: number
  /** Wall time of the publisher when the value became this one, ms. */
  readonly atMs: number
  readonly peer: string
}

interface Rule<T extends LiveTopic> {
  readonly scope: Scope
  readonly schema: z.ZodType<LiveTopics[T]>
  /** Whether a value is the former one for everybody else. Absent: deep equality. */
  readonly trim?: (value: LiveTopics[T]) => unknown
  /** A value of a higher rank counts, whatever its time. */
  readonly rank?: (value: LiveTopics[T]) => number
  /** The key is the publisher's id: nobody speaks for another. */
  readonly isOfPublisher?: true
}

/** Lines of one peer that are told: as many as a membership's worth. */
export const MAX_LINES = 500

const [hello, ports, services, stats, startup] = agentReportSchema.options
const text = (maxChars: number) => z.string().max(maxChars)
const amount = z.number().nonnegative()
const count = z.int().nonnegative()

/** Names of images that a host tells of: more than a team's templates mention. */
export const MAX_IMAGES = 300
/** So that all of them are one value (message.ts); longer names are not told. */
export const MAX_IMAGE_CHARS = 200

const rules: { readonly [T in LiveTopic]: Rule<T> } = {
  agent: {
    scope: 'shared',
    schema: hello.omit({ type: true }).extend({ linkedAt: amount, roundTripMs: amount.optional() }),
    // It is measured each second and is never twice the same; others need no news of that.
    trim: ({ roundTripMs: _, ...agent }) => agent,
  },
  ports: { scope: 'shared', schema: ports.shape.ports },
  services: { scope: 'shared', schema: services.shape.services },
  startup: { scope: 'shared', schema: startup.omit({ type: true }) },
  usage: { scope: 'watched', schema: stats.omit({ type: true }).extend({ at: amount }) },
  terminals: { scope: 'shared', schema: z.object({ count, at: amount }) },
  progress: {
    scope: 'shared',
    schema: z.object({
      spaceId: z.uuid(),
      done: amount,
      total: amount.optional(),
      unit: z.enum(['bytes', 'steps']),
      log: z.array(text(1000)).max(50).optional(),
    }),
  },
  // Whom a peer sees as what is its own view: membership has told everybody already.
  peer: { scope: 'local', schema: z.never() },
  guesses: { scope: 'shared', schema: z.object({ count }) },
  load: {
    scope: 'shared',
    schema: z.object({ agents: count, terminals: count, cpuPercent: amount, memoryBytes: amount }),
    isOfPublisher: true,
  },
  lines: {
    scope: 'shared',
    schema: z.object({ peers: z.array(z.uuid()).max(MAX_LINES) }),
    isOfPublisher: true,
  },
  duty: {
    scope: 'shared',
    schema: z.object({
      state: z.enum(['serving', 'away', 'restarting']),
      left: count,
      wish: text(64).optional(),
      failed: text(1000).optional(),
    }),
    isOfPublisher: true,
  },
  host: {
    scope: 'shared',
    schema: z.object({
      state: z.enum(['ready', 'unreachable']),
      reason: text(10_000).optional(),
      advice: z.array(text(2000)).max(50),
      since: amount.optional(),
      images: z.array(text(MAX_IMAGE_CHARS)).max(MAX_IMAGES).optional(),
    }),
    // Whoever reaches its engine knows better than whoever does not.
    rank: ({ state }) => (state === 'ready' ? 1 : 0),
  },
}

/** Undefined for a topic of a newer version. */
export function ruleOf(topic: string): Rule<LiveTopic> | undefined {
  return Object.hasOwn(rules, topic) ? (rules[topic as LiveTopic] as Rule<LiveTopic>) : undefined
}

export const scopeOf = (topic: LiveTopic): Scope => rules[topic].scope

/** Whether `a` counts rather than `b`: rank, epoch, time, and at last the peer, so that all choose alike. */
export function outranks(topic: LiveTopic, a: Said, b: Said): boolean {
  const rank = ruleOf(topic)?.rank
  const ahead = rank ? rank(a.value as never) - rank(b.value as never) : 0
  if (ahead !== 0) return ahead > 0
  if (a.epoch !== b.epoch) return a.epoch > b.epoch
  if (a.atMs !== b.atMs) return a.atMs > b.atMs
  return a.peer > b.peer
}
