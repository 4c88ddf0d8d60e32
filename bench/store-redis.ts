// Our rows in Redis beside ioredis alone: a hash for each row with a field for each group, in one MULTI with the number of the last
// commit; the same server, synced at each write.

import type { Redis } from 'ioredis'
import { openRedisStore } from '../server/store/redis/open.ts'
import type { StoredRow } from '../server/store/store.ts'
import { RedisServer, redisAddress } from '../tests/support/redis.ts'
import { quiet } from './records.ts'
import type { BenchRow } from './report.ts'
import { type Alone, measureStore } from './store-measure.ts'

/** Keys of one answer, when all are read. */
const AT_ONCE = 1000

export async function redisRows(): Promise<BenchRow[]> {
  await using server = await RedisServer.start()
  const address = redisAddress(server.url())
  const client = server.client()
  await client.connect()
  try {
    return await measureStore({
      name: 'redis',
      peer: 'ioredis alone',
      open: () => openRedisStore({ address, log: quiet }),
      alone: new AloneRedis(client),
    })
  } finally {
    client.disconnect()
  }
}

class AloneRedis implements Alone {
  readonly #client: Redis
  #commits = 0

  constructor(client: Redis) {
    this.#client = client
  }

  async write(rows: readonly StoredRow[]): Promise<void> {
    const multi = this.#client.multi().set('alone:commits', String(++this.#commits))
    for (const { kind, id, birth, groups } of rows) {
      const fields = groups.map(({ name, body, version }) => {
        const { epoch, hlc, origin, seq } = version
        return [name, `${epoch} ${hlc} ${origin} ${seq} ${body}`]
      })
      const all = { birth: `${birth.origin} ${birth.seq}`, ...Object.fromEntries(fields) }
      multi.hset(`alone:row:${kind}:${id}`, all)
    }
    await multi.exec()
  }

  async readAll(): Promise<number> {
    let read = 0
    const keys = this.#client.scanStream({ match: 'alone:row:*', count: AT_ONCE })
    for await (const some of keys) {
      const pipeline = this.#client.pipeline()
      for (const key of some) pipeline.hgetall(key)
      read += (await pipeline.exec())?.length ?? 0
    }
    return read
  }
}
