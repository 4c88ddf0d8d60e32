import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { Trunk } from '../../link/trunk/trunk.ts'
import { servedPair } from '../../tests/agent/served-pair.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { servePorts } from './trunk.ts'

const SOON = { timeoutMs: 5000 }

async function serve(onSocket: (socket: Socket) => void) {
  const server = createServer({ allowHalfOpen: true }, onSocket).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const open = { kind: 'ports' as const, port }
  const { served, peer } = servedPair(open)
  const done = servePorts(served, open)
  const stream = { ...peer, abort: (reason?: Error) => void peer.duplex.destroy(reason) }
  return { server, done, trunk: new Trunk(stream) }
}

async function lineOf(trunk: Trunk) {
  const { line, opened } = trunk.open()
  await opened
  const ear = { bytes: 0, chunks: [] as Buffer[], isEnded: false, isClosed: false }
  line.attach({
    data: (bytes) => {
      ear.bytes += bytes.length
      ear.chunks.push(bytes)
    },
    drained: () => undefined,
    ended: () => {
      ear.isEnded = true
    },
    closed: () => {
      ear.isClosed = true
    },
  })
  return { line, ear }
}

test('each line is a connection of its own to the port, and carries megabytes both ways', async () => {
  const sockets = new Set<Socket>()
  const { server, trunk, done } = await serve((socket) => {
    sockets.add(socket)
    socket.pipe(socket)
  })
  const lines = await Promise.all([lineOf(trunk), lineOf(trunk), lineOf(trunk)])
  const sent = lines.map(() => randomBytes(3_000_000))
  for (const [i, { line }] of lines.entries()) {
    line.write(sent[i] ?? '')
    line.end()
  }
  for (const { ear } of lines) await eventually(() => ear.isClosed, { ...SOON, what: 'the end' })
  for (const [i, { ear }] of lines.entries()) {
    assert.deepEqual(Buffer.concat(ear.chunks), sent[i])
    assert.equal(ear.isEnded, true)
  }
  assert.equal(sockets.size, 3)
  trunk.close()
  await done
  server.close()
})

test('a port where nothing listens refuses the line, and the trunk stands', async () => {
  const { server, trunk } = await serve((socket) => socket.destroy())
  server.close()
  await once(server, 'close')
  await assert.rejects(trunk.open().opened, { code: 'nothing_listens' })
  assert.equal(trunk.ended.aborted, false)
  trunk.close()
})

test('the end of the trunk ends its connections', async () => {
  const closed = Promise.withResolvers<void>()
  const { server, trunk, done } = await serve((socket) => {
    socket.on('error', () => undefined)
    socket.resume().once('end', () => {
      socket.end()
      closed.resolve()
    })
  })
  await lineOf(trunk)
  trunk.close()
  await Promise.all([closed.promise, done])
  server.close()
})
