import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { eventually } from '../../tests/support/eventually.ts'
import { limitAhead, MAX_AHEAD } from './pipelining.ts'

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

async function serve(t: TestContext, answer: (response: ServerResponse) => void) {
  const served: ServerResponse[] = []
  const server = createServer(
    limitAhead((_, response) => {
      served.push(response)
      answer(response)
    }),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close().closeAllConnections())
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => undefined)
  let heard = ''
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1')
  })
  return { served, socket, answers: () => heard.split('HTTP/1.1 200').length - 1 }
}

test('a few requests ahead of their answers are answered, again and again', async (t) => {
  const { socket, answers } = await serve(t, (response) => setImmediate(() => response.end('x')))
  for (let round = 1; round <= 3; round++) {
    socket.write(GET.repeat(MAX_AHEAD))
    const all = () => answers() === round * MAX_AHEAD
    await eventually(all, { timeoutMs: 10_000, what: 'all answers' })
  }
})

test('hundreds of requests in one piece end their connection, and none of them is begun', async (t) => {
  const { served, socket } = await serve(t, () => undefined)
  socket.write(GET.repeat(1000))
  await eventually(() => socket.destroyed, { timeoutMs: 10_000, what: 'the end' })
  assert.equal(served.length, 0)
})

test('a request that is ahead is begun when the one before it is answered', async (t) => {
  const { served, socket, answers } = await serve(t, () => undefined)
  socket.write(GET.repeat(3))
  for (let i = 1; i <= 3; i++) {
    await eventually(() => served.length === i, { timeoutMs: 10_000, what: `request ${i}` })
    served[i - 1]?.end('x')
    await eventually(() => answers() === i, { timeoutMs: 10_000, what: `answer ${i}` })
  }
})

test('a connection on which a few requests are always ahead goes on', async (t) => {
  const { socket, answers } = await serve(t, (response) => setImmediate(() => response.end('x')))
  let sent = 0
  socket.on('data', () => {
    while (sent < 10 * MAX_AHEAD && sent < answers() + 4) {
      socket.write(GET)
      sent++
    }
  })
  socket.write(GET.repeat(4))
  sent = 4
  const all = () => answers() === 10 * MAX_AHEAD
  await eventually(all, { timeoutMs: 10_000, what: 'all answers' })
})

test('the rest of what came in one piece is not even parsed, and the next connection is served', async (t) => {
  let parsed = 0
  const server = createServer(limitAhead(() => undefined))
  server.prependListener('request', () => {
    parsed++
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close().closeAllConnections())
  const { port } = server.address() as AddressInfo
  for (let i = 1; i <= 3; i++) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    socket.write(GET.repeat(2000))
    await eventually(() => socket.destroyed, { timeoutMs: 10_000, what: 'the end' })
    assert.equal(parsed, i * (MAX_AHEAD + 2))
  }
  const honest = connect(port, '127.0.0.1')
  honest.write(GET.repeat(2))
  const all = () => parsed === 3 * (MAX_AHEAD + 2) + 2
  await eventually(all, { timeoutMs: 10_000, what: 'an honest connection' })
  honest.destroy()
})
