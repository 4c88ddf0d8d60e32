// Three nodes that all take writes: peers that write to different ones, a node that is killed, and then the one that is written
// to. Nothing acknowledged is missing, and writing goes on within seconds, without a restart.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { amount } from '../../../tests/support/amount.ts'
import { eventually } from '../../../tests/support/eventually.ts'
import { Galera } from '../../../tests/support/galera.ts'
import { Ledger } from '../../../tests/support/ledger.ts'
import { openMariaDb } from '../../../tests/support/mariadb.ts'

/** What has been promised. */
const GO_ON_MS = 5000
const WAIT_MS = 60_000
/** Of two peers that get in each other's way: sent as one text, three of a thousand were acknowledged and not there. */
const CONTENDING = amount({ usual: 40, whole: 2000 })
/** Writes of each peer, before and after each kill. */
const WRITES = amount({ usual: 8, whole: 500 })
/** Of each peer between two writes, ms, while nodes go and come: that takes seconds, in which there are enough of them. */
const PAUSE_MS = amount({ usual: 20, whole: 0 })

let galera: Galera
let made = 0
before(async () => {
  galera = await Galera.start()
})
after(() => galera[Symbol.asyncDispose]())

/** A peer whose hosts begin with this node. */
async function writer(database: string, first: number): Promise<Ledger & AsyncDisposable> {
  const { nodes } = galera
  const turned = [...nodes.slice(first), ...nodes.slice(0, first)]
  const hosts = turned.map(({ port }) => `127.0.0.1:${port}`).join(',')
  const store = await openMariaDb(galera.first.url(database, { hosts }))
  made++
  return Object.assign(new Ledger(store, `writer-${made}`), {
    [Symbol.asyncDispose]: () => store.close(),
  })
}

/** Until each has so many more; answers the longest that one of them took for its first, ms. */
async function more(ledgers: readonly Ledger[], count: number): Promise<number> {
  const beganMs = performance.now()
  const before = ledgers.map((ledger) => ledger.count)
  const by = (n: number) => () => ledgers.every((one, i) => one.count >= (before[i] ?? 0) + n)
  await eventually(by(2), { timeoutMs: WAIT_MS, what: 'the first writes' })
  const firstMs = performance.now() - beganMs
  await eventually(by(count), { timeoutMs: WAIT_MS, what: 'writes' })
  return firstMs
}

async function checkAll(database: string, ledgers: readonly Ledger[]): Promise<void> {
  for (const [i] of galera.nodes.entries()) {
    // A node has at once what was acknowledged, and applies it a little later.
    const hasAll = async () => {
      const store = await openMariaDb(galera.node(i).url(database))
      try {
        for (const ledger of ledgers) await ledger.check(store)
      } finally {
        await store.close()
      }
      return true
    }
    await eventually(hasAll, { timeoutMs: WAIT_MS, what: `all of it on node ${i}` })
  }
}

test('peers that write to different nodes at once all get through, and each node has all of it', async (t) => {
  const database = await galera.first.database()
  await using one = await writer(database, 0)
  await using two = await writer(database, 1)
  const ledgers = [one, two]
  const running = ledgers.map((ledger) => ledger.run())
  await more(ledgers, CONTENDING)
  for (const ledger of ledgers) ledger.stop()
  await Promise.all(running)
  t.diagnostic(`${one.count} and ${two.count} writes, ${one.moved + two.moved} decided again`)
  await checkAll(database, ledgers)
})

test('a node is killed, then the one that is written to: peers go on within seconds, and nothing acknowledged is lost', async (t) => {
  const database = await galera.first.database()
  await using one = await writer(database, 0)
  await using two = await writer(database, 0)
  const ledgers = [one, two]
  const running = ledgers.map((ledger) => ledger.run(PAUSE_MS))
  await more(ledgers, WRITES)
  for (const victim of [2, 0]) {
    await galera.node(victim).kill('SIGKILL')
    const ms = await more(ledgers, WRITES)
    t.diagnostic(`after node ${victim} was killed peers went on after ${Math.round(ms)} ms`)
    assert(ms < GO_ON_MS, `${ms} ms`)
    await galera.up(victim)
    await more(ledgers, WRITES)
  }
  for (const ledger of ledgers) ledger.stop()
  await Promise.all(running)
  await checkAll(database, ledgers)
})

test('a node that has lost the others takes nothing and is left for one that has not', async () => {
  const database = await galera.first.database()
  await using one = await writer(database, 0)
  await one.begin()
  await one.write()
  galera.first.signal('SIGSTOP')
  await one.write()
  galera.first.signal('SIGCONT')
  await eventually(() => isSynced(0), { timeoutMs: WAIT_MS, what: 'the node among the others' })
  await checkAll(database, [one])
})

async function isSynced(node: number): Promise<boolean> {
  const [row] = await galera.node(node).sql("SHOW STATUS LIKE 'wsrep_local_state_comment'")
  return row?.Value === 'Synced'
}
