// Everything that holds for requests through the agent holds for those that go to the app directly: the same tests once
// more, by the other way.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppWorld, WAY_VARIABLE } from '../../../tests/support/http/app-world.ts'

process.env[WAY_VARIABLE] = 'direct'
await import('../traffic.test.ts')
await import('../apps.test.ts')
await import('../attacks.test.ts')
await import('../under-way.test.ts')

test('requests go to the app itself, and no agent is asked', async () => {
  const it = await AppWorld.open((_, response) => response.end('here'))
  const cookie = await it.enter(it.owner)
  for (let i = 0; i < 3; i++) assert.equal((await it.get('/', { Cookie: cookie })).body, 'here')
  assert.deepEqual(it.world.streams.opened, [])
  assert.equal(it.sockets.size, 1)
  await it.close()
})

test('whoever may not open a port does not reach the app by this way either', async () => {
  let requests = 0
  const it = await AppWorld.open((_, response) => response.end(String(++requests)))
  assert.equal((await it.get('/')).status, 401)
  assert.equal((await it.get('/', { Cookie: '__Host-skein-app=forged' })).status, 401)
  assert.equal((await it.share('public')).status, 200)
  assert.equal((await it.get('/')).body, '1')
  assert.equal((await it.share('owner')).status, 200)
  assert.equal((await it.get('/')).status, 401)
  assert.equal(requests, 1)
  await it.close()
})
