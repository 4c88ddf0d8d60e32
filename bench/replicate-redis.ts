// What Redis' replication takes for the same records: a primary and two replicas, every write synced.

import { setTimeout as sleep } from 'node:timers/promises'
import { creation } from './records.ts'
import { Redis } from './redis.ts'

/** Between two writes, ms: each is looked at by itself. */
const PAUSE_MS = 5
/** Commands sent without waiting for their answers. */
const IN_LINE = 1000
const LOST_ROUNDS = 5

export interface RedisFigures {
  /** From the acknowledgement until the last replica had it, ms. */
  readonly visibleMs: readonly number[]
  /** Until replicas that were disconnected have what was written meanwhile, s. */
  readonly repairSeconds: readonly number[]
  /** Of the primary with so many records, from its log. */
  readonly startSeconds: number
  readonly usedBytes: number
}

export async function measureRedis(writes: number, records: number): Promise<RedisFigures> {
  const redis = await Redis.start(2)
  try {
    const visibleMs = await visible(redis, writes)
    const repairSeconds = await repair(redis)
    await fill(redis, records)
    const usedBytes = await redis.usedBytes()
    await redis.primary.stop()
    const began = performance.now()
    await redis.primary.start()
    const startSeconds = (performance.now() - began) / 1000
    return { visibleMs, repairSeconds, startSeconds, usedBytes }
  } finally {
    await redis.close()
  }
}

async function visible(redis: Redis, writes: number): Promise<number[]> {
  const samples: number[] = []
  for (let i = 0; i < writes; i++) {
    const key = await redis.write(creation(i))
    const ackMs = performance.now()
    samples.push(Math.max(0, (await redis.visibleMs(key)) - ackMs))
    await sleep(PAUSE_MS)
  }
  return samples
}

async function repair(redis: Redis): Promise<number[]> {
  const samples: number[] = []
  for (let i = 0; i < LOST_ROUNDS; i++) {
    await redis.client.call('CLIENT', 'KILL', 'TYPE', 'replica')
    const key = await redis.write(creation(i))
    const ackMs = performance.now()
    samples.push(((await redis.visibleMs(key)) - ackMs) / 1000)
  }
  return samples
}

async function fill(redis: Redis, records: number): Promise<void> {
  for (let at = 0; at < records; at += IN_LINE) {
    const count = Math.min(IN_LINE, records - at)
    await Promise.all(Array.from({ length: count }, (_, i) => redis.write(creation(at + i))))
  }
  await redis.inStep()
}
