import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { arrivalSchema, type Listening, type StreamOpen } from '#protocol/link.ts'
import { servedPair } from '../../tests/agent/served-pair.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { Arrivals } from './arrivals.ts'
import { serveListen } from './listen.ts'

type On = Extract<StreamOpen, { kind: 'listen' }>['on']

class Door {
  readonly arrivals: Arrivals
  readonly peer
  readonly done: Promise<void>
  readonly hidden = new Set<number>()
  lines: string[] = []

  constructor(on: On, arrivals = new Arrivals()) {
    this.arrivals = arrivals
    const open = { kind: 'listen' as const, on }
    const { served, peer } = servedPair(open)
    this.peer = peer
    const ports = {
      hide: (port: number) => {
        this.hidden.add(port)
        return () => void this.hidden.delete(port)
      },
    }
    this.done = serveListen(served, open, { arrivals, ports })
    this.done.catch(() => undefined)
    peer.duplex.on('data', (bytes: Buffer) => {
      this.lines.push(...bytes.toString().split('\n').filter(Boolean))
    })
  }

  async listening(): Promise<Listening> {
    return (await Promise.race([this.peer.opened, this.done])) as Listening
  }

  async arrival() {
    await eventually(() => this.lines.length > 0, { timeoutMs: 5000, what: 'an arrival' })
    return arrivalSchema.parse(JSON.parse(this.lines.shift() ?? ''))
  }

  fetch(id: string, actorId = 'u') {
    const { served, peer } = servedPair({ kind: 'accepted', id })
    const actor = { ...served.actor, id: actorId }
    return { peer, done: this.arrivals.serve({ ...served, actor }, id) }
  }

  async close(): Promise<void> {
    this.peer.fin({ ok: true })
    await this.done
    assert.deepEqual(await this.peer.finished, { ok: true })
  }
}

async function dial(to: { port: number; host?: string } | { path: string }): Promise<Socket> {
  const socket = connect({ ...to, allowHalfOpen: true })
  await once(socket, 'connect')
  return socket
}

const isClosed = (socket: Socket) => once(socket.resume(), 'end')
const localhost = { type: 'tcp', host: 'localhost', port: 0 } as const

test('a connection to a port is told, fetched and carried both ways', async () => {
  const door = new Door(localhost)
  const { port = 0 } = await door.listening()
  for (const host of ['127.0.0.1', '::1']) {
    const socket = await dial({ port, host })
    socket.end('from the program')
    const { id, from } = await door.arrival()
    assert.equal(from?.port, socket.localPort)
    const { peer, done } = door.fetch(id)
    peer.duplex.end('to the program')
    assert.equal((await buffer(peer.duplex)).toString(), 'from the program')
    assert.equal((await buffer(socket)).toString(), 'to the program')
    await done
  }
  await door.close()
})

test('our own port is not told of as the user’s while it is listened on', async () => {
  const door = new Door({ ...localhost, host: '' })
  const { port = 0 } = await door.listening()
  assert.deepEqual([...door.hidden], [port])
  await door.close()
  assert.deepEqual([...door.hidden], [])
  await assert.rejects(dial({ port }), { code: 'ECONNREFUSED' })
})

test('what was fetched lives on when the listening ends, and what waits is closed', async () => {
  const door = new Door(localhost)
  const { port = 0 } = await door.listening()
  const fetched = await dial({ port, host: '127.0.0.1' })
  const { peer } = door.fetch((await door.arrival()).id)
  const waiting = await dial({ port, host: '127.0.0.1' })
  await door.arrival()
  const closed = isClosed(waiting)
  await door.close()
  await closed
  fetched.write('still here')
  const [bytes] = await once(peer.duplex, 'data')
  assert.equal(String(bytes), 'still here')
  fetched.destroy()
  assert.equal(door.arrivals.count, 0)
})

test('a lost stream ends the listening', async () => {
  const door = new Door(localhost)
  const { port = 0 } = await door.listening()
  door.peer.duplex.destroy()
  await door.done
  await assert.rejects(dial({ port, host: '127.0.0.1' }), { code: 'ECONNREFUSED' })
})

test('a unix socket is for the space’s user alone and is gone afterwards', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'skein-listen-'))
  const file = path.join(folder, 's')
  const door = new Door({ type: 'unix', path: file })
  assert.deepEqual(await door.listening(), { path: file })
  await eventually(() => (statSync(file).mode & 0o777) === 0o600, {
    timeoutMs: 5000,
    what: 'its mode',
  })
  const second = new Door({ type: 'unix', path: file })
  await assert.rejects(second.done, { code: 'listen_failed' })
  await door.close()
  await eventually(() => !existsSync(file), { timeoutMs: 5000, what: 'the end of the socket' })
  await rm(folder, { recursive: true })
})

test('a private socket stands in a folder of its own, which goes with it', async () => {
  const door = new Door({ type: 'private' })
  const { path: file = '' } = await door.listening()
  assert.equal(statSync(path.dirname(file)).mode & 0o777, 0o700)
  const socket = await dial({ path: file })
  const { id, from } = await door.arrival()
  assert.equal(from, undefined)
  assert.ok(id)
  socket.destroy()
  await door.close()
  assert.ok(!existsSync(path.dirname(file)))
})

test('what cannot be listened on is refused with the reason', async () => {
  const taken = new Door(localhost)
  const { port = 0 } = await taken.listening()
  for (const on of [
    { ...localhost, port },
    { ...localhost, host: '192.0.2.1' },
    { ...localhost, host: 'a\0b' },
    { type: 'unix', path: 'relative' },
    { type: 'unix', path: '/no/such/folder/s' },
    { type: 'unix', path: '/tmp/a\0b' },
  ] as const) {
    await assert.rejects(new Door(on).done, { code: 'listen_failed' })
  }
  await taken.close()
})

test('a connection that nobody fetches, or not its own actor, is not handed out', async () => {
  const door = new Door(localhost, new Arrivals(200))
  const { port = 0 } = await door.listening()
  const socket = await dial({ port, host: '127.0.0.1' })
  const closed = isClosed(socket)
  const { id } = await door.arrival()
  await assert.rejects(door.fetch(id, 'somebody else').done, { code: 'not_found' })
  await assert.rejects(door.fetch('unknown').done, { code: 'not_found' })
  await closed
  await assert.rejects(door.fetch(id).done, { code: 'not_found' })
  await door.close()
})

test('a program that dials in a loop is stopped at a limit, and others are served', async () => {
  const arrivals = new Arrivals()
  const door = new Door(localhost, arrivals)
  const { port = 0 } = await door.listening()
  const sockets = await Promise.all(
    Array.from({ length: 60 }, () => dial({ port, host: '127.0.0.1' })),
  )
  for (const socket of sockets) socket.on('error', () => undefined).resume()
  await eventually(
    () => sockets.filter(({ readableEnded, destroyed }) => readableEnded || destroyed).length >= 28,
    {
      timeoutMs: 5000,
      what: 'the end of those past the limit',
    },
  )
  assert.equal(arrivals.count, 32)
  const other = new Door(localhost, arrivals)
  const { port: free = 0 } = await other.listening()
  const socket = await dial({ port: free, host: '127.0.0.1' })
  assert.ok((await other.arrival()).id)
  for (const one of [socket, ...sockets]) one.destroy()
  await Promise.all([door.close(), other.close()])
})
