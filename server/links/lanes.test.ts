import assert from 'node:assert/strict'
import { performServerHandshake, type ServerHttp2Session } from 'node:http2'
import { type TestContext, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { FrameType, type StreamOpen } from '#protocol/link.ts'
import { MAX_HELD_BYTES } from '../../link/elastic.ts'
import { controlFrame } from '../../link/frames.ts'
import { sessionOptions } from '../../link/session.ts'
import { ACTOR, TestPeer } from '../../link/testing/linked.ts'
import { asAgent } from '../../tests/links/raw.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { type Clock, systemClock } from '../clock.ts'

/** A peer with an agent by hand, which answers every open and otherwise does as the test says. */
async function byHand(t: TestContext, clock = systemClock) {
  const peer = new TestPeer(clock)
  t.after(() => peer.close())
  const account = { address: await peer.listen(), spaceId: peer.spaceId, key: peer.key }
  const asked: string[] = []
  const lane = async (name: 'control' | 'bulk', settings: object = {}) => {
    const options = { ...sessionOptions, settings: { ...sessionOptions.settings, ...settings } }
    const socket = await asAgent(account, name)
    const session = performServerHandshake(socket, options)
    session.on('error', () => undefined)
    session.on('stream', (h2, headers) => {
      asked.push(headers[':path'] ?? '')
      h2.on('error', () => undefined)
      h2.respond({ ':status': 200 })
      h2.write(controlFrame(FrameType.opened, {}))
    })
    return { session, socket }
  }
  await lane('control')
  await peer.linked()
  const open = () =>
    peer.links.streams.open({ space: peer.spaceId }, echo, { actor: ACTOR, requestId: 'l' })
  return { peer, lane, asked, open }
}

/** Its ten seconds for an answer last a fifth of one. */
const impatient: Clock = {
  ...systemClock,
  delay: (ms, signal) => systemClock.delay(ms === 10_000 ? 200 : ms, signal),
}
const echo: StreamOpen = { kind: 'echo' }

test('the end of any lane is the end of the link', async (t) => {
  const { peer, lane, asked, open } = await byHand(t)
  const opening = open()
  await eventually(() => asked.includes('/v1/lane/bulk'), { timeoutMs: 1000, what: 'the lane' })
  const bulk: { session: ServerHttp2Session } = await lane('bulk')
  await opening
  bulk.session.destroy()
  await eventually(() => !peer.links.has(peer.spaceId), { timeoutMs: 1000, what: 'the end' })
})

test('an agent that takes any amount and reads none of it loses its link', async (t) => {
  const { peer, lane, asked, open } = await byHand(t)
  const opening = open()
  await eventually(() => asked.includes('/v1/lane/bulk'), { timeoutMs: 1000, what: 'the lane' })
  const { socket, session } = await lane('bulk', { initialWindowSize: 2 ** 31 - 1 })
  session.setLocalWindowSize(2 ** 31 - 1)
  const stream = await opening
  stream.duplex.on('error', () => undefined)
  socket.pause()
  const block = Buffer.alloc(1024 * 1024)
  for (let sent = 0; sent < 2 * MAX_HELD_BYTES; sent += block.length) stream.duplex.write(block)
  await assert.rejects(stream.finished)
  await eventually(() => !peer.links.has(peer.spaceId), { timeoutMs: 1000, what: 'the end' })
})

test('a lane that was not dialled in time is asked for again by the next stream', async (t) => {
  const { lane, asked, open } = await byHand(t, impatient)
  const isTimeout = (error: unknown) => error instanceof SkeinError && error.code === 'timeout'
  await assert.rejects(open(), isTimeout)
  const opening = open()
  const times = () => asked.filter((path) => path === '/v1/lane/bulk').length
  await eventually(() => times() === 2, { timeoutMs: 1000, what: 'the second request' })
  await lane('bulk')
  await opening
})
