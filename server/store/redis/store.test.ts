// What every store keeps and refuses, and several peers on one, by a real Redis.

import { after, before } from 'node:test'
import { membersSuite } from '../../../tests/support/members-suite.ts'
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
membersSuite(redis)
