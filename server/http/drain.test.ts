import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { newId } from '#protocol/ids.ts'
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

test('a peer that is not alone closes what goes on elsewhere, says where, and leaves the rest', async () => {
  const at = (name: string, isSelf: boolean) => ({
    ...{ id: name, name, url: `https://${name}.example`, isSelf, isThere: true },
  })
  const others = Array.from({ length: 9 }, (_, i) => at(`quite-a-long-name-${i}`, false))
  const two = await World.open({ published: [at('self', true), ...others] })
  const twoPort = await two.listen()
  const client = await two.setUp({ starters: ['shell'] })
  const [template] = two.records.list('template')
  const id = newId()
  await client.post('/spaces', { id, name: 'box', templateId: template?.id })
  const headers = { cookie: client.cookie }
  const paths = ['/live', `/spaces/${id}/terminals/main/attach`, `/spaces/${id}/connect?to=ssh`]
  const resumed = await Promise.all(paths.map((path) => opened(twoPort, path, headers)))
  const program = await opened(twoPort, `/spaces/${id}/exec`, headers)
  const reasons: string[] = []
  for (const { socket } of resumed) socket.on('close', (_, reason) => reasons.push(String(reason)))
  two.http.drain()
  for (const socket of resumed) await socket.until(({ closed }) => closed === 1012, 'the close')
  assert.equal(program.closed, undefined)
  const [reason = ''] = reasons
  assert.match(reason, /^draining https:\/\/quite-a-long-name-0\.example https:/)
  assert.ok(Buffer.byteLength(reason) <= 123)
  program.close()
  await two.close()
})
