// Two peers on one Redis with two replicas and three sentinels. Replication is asynchronous: what the primary acknowledged and no
// replica had is gone with it, and comes back from the peers' memories.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../../../tests/support/eventually.ts'
import { type RedisServer, redisAddress, SentinelGroup } from '../../../tests/support/redis.ts'
import { quietLog, userChange } from '../../../tests/support/rows.ts'
import { systemClock, systemRandom } from '../../clock.ts'
import { openRecords, type ReplicatedRecords } from '../../records/open.ts'
import type { Change } from '../../records/records.ts'
import type { Store } from '../store.ts'
import { openRedisStore } from './open.ts'

const PATIENCE_MS = 60_000
/** Within which peers go on when the primary is killed, ms; the sentinels of the test take two seconds to miss it. */
const GO_ON_MS = 15_000

interface Peer {
  readonly store: Store
  readonly records: ReplicatedRecords
}

async function join(url: string): Promise<Peer> {
  const store = await openRedisStore({ address: redisAddress(url), log: quietLog })
  const options = { store, clock: systemClock, random: systemRandom, log: quietLog }
  return { store, records: await openRecords(options) }
}

const write = ({ records }: Peer, ...changes: Change[]) =>
  records.transact(() => ({ changes, result: undefined }))

test('the primary is killed: peers go on at another, and what it had not passed on is written again from memory', async (t) => {
  await using group = await SentinelGroup.start()
  const peers = [await join(group.url()), await join(group.url())]
  const acknowledged = new Set<string>()
  const add = async (peer: Peer) => {
    const user = userChange()
    await write(peer, user)
    acknowledged.add(user.id)
  }
  for (let i = 0; i < 20; i++) for (const peer of peers) await add(peer)
  const origin = peers[0]?.records.replica.origin

  const primary = await group.primary()
  const replicas = group.servers.filter((server) => server !== primary)
  await inStep(primary, replicas.length)
  for (const replica of replicas) replica.signal('SIGSTOP')
  for (let i = 0; i < 10; i++) for (const peer of peers) await add(peer)
  const killedMs = performance.now()
  await primary.kill()
  for (const replica of replicas) replica.signal('SIGCONT')

  for (const peer of peers) {
    await eventually(() => add(peer).then(() => true), { timeoutMs: PATIENCE_MS, what: 'a write' })
  }
  const goneOnMs = performance.now() - killedMs
  t.diagnostic(`peers went on after ${(goneOnMs / 1000).toFixed(1)} s`)
  assert(goneOnMs < GO_ON_MS, `they went on after ${goneOnMs} ms`)
  for (const { records } of peers) {
    await eventually(() => hasAll(records, acknowledged), {
      timeoutMs: PATIENCE_MS,
      what: 'all that was acknowledged',
    })
    assert.notEqual(records.replica.origin, origin)
  }
  for (const { records, store } of peers) {
    await records.close()
    await store.close()
  }

  const fresh = await join(group.url())
  assert(hasAll(fresh.records, acknowledged), 'the database itself has all of it')
  await fresh.records.close()
  await fresh.store.close()
})

test('the primary hangs: peers go on at another, and what it says when it wakes is nothing to anybody', async (t) => {
  await using group = await SentinelGroup.start()
  const peers = [await join(group.url()), await join(group.url())]
  const acknowledged = new Set<string>()
  const add = async (peer: Peer) => {
    const user = userChange()
    await write(peer, user)
    acknowledged.add(user.id)
  }
  for (const peer of peers) await add(peer)
  const primary = await group.primary()
  const hungMs = performance.now()
  primary.signal('SIGSTOP')
  for (const peer of peers) {
    await eventually(() => add(peer).then(() => true), { timeoutMs: PATIENCE_MS, what: 'a write' })
  }
  const goneOnMs = performance.now() - hungMs
  t.diagnostic(`peers went on after ${(goneOnMs / 1000).toFixed(1)} s`)
  assert(goneOnMs < GO_ON_MS, `they went on after ${goneOnMs} ms`)
  primary.signal('SIGCONT')
  await eventually(
    async () => /role:slave/.test(String(await primary.call('INFO', 'replication'))),
    {
      timeoutMs: PATIENCE_MS,
      what: 'the former primary to follow',
    },
  )
  for (const peer of peers) await add(peer)
  for (const { records } of peers) {
    await eventually(() => hasAll(records, acknowledged), {
      timeoutMs: PATIENCE_MS,
      what: 'all that was acknowledged',
    })
  }
  for (const { records, store } of peers) {
    await records.close()
    await store.close()
  }
})

const hasAll = (records: ReplicatedRecords, ids: ReadonlySet<string>): boolean => {
  const there = new Set<string>(records.list('user').map(({ id }) => id))
  return [...ids].every((id) => there.has(id))
}

/** All replicas have all that the primary has. */
async function inStep(primary: RedisServer, replicas: number): Promise<void> {
  const offsets = async () => {
    const info = String(await primary.call('INFO', 'replication'))
    const of = (form: RegExp) => [...info.matchAll(form)].map(([, offset]) => offset)
    const [own] = of(/^master_repl_offset:(\d+)/gm)
    const theirs = of(/^slave\d+:.*offset=(\d+)/gm)
    return theirs.length === replicas && theirs.every((offset) => offset === own)
  }
  await eventually(offsets, { timeoutMs: PATIENCE_MS, what: 'replicas in step' })
}
