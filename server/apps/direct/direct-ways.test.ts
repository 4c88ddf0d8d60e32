// The direct way over real sockets on loopback, which stands for the space's network here, with an engine that says what
// the test says: above all that nobody but the space itself ever gets a byte.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { TestClock } from '../../../tests/support/clock.ts'
import { eventually } from '../../../tests/support/eventually.ts'
import type { SpaceAddress } from '../../spaces/address.ts'
import { DIAL_MS, DirectWays } from './direct-ways.ts'
import { FIRST_DOUBT_MS } from './doubts.ts'
import { MAX_OF_SPACE } from './near-space.ts'
import type { SocketCarrier } from './socket-carrier.ts'

const SPACE = newId<'space'>()
const EPOCH = 3
const HERE: SpaceAddress = { address: '127.0.0.1', gateway: '127.0.0.1', hold: 'container one' }

let app: Server
let port = 0
const sockets = new Set<Socket>()
/** What came to the app, of all connections. */
let heard = ''

before(async () => {
  app = createServer({ allowHalfOpen: false }, (socket) => {
    sockets.add(socket)
    socket.on('data', (bytes) => {
      heard += bytes.toString()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  }).listen(0, '127.0.0.1')
  await once(app, 'listening')
  const address = app.address()
  port = typeof address === 'object' && address ? address.port : 0
})
beforeEach(() => {
  heard = ''
  for (const socket of sockets) socket.destroy()
})
after(() => {
  for (const socket of sockets) socket.destroy()
  app.close()
})

function stage() {
  const it = {
    clock: new TestClock(),
    link: new AbortController(),
    hasLink: true,
    epoch: EPOCH,
    runtime: { state: 'running', epoch: EPOCH },
    listens: [{ port, address: '0.0.0.0' }],
    asked: 0,
    locate: async (): Promise<SpaceAddress | undefined> => HERE,
  }
  const links = new Map<AbortSignal, { identity: { epoch: number }; ended: AbortSignal }>()
  const linkOf = () => {
    const { signal } = it.link
    const link = links.get(signal) ?? { identity: { epoch: it.epoch }, ended: signal }
    links.set(signal, link)
    return it.hasLink && !signal.aborted ? link : undefined
  }
  const source = {
    linkOf,
    locate: () => {
      it.asked++
      return it.locate()
    },
  }
  const records = { get: () => ({ groups: { runtime: it.runtime } }) as never }
  const live = {
    getOf: (_: string, __: string, epoch: number) =>
      (epoch === it.epoch ? it.listens : undefined) as never,
  }
  return Object.assign(it, { ways: new DirectWays({ source, records, live, clock: it.clock }) })
}

const openIn = (it: ReturnType<typeof stage>): Promise<SocketCarrier | undefined> =>
  it.ways.open(SPACE, port)

/** How it was closed. */
function attach(carrier: SocketCarrier) {
  const seen: { data: string; closed?: Error | undefined; isClosed: boolean } = {
    data: '',
    isClosed: false,
  }
  carrier.attach({
    data: (bytes) => {
      seen.data += bytes.toString()
    },
    drained: () => undefined,
    ended: () => undefined,
    closed: (error) => Object.assign(seen, { closed: error, isClosed: true }),
  })
  return seen
}

const appHas = (count: number) =>
  eventually(() => sockets.size === count, { timeoutMs: 5000, what: `${count} connections` })

test('a port that listens everywhere is dialled from this machine’s address in the space’s network', async () => {
  const it = stage()
  const carrier = await openIn(it)
  assert.ok(carrier)
  const seen = attach(carrier)
  carrier.write('hello')
  await eventually(() => heard === 'hello', { timeoutMs: 5000, what: 'the app to hear' })
  const [socket] = sockets
  assert.equal(socket?.remoteAddress, HERE.gateway)
  socket?.write('and back')
  await eventually(() => seen.data === 'and back', { timeoutMs: 5000, what: 'the answer' })
  assert.equal(it.ways.holds(SPACE, carrier), true)
  it.ways.close()
  await appHas(0)
})

test('whatever is not surely there goes the agent’s way, and nobody is asked', async () => {
  const cases: Record<string, (it: ReturnType<typeof stage>) => unknown> = {
    'a port on loopback': (it) => Object.assign(it, { listens: [{ port, address: '127.0.0.1' }] }),
    'a port on one address': (it) =>
      Object.assign(it, { listens: [{ port, address: '10.1.2.3' }] }),
    'a port that nobody told of': (it) => Object.assign(it, { listens: [] }),
    'an agent that is linked elsewhere': (it) => Object.assign(it, { hasLink: false }),
    'a link of an earlier start': (it) => Object.assign(it, { epoch: EPOCH - 1 }),
    'a space that is being stopped': (it) => Object.assign(it.runtime, { state: 'stopping' }),
    'a space that has started anew': (it) => Object.assign(it.runtime, { epoch: EPOCH + 1 }),
  }
  for (const [name, arrange] of Object.entries(cases)) {
    const it = stage()
    arrange(it)
    assert.equal(await openIn(it), undefined, name)
    assert.equal(it.asked, 0, name)
  }
})

test('an address that has become another’s while it was dialled gets no byte', async () => {
  for (const after of [{ ...HERE, hold: 'container two' }, undefined]) {
    const it = stage()
    it.locate = async () => (it.asked === 1 ? HERE : after)
    assert.equal(await openIn(it), undefined)
    await appHas(0)
    assert.equal(heard, '')
    // What was remembered of it is forgotten: the next asks before it dials.
    await it.clock.advance(FIRST_DOUBT_MS)
    it.locate = async () => undefined
    assert.equal(await openIn(it), undefined)
    assert.equal(it.asked, 3)
  }
})

test('a link that ends while a port is dialled makes the connection worth nothing', async () => {
  const it = stage()
  it.locate = async () => {
    if (it.asked === 2) it.link.abort()
    return HERE
  }
  assert.equal(await openIn(it), undefined)
  await appHas(0)
  assert.equal(heard, '')
})

test('a link that ends takes its direct connections along at once', async () => {
  const it = stage()
  const carrier = await openIn(it)
  assert.ok(carrier)
  const seen = attach(carrier)
  it.link.abort()
  assert.equal(seen.isClosed, true)
  assert.match(String(seen.closed), /connection to the space was lost/)
  assert.equal(it.ways.holds(SPACE, carrier), false)
  carrier.write('for nobody')
  await appHas(0)
  assert.equal(heard, '')
  assert.equal(it.ways.size, 0)
})

test('a space that is recorded to stop gets no further request, whatever its agent’s link does', async () => {
  const it = stage()
  const carrier = await openIn(it)
  assert.ok(carrier)
  const seen = attach(carrier)
  it.runtime.state = 'stopping'
  assert.equal(it.ways.holds(SPACE, carrier), false)
  assert.equal(seen.isClosed, false)
  it.ways.recheck(SPACE)
  assert.equal(seen.isClosed, true)
  await appHas(0)
})

test('an agent that links again is a beginning: the engine is asked anew', async () => {
  const it = stage()
  const first = await openIn(it)
  assert.ok(first)
  it.link.abort()
  it.link = new AbortController()
  const second = await openIn(it)
  assert.ok(second)
  assert.equal(it.ways.holds(SPACE, first), false)
  assert.equal(it.ways.holds(SPACE, second), true)
  assert.equal(it.asked, 4)
  it.ways.close()
})

test('what refuses is left alone for a while, then tried again', async () => {
  const it = stage()
  it.locate = async () => ({ ...HERE, address: '127.0.0.2' })
  assert.equal(await openIn(it), undefined)
  it.locate = async () => HERE
  assert.equal(it.ways.mayOpen(SPACE, port), false)
  assert.equal(await openIn(it), undefined)
  await it.clock.advance(FIRST_DOUBT_MS)
  assert.equal(it.ways.mayOpen(SPACE, port), true)
})

test('a machine that has not the network’s gateway dials nobody', async () => {
  const it = stage()
  it.locate = async () => ({ ...HERE, gateway: '192.0.2.1' })
  assert.equal(await openIn(it), undefined)
  assert.equal(sockets.size, 0)
})

test('an engine that does not answer is waited for a quarter of a second', async () => {
  const it = stage()
  const late = Promise.withResolvers<SpaceAddress>()
  it.locate = () => (it.asked === 1 ? Promise.resolve(HERE) : late.promise)
  const opening = openIn(it)
  await eventually(() => it.asked === 2, { timeoutMs: 5000, what: 'the question' })
  await it.clock.advance(DIAL_MS)
  assert.equal(await opening, undefined)
  // An answer that comes too late makes no connection.
  late.resolve(HERE)
  await appHas(0)
  assert.equal(it.ways.size, 0)
})

test('connections that come at once share the engine’s answers, and have a limit', async () => {
  const it = stage()
  it.locate = async () => {
    await new Promise(setImmediate)
    return HERE
  }
  const wished = Array.from({ length: MAX_OF_SPACE + 20 }, () => openIn(it))
  const carriers = (await Promise.all(wished)).filter((carrier) => carrier !== undefined)
  assert.equal(carriers.length, MAX_OF_SPACE)
  assert.ok(it.asked < MAX_OF_SPACE / 2, `${it.asked} questions`)
  assert.equal(it.ways.size, MAX_OF_SPACE)
  it.ways.close()
  assert.equal(it.ways.size, 0)
  await appHas(0)
})

test('an app that ends each connection has a few of them a second and no more', async () => {
  const it = stage()
  let direct = 0
  for (let i = 0; i < 300; i++) {
    const carrier = await openIn(it)
    carrier?.abort()
    if (carrier) direct++
  }
  assert.equal(direct, 200)
  await it.clock.advance(1000)
  assert.ok(await openIn(it))
  it.ways.close()
})
