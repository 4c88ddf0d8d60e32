// How an agent gets from one peer to the next: when its peer is gone, and before it goes.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { hear } from '../../link/testing/hopping.ts'
import { ACTOR, TestPeer } from '../../link/testing/linked.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { systemClock } from '../clock.ts'

const soon = (what: string) => ({ timeoutMs: 5000, what })

/** Two peers whose sockets lie in one folder, and which know of the same space. */
async function neighbours(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'skein-sockets-'))
  const [first, second] = [new TestPeer(), new TestPeer()]
  second.another(first)
  await first.listen(join(folder, 'first.sock'))
  t.after(async () => {
    await Promise.all([first.close(), second.close()])
    rmSync(folder, { recursive: true })
  })
  return { folder, first, second, address: `unix:${folder}/*.sock` }
}

const isLinked = (at: TestPeer, { spaceId }: TestPeer) => at.links.has(spaceId)

test('an agent that is given a folder finds peers in it, those that came later as well', async (t) => {
  const { folder, first, second, address } = await neighbours(t)
  first.dial([address])
  await eventually(() => isLinked(first, first), soon('a link to the first'))
  const route = () => first.live.get('agent', first.spaceId)?.route
  assert.equal(await eventually(route, soon('its route')), `unix:${folder}/first.sock`)
  await second.listen(join(folder, 'second.sock'))
  await first.links.close()
  rmSync(join(folder, 'first.sock'))
  await eventually(() => isLinked(second, first), soon('a link to the second'))
})

test('a folder without sockets and one that is not there are told as what failed', async (t) => {
  const { folder, first } = await neighbours(t)
  const empty = mkdtempSync(join(folder, 'empty-'))
  first.dial([`unix:${empty}/*.sock`, 'unix:/nowhere/*.sock', `unix:${folder}/first.sock`])
  const failed = () => {
    const told = first.live.get('agent', first.spaceId)?.failed ?? []
    return told.map(({ reason }) => reason).toSorted()
  }
  await eventually(failed, soon('the link'))
  const both = ['no peer has a socket there', 'there is no such socket']
  // Who was slower than the one that worked is not told.
  assert.ok(failed().every((reason) => both.includes(reason)))
})

test('an agent that is sent away is linked elsewhere first, and what is under way goes on', async (t) => {
  const { folder, first, second, address } = await neighbours(t)
  first.dial([address])
  await eventually(() => isLinked(first, first), soon('a link to the first'))
  const stream = await first.open({ kind: 'echo' })
  await second.listen(join(folder, 'second.sock'))
  const secondId = newId<'peer'>()
  const told = eventually(() => second.live.own.get('agent', first.spaceId), soon('the move'))
  const drained = first.links.drain(5000)
  await told
  assert.ok(isLinked(first, first), 'the old link stands')
  hear(first, secondId, first.spaceId)
  await drained
  stream.duplex.write('still here')
  assert.equal(String((await once(stream.duplex, 'data'))[0]), 'still here')
  const next = await second.links.streams.open(
    { space: first.spaceId },
    { kind: 'echo' },
    { actor: ACTOR, requestId: 'r2' },
  )
  next.abort()
  assert.ok(isLinked(first, first), 'something is under way on it')
  stream.fin({ ok: true })
  await stream.finished
  await eventually(() => !isLinked(first, first), soon('the end of the old link'))
  assert.ok(isLinked(second, first))
  first.links.undrain()
  await second.links.close()
  await eventually(() => isLinked(first, first), soon('the way back'))
})

test('where there is no other peer a drain waits no longer than it was told, and the link stands', async (t) => {
  const { first, address } = await neighbours(t)
  first.dial([address])
  await eventually(() => isLinked(first, first), soon('a link'))
  await first.links.drain(50)
  const stream = await first.open({ kind: 'echo' })
  stream.abort()
})

test('an agent learns where the peers are when it links, and when that changes', async (t) => {
  let addresses = ['http://192.0.2.1:1']
  const routes: string[] = []
  const peer = new TestPeer(systemClock, {
    addresses: (route) => {
      routes.push(route)
      return addresses
    },
  })
  t.after(() => peer.close())
  const heard: unknown[] = []
  const at = await peer.listen()
  peer.dial([at], (stream) => {
    if (stream.open.kind === 'ask') heard.push(stream.open.addresses)
    stream.accept()
    stream.fin({ ok: true })
  })
  await eventually(() => heard.length === 1, soon('the addresses'))
  peer.links.tellAddresses()
  addresses = ['http://192.0.2.1:1', 'http://192.0.2.2:1', 'x'.repeat(600)]
  peer.links.tellAddresses()
  await eventually(() => heard.length === 2, soon('the new addresses'))
  assert.deepEqual(heard, [['http://192.0.2.1:1'], ['http://192.0.2.1:1', 'http://192.0.2.2:1']])
  assert.ok(routes.every((route) => route === at))
})
