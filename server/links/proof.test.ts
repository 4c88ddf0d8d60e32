// Who is let in: the key alone decides, on both ends, whatever stands between them.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer, request } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type TestContext, test } from 'node:test'
import tls from 'node:tls'
import { formatIdentity, LINK_PATH, UPGRADE_PROTOCOL } from '#protocol/link.ts'
import { dial } from '../../agent/link/dial.ts'
import { linkTls } from '../../link/session.ts'
import { certificate, privateKey } from '../../link/testing/certificate.ts'
import { TestPeer } from '../../link/testing/linked.ts'
import { Relay } from '../../link/testing/relay.ts'
import { TestClock } from '../../tests/support/clock.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { systemClock } from '../clock.ts'
import { HANDSHAKE_TIMEOUT_MS } from './acceptor.ts'
import type { LinksOptions } from './links.ts'

const SWITCHING = `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${UPGRADE_PROTOCOL}\r\n\r\n`

function makePeer(t: TestContext, overrides?: Partial<LinksOptions>): TestPeer {
  const peer = new TestPeer(overrides)
  t.after(() => peer.close())
  return peer
}

function dialOnce(peer: TestPeer, address: string, key = peer.key, epoch = peer.epoch) {
  const lane = 'control' as const
  const identity = formatIdentity({ spaceId: peer.spaceId, epoch, lane, run: 'r1' })
  return dial({ address, key, identity, clock: systemClock, signal: new AbortController().signal })
}

/** The socket of an upgrade that the peer has answered, for whoever comes without our dialler. */
async function upgraded(address: string): Promise<Duplex> {
  const headers = { Connection: 'Upgrade', Upgrade: UPGRADE_PROTOCOL }
  const asked = request(`${address}${LINK_PATH}`, { headers, agent: false }).end()
  const [, raw] = (await once(asked, 'upgrade')) as [unknown, Duplex]
  return raw
}

test('a wrong key is refused, and so is the right key of an earlier start', async (t) => {
  const peer = makePeer(t)
  const address = await peer.listen()
  await assert.rejects(dialOnce(peer, address, randomBytes(32)))
  await assert.rejects(dialOnce(peer, address, peer.key, 0))
  assert.equal(peer.links.has(peer.spaceId), false)
})

test('a dialler that proved its key but does not begin HTTP/2 is no link, and is let go', async (t) => {
  const clock = new TestClock()
  const peer = makePeer(t, { clock })
  const { socket } = await dialOnce(peer, await peer.listen())
  await eventually(() => clock.waiting > 0, { timeoutMs: 2000, what: 'the peer to wait' })
  assert.equal(peer.links.has(peer.spaceId), false)
  const closed = once(socket.resume(), 'close')
  await clock.advance(HANDSHAKE_TIMEOUT_MS)
  await closed
})

test('a client without a key gets no connection, whatever else it shows', async (t) => {
  const peer = makePeer(t)
  const socket = tls.connect({
    ...linkTls,
    socket: await upgraded(await peer.listen()),
    key: privateKey,
    cert: certificate,
    rejectUnauthorized: false,
  })
  const [error] = await once(socket, 'error')
  assert.match(String(error), /alert|disconnected/)
  assert.equal(peer.links.has(peer.spaceId), false)
})

test('an upgrade to something else is refused', async (t) => {
  const peer = makePeer(t)
  const headers = { Connection: 'Upgrade', Upgrade: 'skein-link/9' }
  const asked = request(`${await peer.listen()}${LINK_PATH}`, { headers, agent: false }).end()
  const [response] = await once(asked, 'response')
  assert.equal(response.statusCode, 426)
})

/** Somebody in the middle who ends TLS himself, with a certificate that the agent's machine trusts. */
async function middleman(t: TestContext, onSecure: (socket: tls.TLSSocket) => void) {
  const trusted = tls.getCACertificates('default')
  tls.setDefaultCACertificates([certificate])
  t.after(() => tls.setDefaultCACertificates(trusted))
  const ownTls = tls.createServer({ ...linkTls, key: privateKey, cert: certificate }, onSecure)
  const server = createHttpServer().on('upgrade', (_, socket: Duplex) => {
    socket.on('error', () => undefined).write(SWITCHING)
    ownTls.emit('connection', socket)
  })
  t.after(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a man in the middle with a certificate that is trusted is refused before HTTP/2', async (t) => {
  const peer = makePeer(t)
  const heard: string[] = []
  const address = await middleman(t, (socket) => {
    socket.on('error', () => undefined).on('data', (bytes) => heard.push(String(bytes)))
  })
  await assert.rejects(dialOnce(peer, address), { code: 'link_not_psk' })
  assert.deepEqual(heard, [])
})

test('a man in the middle with a certificate that nobody trusts is refused as well', async (t) => {
  const peer = makePeer(t)
  const address = await middleman(t, () => undefined)
  tls.setDefaultCACertificates([])
  await assert.rejects(dialOnce(peer, address))
})

test('a middleman cannot go on to the peer with what the agent gave him', async (t) => {
  const peer = makePeer(t)
  const onward = await peer.listen()
  const address = await middleman(t, () => undefined)
  peer.dial([address])
  const { spaceId } = peer
  const identity = formatIdentity({ spaceId, epoch: 1, lane: 'control', run: 'r1' })
  const socket = tls.connect({
    ...linkTls,
    socket: await upgraded(onward),
    pskCallback: () => ({ psk: randomBytes(32), identity }),
    checkServerIdentity: () => undefined,
  })
  await once(socket, 'error')
  assert.equal(peer.links.has(peer.spaceId), false)
})

test('a relay that carries the bytes breaks nothing', async (t) => {
  const peer = makePeer(t)
  const relay = new Relay({ port: Number(new URL(await peer.listen()).port) })
  t.after(() => relay.close())
  peer.dial([await relay.listen()])
  await peer.linked()
})

test('HTTPS outside of a link may end anywhere and need not be trusted', async (t) => {
  const peer = makePeer(t)
  const server = createHttpsServer({ key: privateKey, cert: certificate })
  server.on('upgrade', (...call) => peer.links.handleUpgrade(...call))
  t.after(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  peer.dial([`https://127.0.0.1:${(server.address() as AddressInfo).port}`])
  await peer.linked()
  const stream = await peer.open({ kind: 'echo' })
  stream.duplex.end(Buffer.alloc(3_000_000))
  let bytes = 0
  for await (const chunk of stream.duplex) bytes += (chunk as Buffer).length
  assert.equal(bytes, 3_000_000)
})
