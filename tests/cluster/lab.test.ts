// Five peers as processes of their own on a network of their own, and what really happens to servers: they are killed,
// stopped, cut off in one direction or both, and restarted one by one.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { amount } from '../support/amount.ts'
import { eventually } from '../support/eventually.ts'
import { Lab, type LabPeer } from './lab.ts'

const SIZE = 5
/** A split of this length is beyond every timer of the machine, ms; the same for ten minutes with SKEIN_SPLIT_MS=600000. */
const SPLIT_MS = Number(process.env.SKEIN_SPLIT_MS ?? amount({ usual: 45_000, whole: 90_000 }))
/** From the heal to equal views, ms. */
const HEAL_MS = 5_000
const STOPPED_MS = 30_000
const ONE_WAY_MS = 15_000

const lab = new Lab(SIZE)
const [a, b, c, d, e] = lab.peers as [LabPeer, LabPeer, LabPeer, LabPeer, LabPeer]
before(() => lab.open())
after(() => lab.close())

/** What was concluded while `work` went on: who was called dead by whom. */
async function deathsDuring(work: () => Promise<void>): Promise<string[]> {
  const seen = lab.peers.map(({ changes }) => changes.length)
  await work()
  return lab.peers.flatMap((observer, i) =>
    observer.changes
      .slice(seen[i])
      .filter(({ is }) => is === 'dead')
      .map(({ id }) => {
        const subject = lab.peers.find((peer) => peer.id === id)
        return `${observer.number} calls ${subject?.number} dead`
      }),
  )
}

test('a peer that is killed is unreachable to all within seconds, and is back when it is', async () => {
  const others = [a, b, c, d]
  const deaths = await deathsDuring(async () => {
    e.kill()
    await eventually(() => others.every((peer) => peer.stateOf(e) === 'unreachable'), {
      timeoutMs: 10_000,
      what: 'everybody to see that it is gone',
    })
    e.start([a])
    await lab.agree(10_000)
  })
  assert.deepEqual(deaths, [])
})

test('a peer that stood still for half a minute calls nobody dead, and is alive again', async () => {
  const deaths = await deathsDuring(async () => {
    e.signal('SIGSTOP')
    await sleep(STOPPED_MS)
    e.signal('SIGCONT')
    await lab.agree(HEAL_MS)
  })
  // That it is called dead itself is right: nobody could have told.
  assert.deepEqual(
    deaths.filter((death) => !death.endsWith(`calls ${e.number} dead`)),
    [],
  )
})

test('links that carry in one direction only make nobody dead', async () => {
  const deaths = await deathsDuring(async () => {
    lab.cut(a, b)
    lab.cut(c, d)
    await sleep(ONE_WAY_MS)
    lab.mend(a, b)
    lab.mend(c, d)
    await lab.agree(HEAL_MS)
  })
  assert.deepEqual(deaths, [])
})

test('two that are split from three find them again however long it was', async (t) => {
  const pairs = [a, b].flatMap((one) => [c, d, e].map((other) => [one, other] as const))
  for (const [one, other] of pairs) {
    lab.cut(one, other)
    lab.cut(other, one)
  }
  await sleep(SPLIT_MS)
  const apart = pairs.every(([one, other]) => !one.hears(other) && !other.hears(one))
  assert.ok(apart, 'nobody is believed who cannot be heard')
  assert.equal(a.stateOf(c), 'dead')
  assert.equal(e.stateOf(b), 'dead')
  assert.equal(a.stateOf(b), 'alive')
  for (const [one, other] of pairs) {
    lab.mend(one, other)
    lab.mend(other, one)
  }
  t.diagnostic(`equal views ${(await lab.agree(HEAL_MS)).toFixed(0)} ms after the heal`)
  const all = () => pairs.every(([one, other]) => one.hears(other) && other.hears(one))
  await eventually(all, { timeoutMs: 30_000, what: 'all words to be heard again' })
})

test('all five are restarted one by one, and nobody is called dead', async () => {
  const deaths = await deathsDuring(async () => {
    for (const peer of lab.peers) {
      peer.kill()
      peer.start(lab.peers)
      await lab.agree(15_000)
    }
  })
  assert.deepEqual(deaths, [])
})
