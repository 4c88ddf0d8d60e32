import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { eventually } from '../../../tests/support/eventually.ts'
import { LivePeer } from '../../../tests/support/live-peer.ts'
import { StoppedPeer } from '../../../tests/support/stopped-peer.ts'

const secret = randomBytes(32)
const peers: LivePeer[] = []
after(() => Promise.all(peers.map((peer) => peer.kill())))

async function join(...seeds: LivePeer[]): Promise<LivePeer> {
  const peer = new LivePeer(secret)
  peers.push(peer)
  return await peer.start(seeds.map(({ address }) => address))
}

const within = (what: string, timeoutMs = 20_000) => ({ what, timeoutMs })
const news = { type: 'news', number: 1, set: [], kept: [], gone: [], isWhole: true }
const usage = { at: 1, cpuPercent: 50, memoryBytes: 1 }

test('what a peer publishes is seen by the others, before and after they met', async () => {
  const a = await join()
  const [early, late] = [newId<'space'>(), newId<'space'>()]
  a.tell(early, 1)
  const b = await join(a)
  const c = await join(a)
  await eventually(() => [b, c].every((peer) => peer.count(early) === 1), within('what was said'))
  a.tell(late, 2)
  b.tell(early, 7, 1)
  await eventually(() => [b, c].every((peer) => peer.count(late) === 2), within('what is new'))
  // The later start of a space is right, whoever tells of it first.
  await eventually(() => [a, c].every((peer) => peer.count(early) === 7), within('the later start'))
  assert.deepEqual(a.live.own.get('terminals', early), { count: 1, at: 1 })
  assert.equal(c.live.own.get('terminals', early), undefined)
  b.live.withdraw('terminals', early)
  await eventually(() => [a, c].every((peer) => peer.count(early) === 1), within('the former word'))
  await eventually(() => a.live.entries('load').size === 3, within('the load of all'))
})

test('a peer that is killed takes what it said with it, and says it anew when it is back', async () => {
  const a = await join()
  const b = await join(a)
  const c = await join(a)
  const [gone, stays] = [newId<'space'>(), newId<'space'>()]
  c.tell(gone, 1)
  c.tell(stays, 1)
  await eventually(() => [a, b].every((peer) => peer.count(stays) === 1), within('its words'))
  const { address } = c
  await c.kill()
  await eventually(
    () => [a, b].every((peer) => peer.sees(c, 'unreachable') && peer.count(gone) === undefined),
    within('the end of what it said'),
  )
  await c.start([a.address], { port: Number(address.split(':')[1]) })
  c.tell(stays, 2)
  await eventually(() => [a, b].every((peer) => peer.count(stays) === 2), within('its return'))
  assert.equal(a.count(gone), undefined)
})

test('a peer that stood still is not believed meanwhile, and is when it goes on', async () => {
  const a = await join()
  const space = newId<'space'>()
  await using b = await StoppedPeer.start(secret, [a.address], space)
  await eventually(() => a.count(space) === 1, within('its word'))
  b.signal('SIGSTOP')
  await eventually(() => a.count(space) === undefined, within('the end of its word'))
  b.signal('SIGCONT')
  await eventually(() => a.count(space) === 1, within('its word again'))
})

test('a space’s samples go to those alone who look at it', async () => {
  const a = await join()
  const b = await join(a)
  const [seen, unseen] = [newId<'space'>(), newId<'space'>()]
  for (const space of [seen, unseen]) a.live.publish('usage', space, usage, 60_000)
  a.tell(seen, 1)
  await eventually(() => b.count(seen) === 1, within('what everybody hears'))
  assert.equal(b.live.get('usage', seen), undefined)
  b.sharing.want([seen])
  await eventually(() => b.live.get('usage', seen), within('the sample'))
  assert.equal(b.live.get('usage', unseen), undefined)
  a.live.publish('usage', seen, { ...usage, cpuPercent: 60 }, 60_000)
  await eventually(() => b.live.get('usage', seen)?.cpuPercent === 60, within('the next sample'))
})

test('a value that is only confirmed costs a few bytes', async () => {
  const a = await join()
  const b = await join(a)
  const spaces = Array.from({ length: 200 }, () => newId<'space'>())
  const startup = { state: 'running' as const, tail: Array(20).fill('x'.repeat(100)) }
  const say = () => {
    for (const space of spaces) a.live.publish('startup', space, startup, 60_000)
  }
  say()
  const all = () => b.live.entries('startup').size === 200
  await eventually(() => all() && a.sharing.linked.length === 1, within('all values'))
  const before = a.sharing.sentBytes
  say()
  await eventually(() => a.sharing.sentBytes > before, within('their confirmation'))
  assert.ok(a.sharing.sentBytes - before < 200 * 25, `${a.sharing.sentBytes - before} bytes`)
})

test('what a newer version says is passed over, and the rest of what it says is heard', async () => {
  const a = await join()
  const newer = await join(a)
  const space = newId<'space'>()
  const line = await eventually(
    () => newer.mesh.lines.find(({ peer }) => peer === a.id),
    within('a line to say it on', 30_000),
  )
  line.send(Buffer.from(JSON.stringify({ type: 'mood', of: ['everybody'] })))
  newer.tell(space, 3)
  await eventually(() => a.count(space) === 3, within('what is known of it'))
  assert.equal(a.sharing.refusals.get('line'), undefined)
  assert.ok(line.isOpen)
})

test('what is no message ends its line and is counted, and others are heard all the same', async () => {
  const a = await join()
  const hostile = await join(a)
  const c = await join(a)
  const space = newId<'space'>()
  const huge = Buffer.alloc(4 * 1024 * 1024, 'x')
  const bad = [
    huge,
    Buffer.from('no message'),
    Buffer.from('[]'),
    Buffer.from(JSON.stringify({ ...news, number: 99 })),
    Buffer.from(JSON.stringify({ ...news, set: [['agent', 'x'.repeat(100), 1, 1, 1, 1, null]] })),
  ]
  let refused: unknown
  for (const [i, bytes] of bad.entries()) {
    // The one that was refused stands at its other end for a moment longer.
    const line = () => hostile.mesh.lines.find((each) => each.peer === a.id && each !== refused)
    const open = await eventually(line, within('a line to say it on', 30_000))
    open.send(bytes)
    refused = open
    await eventually(() => a.sharing.refusals.get('line') === i + 1, within(`refusal ${i + 1}`))
  }
  c.tell(space, 3)
  await eventually(() => a.count(space) === 3, within('what an honest peer says'))
})
