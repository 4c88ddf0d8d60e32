import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { WebSocket } from 'ws'
import { amount } from '../../tests/support/amount.ts'
import type { Client } from '../../tests/support/http/client.ts'
import { opened, TestSocket } from '../../tests/support/http/socket.ts'
import { World } from '../../tests/support/http/world.ts'
import { MAX_SOCKETS_PER_SESSION } from './sockets.ts'
import { MAX_MESSAGE_BYTES } from './upgrade.ts'

const FRAGMENTS = amount({ usual: 25_000, whole: 100_000 })

let world: World
let client: Client
let port: number
before(async () => {
  world = await World.open()
  client = await world.setUp()
  port = await world.listen()
})
after(() => world.close())

test('a message over the limit ends its socket and nobody else’s', async () => {
  const other = await opened(port, '/live', { cookie: client.cookie })
  const socket = await opened(port, '/live', { cookie: client.cookie })
  socket.socket.send(Buffer.alloc(MAX_MESSAGE_BYTES + 1))
  await socket.until(({ closed }) => closed === 1009, 'the close')
  assert.equal(other.closed, undefined)
  other.close()
})

test(`a message in ${FRAGMENTS} fragments is refused or taken, and costs only its sender`, async () => {
  const socket = await opened(port, '/live', { cookie: client.cookie })
  for (let i = 0; i < FRAGMENTS; i++) socket.socket.send('x', { fin: false })
  assert.equal((await client.get('/me')).status, 200)
  socket.close()
})

test('compression and subprotocols are offered in vain', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/live`, ['a', 'b'], {
    headers: { cookie: client.cookie, origin: `http://127.0.0.1:${port}` },
    perMessageDeflate: true,
  })
  // A client that asked for subprotocols and got none gives up by itself.
  const error = await new Promise<Error>((resolve) => socket.on('error', resolve))
  assert.match(error.message, /no subprotocol/)
  assert.equal(socket.extensions, '')
})

const heads: [string, string, number][] = [
  ['an absolute request line for another host', 'GET http://evil.example/api/v1/live', 421],
  ['an encoded path that is not decodable', 'GET /api/v1/%ff', 404],
  ['a path with two slashes', 'GET //evil.example/api/v1/live', 404],
  ['another method', 'POST /api/v1/live', 404],
]
for (const [what, line, status] of heads) {
  test(`an upgrade with ${what} is refused in plain HTTP`, async () => {
    const socket = connect(port, '127.0.0.1')
    const own = `127.0.0.1:${port}`
    const headers = [
      `Host: ${own}`,
      `Origin: http://${own}`,
      `Cookie: ${client.cookie}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ]
    socket.write(`${line} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`)
    const answer = await text(socket)
    assert.equal(Number(answer.split(' ')[1]), status, answer)
    assert.match(answer, /"code":/)
  })
}

test('a session has a bounded number of sockets, and a closed one makes room', async () => {
  const sockets = await Promise.all(
    Array.from({ length: MAX_SOCKETS_PER_SESSION }, () =>
      opened(port, '/live', { cookie: client.cookie }),
    ),
  )
  assert.equal(await TestSocket.open(port, '/live', { cookie: client.cookie }), 429)
  const [first] = sockets
  first?.socket.close()
  await first?.until(({ closed }) => closed !== undefined, 'the close')
  const again = await opened(port, '/live', { cookie: client.cookie })
  for (const socket of [...sockets, again]) socket.close()
})
