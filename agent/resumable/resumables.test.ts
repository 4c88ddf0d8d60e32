import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { test } from 'node:test'
import { encodeAt, encodeJson, NumberedType } from '#protocol/numbered/frames.ts'
import { ManualClock } from '../../tests/agent/manual-clock.ts'
import { servedPair } from '../../tests/agent/served-pair.ts'
import { amount } from '../../tests/support/amount.ts'
import { eventually, stands } from '../../tests/support/eventually.ts'
import { openFar, type To } from './far.ts'
import { Resumables } from './resumables.ts'
import { KEEP_MS } from './resumed.ts'
import { Resuming } from './testing/resuming.ts'

const noSsh = () => Promise.reject(new Error('no SSH here'))

class Desk {
  readonly clock = new ManualClock()
  readonly resumables: Resumables

  constructor(limit?: number) {
    this.resumables = new Resumables({ clock: this.clock, ...(limit ? { limit } : {}) })
  }

  readonly open = (to: To, options: ConstructorParameters<typeof Resuming>[2] = {}) =>
    new Resuming(
      to,
      (stream) =>
        this.resumables.serve(stream, { kind: 'resumable', to }, () => openFar(to, noSsh)),
      options,
    )
}

async function listen(onSocket: (socket: Socket) => void): Promise<Server & { port: number }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    onSocket(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(server, { port: (server.address() as { port: number }).port })
}

const tcp = (port: number) => ({ type: 'tcp', port }) as const
const soon = { timeoutMs: 15_000 }

test('bytes go both ways exactly, however often the connection is cut', async () => {
  await using server = await listen((socket) => socket.pipe(socket))
  const desk = new Desk()
  const client = desk.open(tcp(server.port))
  const bytes = randomBytes(5_000_000)
  const got: Buffer[] = []
  let gotBytes = 0
  client.onOutput = (piece, consumed) => {
    got.push(Buffer.from(piece))
    gotBytes += piece.length
    consumed()
    if (gotBytes > client.connections * 300_000) setImmediate(() => client.reconnect())
  }
  let sent = 0
  const write = () => {
    while (sent < bytes.length && !client.client.isFull) {
      client.write(bytes.subarray(sent, sent + 30_000))
      sent = Math.min(bytes.length, sent + 30_000)
    }
    if (sent === bytes.length) client.end()
    else client.onRoom = write
  }
  client.connect()
  write()
  assert.equal(await client.fin.promise, true)
  assert.ok(client.connections > 5, `${client.connections} connections`)
  assert.ok(Buffer.concat(got).equals(bytes))
  await eventually(() => desk.resumables.count === 0, { ...soon, what: 'the end' })
})

test('what is written while nobody is there comes later, and the end after it', async () => {
  const sockets: Socket[] = []
  await using server = await listen((socket) => sockets.push(socket))
  const desk = new Desk()
  const client = desk.open(tcp(server.port))
  let got = ''
  client.onOutput = (bytes, consumed) => {
    got += Buffer.from(bytes)
    consumed()
  }
  client.connect()
  await eventually(() => sockets.length === 1 && client.attachments === 1, {
    ...soon,
    what: 'a socket',
  })
  client.cut()
  sockets[0]?.end('while you were away')
  client.connect()
  assert.equal(await client.fin.promise, true)
  assert.equal(got, 'while you were away')
  client.end()
  await eventually(() => desk.resumables.count === 0, { ...soon, what: 'the end' })
})

test('a program that writes to nobody waits when 1 MB is kept, and nothing is lost', async () => {
  let written = 0
  const bytes = amount({ usual: 30_000_000, whole: 60_000_000 })
  await using server = await listen((socket) => {
    const write = () => {
      while (written < bytes && socket.write(Buffer.alloc(50_000, 'x'))) written += 50_000
      written += 50_000
      if (written < bytes) socket.once('drain', write)
      else socket.end()
    }
    write()
  })
  const desk = new Desk()
  const client = desk.open(tcp(server.port))
  let got = 0
  client.onOutput = (piece, consumed) => {
    got += piece.length
    consumed()
    if (client.connections === 1) client.cut()
  }
  client.connect()
  await eventually(() => got > 0, { ...soon, what: 'the first bytes' })
  await stands(() => written, { ...soon, stillMs: 100, what: 'a program that waits' })
  // The kernel keeps some megabytes on the way.
  assert.ok(written < bytes, 'it waits')
  client.connect()
  assert.equal(await client.fin.promise, true)
  assert.ok(got >= bytes, `${got} bytes`)
  client.end()
})

test('a client that takes nothing is sent no more than its acks allow', async () => {
  await using server = await listen((socket) => {
    const write = () => {
      while (!socket.destroyed && socket.write(Buffer.alloc(50_000)));
    }
    socket.on('drain', write)
    write()
  })
  const desk = new Desk()
  const client = desk.open(tcp(server.port))
  let got = 0
  client.onOutput = (bytes) => {
    got += bytes.length
  }
  client.connect()
  await eventually(() => got >= 1024 * 1024, { ...soon, what: 'a megabyte' })
  await stands(() => got, { ...soon, stillMs: 100, what: 'a program that waits' })
  assert.ok(got < 1.2 * 1024 * 1024, `${got} bytes`)
  client.cancel()
  await eventually(() => desk.resumables.count === 0, { ...soon, what: 'the end' })
})

test('after ten minutes away it is gone, and the client is told', async () => {
  let isClosed = false
  await using server = await listen((socket) => {
    socket.resume().on('close', () => {
      isClosed = true
    })
    socket.on('end', () => socket.end())
  })
  const desk = new Desk()
  const client = desk.open(tcp(server.port))
  client.connect()
  await eventually(() => client.attachments === 1, { ...soon, what: 'the first answer' })
  client.cut()
  client.write(Buffer.from('lost'))
  await eventually(() => desk.clock.waitsMs.includes(KEEP_MS), { ...soon, what: 'the wait' })
  desk.clock.advance(KEEP_MS - 1)
  assert.equal(desk.resumables.count, 1)
  desk.clock.advance(1)
  await eventually(() => isClosed && desk.resumables.count === 0, { ...soon, what: 'the end' })
  client.connect()
  assert.equal(await client.gone.promise, 4)
})

test('a client that is there is not given up, and a second connection takes the first’s place', async () => {
  await using server = await listen((socket) => socket.pipe(socket))
  const desk = new Desk()
  const client = desk.open(tcp(server.port), { name: 'n', client: 'c' })
  client.connect()
  await eventually(() => client.attachments === 1, { ...soon, what: 'the first answer' })
  desk.clock.advance(KEEP_MS * 2)
  client.connect()
  await eventually(() => client.attachments === 2, { ...soon, what: 'the second answer' })
  let got = ''
  client.onOutput = (bytes) => {
    got += Buffer.from(bytes)
  }
  client.write(Buffer.from('still here'))
  await eventually(() => got === 'still here', { ...soon, what: 'the echo' })
  assert.equal(desk.resumables.count, 1)
  client.cancel()
})

test('nobody resumes what is another’s', async () => {
  await using server = await listen((socket) => socket.pipe(socket))
  const desk = new Desk()
  const owner = desk.open(tcp(server.port), { name: 'n', client: 'c' })
  owner.connect()
  await eventually(() => owner.attachments === 1, { ...soon, what: 'the first answer' })
  const stranger = desk.open(tcp(server.port), { name: 'n', client: 'other' })
  stranger.connect()
  assert.equal((await stranger.error.promise).code, 'conflict')
  const elsewhere = desk.open({ type: 'udp', port: 9 }, { name: 'n', client: 'c' })
  elsewhere.connect()
  assert.equal((await elsewhere.error.promise).code, 'conflict')
  const actor = { kind: 'user', id: 'another', name: 'another' } as const
  const other = desk.open(tcp(server.port), { name: 'n', client: 'c', actor })
  other.connect()
  await eventually(() => other.attachments === 1, { ...soon, what: 'their own' })
  assert.equal(desk.resumables.count, 2)
  desk.resumables.close()
})

test('what cannot be opened is told with its code, and is not kept', async () => {
  const server = await listen(() => undefined)
  const { port } = server
  server.close()
  await once(server, 'close')
  const desk = new Desk()
  const client = desk.open(tcp(port))
  client.connect()
  assert.equal((await client.error.promise).code, 'nothing_listens')
  assert.equal(desk.resumables.count, 0)
})

test('past the limit one’s own that was left longest ago gives way, and never another’s', async () => {
  await using server = await listen((socket) => socket.pipe(socket))
  const desk = new Desk(2)
  const [first, second, third] = Array.from({ length: 3 }, () => desk.open(tcp(server.port)))
  assert.ok(first && second && third)
  for (const client of [first, second]) {
    client.connect()
    await eventually(() => client.attachments === 1, { ...soon, what: 'an answer' })
  }
  third.connect()
  assert.equal((await third.error.promise).code, 'too_many_streams')
  first.cut()
  await eventually(() => desk.clock.waitsMs.length > 0, { ...soon, what: 'the wait' })
  const actor = { kind: 'user', id: 'another', name: 'another' } as const
  const stranger = desk.open(tcp(server.port), { actor })
  stranger.connect()
  assert.equal((await stranger.error.promise).code, 'too_many_streams')
  const fourth = desk.open(tcp(server.port))
  fourth.connect()
  await eventually(() => fourth.attachments === 1, { ...soon, what: 'a place' })
  first.connect()
  assert.equal(await first.gone.promise, 0)
  desk.resumables.close()
})

test('a program that resets its connection is told as broken', async () => {
  await using server = await listen((socket) => socket.once('data', () => socket.resetAndDestroy()))
  const desk = new Desk()
  const client = desk.open(tcp(server.port))
  client.connect()
  client.write(Buffer.from('x'))
  assert.equal(await client.fin.promise, false)
  client.end()
  await eventually(() => desk.resumables.count === 0, { ...soon, what: 'the end' })
})

test('datagrams keep their limits both ways', async () => {
  const socket = createSocket('udp4')
  socket.on('message', (bytes, from) => {
    socket.send(Buffer.concat([Buffer.from('echo '), bytes]), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const desk = new Desk()
  const client = desk.open({ type: 'udp', port: socket.address().port })
  let got = Buffer.alloc(0)
  client.onOutput = (bytes, consumed) => {
    got = Buffer.concat([got, bytes])
    consumed()
  }
  client.connect()
  client.write(Buffer.from('\0\x03one\0'))
  client.write(Buffer.from('\x03two'))
  await eventually(() => got.length === 20, { ...soon, what: 'both answers' })
  assert.equal(got.toString(), '\0\x08echo one\0\x08echo two')
  client.end()
  assert.equal(await client.fin.promise, true)
  await eventually(() => desk.resumables.count === 0, { ...soon, what: 'the end' })
  socket.close()
})

const attach = { stream: 's', client: 'c', sent: 0 }
const hostile: readonly [string, Uint8Array[]][] = [
  ['no attach first', [encodeAt(NumberedType.in, 0, Buffer.from('x'))]],
  ['an attach of no known form', [encodeJson(NumberedType.attach, { stream: '' })]],
  ['a position that never was', [encodeJson(NumberedType.attach, { ...attach, seen: 5 })]],
  [
    'a gap',
    [encodeJson(NumberedType.attach, attach), encodeAt(NumberedType.in, 9, Buffer.from('x'))],
  ],
  [
    'an ack of what was not sent',
    [encodeJson(NumberedType.attach, attach), encodeAt(NumberedType.ackOut, 1e6)],
  ],
  [
    'a frame of the other side',
    [encodeJson(NumberedType.attach, attach), encodeAt(NumberedType.out, 0)],
  ],
  ['a frame of no type', [Buffer.from([99, 0, 0, 0, 0])]],
  ['a frame that is too long', [Buffer.from([3, 255, 255, 255, 255])]],
]

for (const [what, frames] of hostile) {
  test(`${what} ends the connection, and others are served`, async () => {
    await using server = await listen((socket) => socket.pipe(socket))
    const desk = new Desk()
    const to = tcp(server.port)
    const { served, peer } = servedPair({ kind: 'resumable', to })
    const open = { kind: 'resumable', to } as const
    const done = desk.resumables.serve(served, open, () => openFar(to, noSsh))
    peer.duplex.resume()
    for (const frame of frames) peer.duplex.write(frame)
    const fin = await peer.finished
    if (what !== 'a position that never was') assert.equal(fin.error?.code, 'frame_invalid')
    peer.fin({ ok: true })
    await done
    const other = desk.open(to)
    other.connect()
    await eventually(() => other.attachments === 1, { ...soon, what: 'an answer' })
    desk.resumables.close()
  })
}
