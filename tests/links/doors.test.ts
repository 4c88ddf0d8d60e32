// The door through which links come: who knocks without a key, too often, or for somebody else.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { type TestContext, test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { LINK_PATH, UPGRADE_PROTOCOL } from '#protocol/link.ts'
import { ACTOR, serveForTests, TestPeer } from '../../link/testing/linked.ts'
import { DIAL_RULE, MAX_HANDSHAKES } from '../../server/links/acceptor.ts'
import { eventually } from '../support/eventually.ts'
import { asAgent } from './raw.ts'

const KNOCK = `GET ${LINK_PATH} HTTP/1.1\r\nHost: peer\r\nConnection: Upgrade\r\nUpgrade: ${UPGRADE_PROTOCOL}\r\n\r\n`
const SILENT = 1000

async function knock(address: string, early = Buffer.alloc(0)): Promise<Socket> {
  const socket = connect(Number(new URL(address).port), '127.0.0.1')
  socket.on('error', () => socket.destroy())
  socket.write(Buffer.concat([Buffer.from(KNOCK), early]))
  await once(socket, 'data')
  return socket
}

async function peerWithAgent(t: TestContext) {
  const peer = new TestPeer()
  t.after(() => peer.close())
  const address = await peer.listen()
  peer.dial([address], serveForTests)
  await peer.linked()
  return { peer, address }
}

test('a thousand upgrades that stay silent lock nobody out, and end nobody’s link', async (t) => {
  const { peer, address } = await peerWithAgent(t)
  const options = { actor: ACTOR, requestId: 'd' }
  const stream = await peer.links.streams.open({ space: peer.spaceId }, { kind: 'echo' }, options)
  const silent: Socket[] = []
  t.after(() => silent.map((socket) => socket.destroy()))
  for (let i = 0; i < SILENT; i++) silent.push((await knock(address)).resume())
  const open = () => silent.filter((socket) => !socket.destroyed).length
  await eventually(() => open() <= MAX_HANDSHAKES, { timeoutMs: 2000, what: 'the limit' })
  const { spaceId, key } = peer.another()
  const beganMs = performance.now()
  peer.dial([address], serveForTests, { identity: { spaceId, epoch: 1 }, key })
  await eventually(() => peer.links.has(spaceId), { timeoutMs: 1000, what: 'an honest link' })
  t.diagnostic(`linked in ${(performance.now() - beganMs).toFixed(0)} ms beside ${open()} silent`)
  stream.duplex.write('still here')
  const [heard] = await once(stream.duplex, 'data')
  assert.equal(String(heard), 'still here')
})

test('an upgrade with 64 kB of early bytes loses its own socket', async (t) => {
  const { peer, address } = await peerWithAgent(t)
  const socket = await knock(address, Buffer.alloc(64 * 1024, 'GET / '))
  socket.resume()
  await eventually(() => socket.destroyed, { timeoutMs: 2000, what: 'the end of the socket' })
  assert.ok(peer.links.has(peer.spaceId))
})

test('a lane of another run, or for another’s space, is not let in', async (t) => {
  const { peer, address } = await peerWithAgent(t)
  const { key } = peer.another()
  await assert.rejects(asAgent({ address, spaceId: peer.spaceId, key }, 'live'))
  await assert.rejects(asAgent({ address, spaceId: newId<'space'>(), key }, 'control'))
  // Refused by its key, so that an agent behind a load balancer hears that this is not the peer that asked.
  await assert.rejects(
    asAgent({ address, spaceId: peer.spaceId, key: peer.key }, 'live', 'earlier'),
  )
  assert.ok(peer.links.has(peer.spaceId))
})

test('an agent that dials without end is refused, and no other', async (t) => {
  const { peer, address } = await peerWithAgent(t)
  const { spaceId, key } = peer.another()
  let made = 0
  const dialUntilRefused = async () => {
    while (made <= DIAL_RULE.burst * 2) {
      const socket = await asAgent({ address, spaceId, key }, 'control')
      socket.resume()
      made++
    }
  }
  await assert.rejects(dialUntilRefused())
  assert.ok(made >= DIAL_RULE.burst && made < DIAL_RULE.burst * 1.5, `${made} were made`)
  assert.match(peer.refusals.join(), /dialled too often/)
  const other = peer.another()
  peer.dial([address], serveForTests, { identity: { ...other, epoch: 1 }, key: other.key })
  await eventually(() => peer.links.has(other.spaceId), { timeoutMs: 1000, what: 'another agent' })
})
