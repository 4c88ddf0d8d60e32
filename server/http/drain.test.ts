import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { opened, TestSocket } from '../../tests/support/http/socket.ts'
import { World } from '../../tests/support/http/world.ts'

let world: World
let port: number
before(async () => {
  world = await World.open()
  port = await world.listen()
})
after(() => world.close())

test('a peer that goes says so, sends its tabs elsewhere and takes no new sockets', async () => {
  const client = await world.setUp()
  const headers = { cookie: client.cookie }
  assert.deepEqual((await client.get('//healthz')).status, 404)
  const ready = await world.http.fetch(new Request('http://localhost/readyz'))
  assert.deepEqual(await ready.json(), { ready: true, reasons: [] })
  const socket = await opened(port, '/live', headers)
  world.http.drain()
  await socket.until(({ json }) => json.length === 2, 'the news')
  assert.deepEqual(socket.json[1], { type: 'draining', afterMs: 250 })
  const draining = await world.http.fetch(new Request('http://any.example/readyz'))
  assert.equal(draining.status, 503)
  assert.deepEqual(await draining.json(), { ready: false, reasons: ['draining'] })
  assert.equal(await TestSocket.open(port, '/live', headers), 503)
  assert.equal((await client.get('/me')).status, 200, 'requests are still served')
  const closing = world.http.close()
  await socket.until(({ closed }) => closed === 1001, 'the close')
  await closing
})

test('health is answered to whoever asks', async () => {
  const answer = await world.http.fetch(new Request('http://any.example/healthz'))
  assert.deepEqual(await answer.json(), { ok: true })
})
