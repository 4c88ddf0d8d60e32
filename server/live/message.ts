// What two peers say to each other of Live. Only the frame is checked here; each value by its topic's rule, so that one
// that is wrong costs the others nothing.

import { z } from 'zod'

/** Budget of one message, bytes: a value or two past it, so that a long list goes out in pieces. */
export const MESSAGE_BUDGET_BYTES = 128 * 1024
/** One value as JSON, bytes: above the longest line that an agent may report (64 kB), with what is around it. */
export const MAX_VALUE_BYTES = 80 * 1024
/** The largest message that is taken: a full budget and the largest value after it. */
export const MAX_MESSAGE_BYTES = MESSAGE_BUDGET_BYTES + 2 * MAX_VALUE_BYTES
/** Keys whose usage one peer may ask of another: above the spaces that all its tabs show. */
export const MAX_WANTED = 2000
export const MAX_KEY_CHARS = 64

const count = z.int().nonnegative()
const key = z.string().min(1).max(MAX_KEY_CHARS)
const topic = z.string().max(32)

/** topic, key, number of this value with its publisher, ms to live, epoch of the thing, since when (wall ms), value. */
const setSchema = z.tuple([topic, key, count, count, count, z.number(), z.unknown()])

export const liveMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('news'),
    /** Of this line, from 1: one that is missing is a fault of the sender's. */
    number: count,
    set: z.array(setSchema),
    /** Values that are as they were, by their number, and ms to live. */
    kept: z.array(z.tuple([count, count])),
    gone: z.array(z.tuple([topic, key])),
    /** All has been said by now; what an earlier line said and this did not is gone. */
    isWhole: z.boolean(),
  }),
  /** Spaces whose usage is looked at here, all of them. */
  z.object({ type: z.literal('want'), usage: z.array(key).max(MAX_WANTED) }),
])
export type LiveMessage = z.infer<typeof liveMessageSchema>
export type LiveNews = Extract<LiveMessage, { type: 'news' }>

const TYPES = new Set<unknown>(liveMessageSchema.options.map(({ shape }) => shape.type.value))
const namedSchema = z.object({ type: z.string().max(32) })

/** Undefined for what is none; `unknown` for a message of a newer version, which is passed over. */
export function parseLiveMessage(bytes: Buffer): LiveMessage | 'unknown' | undefined {
  try {
    const said: unknown = JSON.parse(bytes.toString())
    const type = namedSchema.safeParse(said).data?.type
    if (type !== undefined && !TYPES.has(type)) return 'unknown'
    return liveMessageSchema.safeParse(said).data
  } catch {
    return undefined
  }
}
