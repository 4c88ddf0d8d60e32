import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { conformance, farPorts, withCode } from '../../link/testing/conformance.ts'
import { TestPeer } from '../../link/testing/linked.ts'
import { Relay } from '../../link/testing/relay.ts'
import { eventually } from '../../tests/support/eventually.ts'

async function linkedPeer(at: string | number = 0): Promise<TestPeer> {
  const peer = new TestPeer()
  peer.dial([await peer.listen(at)])
  await peer.linked()
  return peer
}

const subjectOf = (peer: TestPeer) => ({
  streams: peer.links.streams,
  target: { space: peer.spaceId },
  nowhere: { space: newId<'space'>() },
  close: () => peer.close(),
})

conformance('a TCP socket', async () => subjectOf(await linkedPeer()))

conformance('a unix socket', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-link-'))
  const peer = await linkedPeer(join(folder, 'link.sock'))
  const close = async () => {
    await peer.close()
    rmSync(folder, { recursive: true })
  }
  return { ...subjectOf(peer), close }
})

function makePeer(t: TestContext): TestPeer {
  const peer = new TestPeer()
  t.after(() => peer.close())
  return peer
}

test('an agent that is given several good addresses makes one link, and keeps it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-link-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const told: string[] = []
  const peer = makePeer(t)
  const tcp = await peer.listen()
  const unix = await peer.alsoListen(join(folder, 'link.sock'))
  const log = { info: (text: string) => void told.push(text), warn: () => undefined }
  for (let i = 1; i <= 10; i++) {
    const dialer = peer.dial([tcp, unix, tcp.replace('127.0.0.1', 'localhost')], undefined, { log })
    await peer.linked()
    const stream = await peer.open({ kind: 'echo' })
    stream.abort()
    assert.deepEqual(told, ['linked'])
    await dialer.close()
    await eventually(() => !peer.links.has(peer.spaceId), { timeoutMs: 2000, what: 'the end' })
    told.length = 0
  }
})

test('the route and why the others failed are told, and withdrawn with the link', async (t) => {
  const peer = makePeer(t)
  const address = await peer.listen()
  const dialer = peer.dial(['unix:/nowhere/link.sock', 'http://127.0.0.1:1', 'ftp://x', address])
  dialer.report({ type: 'ports', ports: [{ port: 8080, address: '0.0.0.0' }] })
  const what = 'what the agent says'
  const agent = await eventually(() => peer.live.get('agent', peer.spaceId), {
    timeoutMs: 5000,
    what,
  })
  assert.equal(agent.route, address)
  const failed = new Map(agent.failed.map((each) => [each.address, each.reason]))
  if (failed.has('http://127.0.0.1:1')) {
    assert.equal(failed.get('http://127.0.0.1:1'), 'nothing listens there')
  }
  await eventually(() => peer.live.get('ports', peer.spaceId), { timeoutMs: 5000, what })
  await eventually(() => peer.live.get('agent', peer.spaceId)?.roundTripMs, {
    timeoutMs: 5000,
    what: 'a round trip',
  })
  await dialer.close()
  await eventually(
    () => !peer.live.get('ports', peer.spaceId) && !peer.live.get('agent', peer.spaceId),
    { timeoutMs: 5000, what: 'withdrawal' },
  )
})

test('an agent dials again at once when its link is cut, and its streams say link_lost', async (t) => {
  const peer = makePeer(t)
  const dialer = peer.dial([await peer.listen()])
  dialer.report({ type: 'terminals', count: 3 })
  await peer.linked()
  const stream = await peer.open({ kind: 'echo' })
  peer.links.unlink(peer.spaceId)
  await assert.rejects(stream.finished, withCode('link_lost'))
  await peer.linked()
  const count = await eventually(() => peer.live.get('terminals', peer.spaceId)?.count, {
    timeoutMs: 2000,
    what: 'the last report, said again',
  })
  assert.equal(count, 3)
})

test('a later start of a space takes the link, and the earlier one is refused from then on', async (t) => {
  const refused: string[] = []
  const peer = makePeer(t)
  const address = await peer.listen()
  const log = { info: () => undefined, warn: (text: string) => void refused.push(text) }
  peer.dial([address], undefined, { log })
  await peer.linked()
  const stream = await peer.open({ kind: 'tcp', port: farPorts.flood })
  peer.epoch = 2
  peer.dial([address])
  await assert.rejects(stream.finished, withCode('link_lost'))
  await eventually(() => refused.length > 0, { timeoutMs: 5000, what: 'a refusal' })
  await peer.linked()
})

test('a lane that could not be dialled is asked for again', async (t) => {
  const peer = makePeer(t)
  const relay = new Relay(Number(new URL(await peer.listen()).port))
  t.after(() => relay.close())
  peer.dial([await relay.listen()])
  await peer.linked()
  relay.isRefusing = true
  await assert.rejects(peer.open({ kind: 'echo' }), withCode('link_lost'))
  relay.isRefusing = false
  const stream = await peer.open({ kind: 'echo' })
  stream.duplex.write('x')
  await once(stream.duplex, 'data')
})
