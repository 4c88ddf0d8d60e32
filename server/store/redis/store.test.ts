// What every store keeps and refuses, by a real Redis.

import { after, before } from 'node:test'
import { newsSuite } from '../../../tests/support/news-suite.ts'
import { RedisServer, redisStore } from '../../../tests/support/redis.ts'
import { longSpans, storeSuite } from '../../../tests/support/store-suite.ts'

let server: RedisServer
before(async () => {
  server = await RedisServer.start()
})
after(() => server[Symbol.asyncDispose]())

const redis = redisStore(() => server)
storeSuite(redis)
longSpans(redis)
newsSuite(redis)
