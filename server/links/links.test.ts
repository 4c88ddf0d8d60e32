import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { conformance } from '../../link/testing/conformance.ts'
import { ACTOR, serveForTests, TestPeer } from '../../link/testing/linked.ts'
import { eventually } from '../../tests/support/eventually.ts'

conformance('a TCP socket', async () => {
  const peer = new TestPeer()
  peer.dial([await peer.listen()], serveForTests)
  await peer.linked()
  return { streams: peer.links.streams, target: { space: peer.spaceId }, close: () => peer.close() }
})

conformance('a unix socket', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-link-'))
  const peer = new TestPeer()
  peer.dial([await peer.listen(join(folder, 'link.sock'))], serveForTests)
  await peer.linked()
  const close = async () => {
    await peer.close()
    rmSync(folder, { recursive: true })
  }
  return { streams: peer.links.streams, target: { space: peer.spaceId }, close }
})

test('a wrong key and an old start are refused', async () => {
  const peer = new TestPeer()
  const address = await peer.listen()
  const reasons: string[] = []
  const log = {
    info: () => undefined,
    warn: (_: string, details?: object) => void reasons.push(JSON.stringify(details)),
  }
  peer.dial([address], serveForTests, { key: randomBytes(32), log })
  peer.dial([address], serveForTests, { identity: { spaceId: peer.spaceId, epoch: 0 }, log })
  await eventually(() => reasons.length >= 4, { timeoutMs: 5000, what: 'refusals' })
  assert.equal(peer.links.has(peer.spaceId), false)
  await peer.close()
})

test('the route and the reasons of the others are told, and withdrawn with the link', async () => {
  const peer = new TestPeer()
  const address = await peer.listen()
  const dialer = peer.dial(
    ['unix:/nowhere/link.sock', 'http://127.0.0.1:1', address],
    serveForTests,
  )
  dialer.report({ type: 'ports', ports: [{ port: 8080, address: '0.0.0.0' }] })
  const agent = await eventually(() => peer.live.get('agent', peer.spaceId), {
    timeoutMs: 5000,
    what: 'hello',
  })
  assert.equal(agent.route, address)
  assert.deepEqual(agent.failed.map((each) => each.reason).sort(), [
    'nothing listens there',
    'there is no such socket',
  ])
  await eventually(() => peer.live.get('ports', peer.spaceId), { timeoutMs: 5000, what: 'ports' })
  await dialer.close()
  await eventually(() => !peer.live.get('ports', peer.spaceId), {
    timeoutMs: 5000,
    what: 'withdrawal',
  })
  await peer.close()
})

test('an agent dials again at once when its link is cut, and streams say link_lost', async () => {
  const peer = new TestPeer()
  peer.dial([await peer.listen()], serveForTests)
  await peer.linked()
  const stream = await peer.links.streams.open(
    { space: peer.spaceId },
    { kind: 'echo' },
    { actor: ACTOR, requestId: 'r' },
  )
  peer.links.unlink(peer.spaceId)
  await assert.rejects(
    stream.finished,
    (error) => error instanceof SkeinError && error.code === 'link_lost',
  )
  await peer.linked()
  await peer.close()
})

test('a relay that carries the bytes learns nothing and breaks nothing; one that speaks TLS itself is refused', async () => {
  const peer = new TestPeer()
  const address = new URL(await peer.listen())
  const relay = createServer((socket) => {
    const onward = connect(Number(address.port), '127.0.0.1')
    socket.on('error', () => onward.destroy()).pipe(onward)
    onward.on('error', () => socket.destroy()).pipe(socket)
  }).listen(0, '127.0.0.1')
  await eventually(() => relay.listening, { timeoutMs: 1000, what: 'relay' })
  const at = relay.address()
  assert.ok(at && typeof at === 'object')
  peer.dial([`http://127.0.0.1:${at.port}`], serveForTests)
  await peer.linked()
  await peer.close()
  relay.close()
})
