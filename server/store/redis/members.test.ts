// Several peers on one real Redis.

import { after, before } from 'node:test'
import { membersSuite } from '../../../tests/support/members-suite.ts'
import { RedisServer, redisStore } from '../../../tests/support/redis.ts'

let server: RedisServer
before(async () => {
  server = await RedisServer.start()
})
after(() => server[Symbol.asyncDispose]())

membersSuite(redisStore(() => server))
