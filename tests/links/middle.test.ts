// Whoever stands between an agent and its peer, with a certificate that the agent trusts, learns nothing.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { before, test } from 'node:test'
import tls from 'node:tls'
import { formatIdentity, LINK_CIPHERS } from '#protocol/link.ts'
import { serveForTests, TestPeer } from '../../link/testing/linked.ts'
import { eventually } from '../support/eventually.ts'
import { type Certificate, makeCertificate } from './certificate.ts'
import { proxying, securedOrError, terminating, upgraded } from './middle.ts'

let certificate: Certificate

before(() => {
  certificate = makeCertificate()
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), certificate.authority])
})

/** A log that keeps why no address could be reached. */
function refusals() {
  const reasons: string[] = []
  const warn = (_: string, details?: object) => void reasons.push(JSON.stringify(details))
  return { reasons, log: { info: () => undefined, warn } }
}

test('a man in the middle with a certificate that the agent trusts is refused before a byte of HTTP/2', async (t) => {
  const peer = new TestPeer()
  t.after(() => peer.close())
  const real = await peer.listen()
  const middle = await terminating(certificate, () => upgraded(real))
  t.after(() => middle.close())
  const { reasons, log } = refusals()
  peer.dial([middle.address], serveForTests, { log })
  await eventually(() => reasons.length > 0, { timeoutMs: 5000, what: 'the refusal' })
  assert.match(reasons.join(), /The link is not proved by its key/)
  assert.equal(middle.heardBytes, 0)
  assert.equal(peer.links.has(peer.spaceId), false)
})

test('one that ends TLS on both sides is refused by the agent and by the peer', async (t) => {
  const peer = new TestPeer()
  t.after(() => peer.close())
  const real = await peer.listen()
  const identity = formatIdentity({ spaceId: peer.spaceId, epoch: 1, lane: 'control', run: 'r' })
  const onward = async () => {
    const socket = tls.connect({
      socket: await upgraded(real),
      ciphers: LINK_CIPHERS,
      minVersion: 'TLSv1.3',
      ALPNProtocols: ['h2'],
      rejectUnauthorized: false,
      pskCallback: () => ({ psk: randomBytes(32), identity }),
      checkServerIdentity: () => undefined,
    })
    return socket.on('error', () => undefined)
  }
  const middle = await terminating(certificate, onward)
  t.after(() => middle.close())
  const { reasons, log } = refusals()
  peer.dial([middle.address], serveForTests, { log })
  const seen = () => reasons.length > 0 && peer.refusals.length > 0
  await eventually(seen, { timeoutMs: 5000, what: 'both refusals' })
  assert.match(reasons.join(), /The link is not proved by its key/)
  assert.match(peer.refusals.join(), /binder|handshake|ssl/i)
  assert.equal(middle.heardBytes, 0)
  assert.equal(peer.links.has(peer.spaceId), false)
})

test('a proxy that ends the outer HTTPS carries the link and cannot read it', async (t) => {
  const peer = new TestPeer()
  t.after(() => peer.close())
  const middle = await proxying(certificate, await peer.listen())
  t.after(() => middle.close())
  peer.dial([middle.address], serveForTests)
  await peer.linked()
  assert.ok(middle.heardBytes > 0)
})

test('a client with a certificate and no key is refused by the peer', async (t) => {
  const peer = new TestPeer()
  t.after(() => peer.close())
  const address = await peer.listen()
  const socket = tls.connect({
    socket: await upgraded(address),
    ...certificate,
    rejectUnauthorized: false,
    ALPNProtocols: ['h2'],
  })
  const made = await securedOrError(socket)
  assert.ok(made instanceof Error)
  await eventually(() => peer.refusals.length > 0, { timeoutMs: 1000, what: 'the refusal' })
})

test('a session ticket of an honest link does not open another without the key', async (t) => {
  const peer = new TestPeer()
  t.after(() => peer.close())
  const address = await peer.listen()
  const identity = formatIdentity({ spaceId: peer.spaceId, epoch: 1, lane: 'control', run: 'r' })
  const common = { ciphers: LINK_CIPHERS, minVersion: 'TLSv1.3', ALPNProtocols: ['h2'] } as const
  const first = tls.connect({
    ...common,
    socket: await upgraded(address),
    pskCallback: () => ({ psk: peer.key, identity }),
    checkServerIdentity: () => undefined,
  })
  const ticket = new Promise<Buffer>((resolve) => first.once('session', resolve))
  first.resume()
  const session = await ticket
  first.destroy()
  await eventually(() => !peer.links.has(peer.spaceId), { timeoutMs: 1000, what: 'the end' })
  const second = tls.connect({
    ...common,
    socket: await upgraded(address),
    session,
    rejectUnauthorized: false,
  })
  const closed = new Promise((resolve) => second.once('close', resolve))
  await securedOrError(second)
  second.resume()
  await closed
  assert.equal(peer.links.has(peer.spaceId), false)
})
