// The suite of all stores against a real Redis.

import { after, before } from 'node:test'
import { RedisServer } from '../../../tests/support/redis.ts'
import { quietLog } from '../../../tests/support/rows.ts'
import { longSpans, storeSuite } from '../../../tests/support/store-suite.ts'
import type { StoreUnderTest } from '../../../tests/support/stores.ts'
import { parseStore } from '../address.ts'
import { openRedisStore } from './open.ts'
import { connectionOptions } from './options.ts'

let server: RedisServer
let made = 0

before(async () => {
  server = await RedisServer.start()
})

after(() => server[Symbol.asyncDispose]())

const redis: StoreUnderTest = {
  name: 'redis',
  async make() {
    made++
    const address = parseStore(server.url(`?name=test-${made}`))
    if (address.kind !== 'redis') throw new Error('another kind')
    return {
      open: () => openRedisStore({ connection: () => connectionOptions(address), log: quietLog }),
      async [Symbol.asyncDispose]() {},
    }
  },
}

storeSuite(redis)
longSpans(redis)
