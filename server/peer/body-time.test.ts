import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { eventually } from '../../tests/support/eventually.ts'
import { limitBodies } from './body-time.ts'

const TIMES = { wholeMs: 300, idleMs: 1000 }
const server = createServer({ requestTimeout: 0 }, (request, response) => {
  request.resume()
  request.once('end', () => response.end('taken'))
})
let port = 0
const open = new Set<Socket>()

before(async () => {
  limitBodies(server, { ...TIMES, isUpload: ({ method }) => method === 'PUT' })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  port = typeof address === 'object' && address ? address.port : 0
})
after(() => {
  for (const socket of open) socket.destroy()
  server.close()
})

/** Sends the head and then one byte each so often; what came back when the connection ended or the body was whole. */
async function trickle(method: string, bytes: number, everyMs: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  open.add(socket)
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk
  })
  socket.on('error', () => undefined)
  socket.write(`${method} / HTTP/1.1\r\nhost: x\r\ncontent-length: ${bytes}\r\n\r\n`)
  let sent = 0
  const timer = setInterval(() => {
    if (sent++ < bytes) socket.write('x')
  }, everyMs)
  await eventually(() => answer !== '' || socket.closed, { timeoutMs: 10_000, what: 'an end' })
  clearInterval(timer)
  return answer.split('\r\n')[0] ?? ''
}

test('an upload goes on as long as its bytes come, and no other body does', async () => {
  assert.equal(await trickle('PUT', 20, 40), 'HTTP/1.1 200 OK')
  assert.equal(await trickle('POST', 1000, 25), 'HTTP/1.1 408 Request Timeout')
})

test('an upload that stands still is ended', async () => {
  assert.equal(await trickle('PUT', 10, 60_000), 'HTTP/1.1 408 Request Timeout')
})
