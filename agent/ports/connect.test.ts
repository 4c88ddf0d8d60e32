import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { servedPair } from '../../tests/agent/served-pair.ts'
import { serveTcp, serveUnix } from './connect.ts'

async function listen(
  onSocket: (socket: Socket) => void,
  at: { port: number; host: string } | { path: string },
): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, onSocket).listen(at)
  await once(server, 'listening')
  return server
}

function tcp(port: number) {
  const open = { kind: 'tcp' as const, port }
  const { served, peer } = servedPair(open)
  return { peer, done: serveTcp(served, open) }
}

const portOf = (server: Server) => (server.address() as { port: number }).port
const coded = (code: string) => (error: unknown) =>
  error instanceof SkeinError && error.code === code

test('bytes go both ways, and either side may end first', async () => {
  for (const host of ['127.0.0.1', '::1']) {
    await using server = await listen((socket) => socket.pipe(socket), { port: 0, host })
    const { peer, done } = tcp(portOf(server))
    const bytes = randomBytes(5_000_000)
    peer.duplex.end(bytes)
    assert.deepEqual(await buffer(peer.duplex), bytes)
    assert.deepEqual(await peer.finished, { ok: true })
    await done
  }
})

test('a port that nothing listens on is refused by name', async () => {
  const server = await listen(() => undefined, { port: 0, host: '127.0.0.1' })
  const port = portOf(server)
  server.close()
  await once(server, 'close')
  await assert.rejects(tcp(port).done, coded('nothing_listens'))
})

test('a program that resets its connection ends the stream as not ok', async () => {
  await using server = await listen(
    (socket) => socket.once('data', () => socket.resetAndDestroy()),
    {
      port: 0,
      host: '127.0.0.1',
    },
  )
  const { peer, done } = tcp(portOf(server))
  peer.duplex.resume().write('hello')
  assert.deepEqual(await peer.finished, { ok: false })
  await done
})

test('a lost stream closes the connection to the program', async () => {
  const closed = Promise.withResolvers<void>()
  await using server = await listen(
    (socket) =>
      socket
        .resume()
        .on('close', () => closed.resolve())
        .on('end', () => socket.end()),
    {
      port: 0,
      host: '127.0.0.1',
    },
  )
  const { peer, done } = tcp(portOf(server))
  await peer.opened
  peer.duplex.destroy()
  await Promise.all([closed.promise, done])
})

test('a unix socket is reached, and a missing one is refused', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'skein-agent-'))
  const file = path.join(folder, 's')
  {
    await using server = await listen((socket) => socket.pipe(socket), { path: file })
    assert.ok(server.listening)
    const { served, peer } = servedPair({ kind: 'unix', path: file })
    const done = serveUnix(served, { kind: 'unix', path: file })
    peer.duplex.end('hello')
    assert.equal((await buffer(peer.duplex)).toString(), 'hello')
    await done
  }
  for (const missing of [file, 'relative/path']) {
    const { served } = servedPair({ kind: 'unix', path: missing })
    await assert.rejects(serveUnix(served, { kind: 'unix', path: missing }), coded('path_missing'))
  }
  await rm(folder, { recursive: true })
})
