import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Replica } from '../../../tests/sim/data/replica.ts'
import type { Write } from '../../../tests/sim/data/write.ts'
import { encode } from './codec.ts'
import type { Effect } from './effect.ts'
import { CREDIT_BYTES } from './limits.ts'
import type { Message } from './message.ts'
import { Replicator } from './replicator.ts'

const START_MS = 1_800_000_000_000

/** A machine with its database, which does at once what the machine asks. */
class Peer {
  readonly name: string
  readonly replica: Replica
  readonly machine: Replicator
  readonly effects: Effect[] = []
  /** Commits are refused. */
  isFull = false
  /** Messages out, by peer, when they are held back. */
  readonly held: { to: string; message: Message }[] = []
  isHolding = false
  readonly #cluster: Cluster

  constructor(cluster: Cluster, number: number) {
    this.#cluster = cluster
    this.name = `p${number}`
    this.replica = new Replica(number.toString(16).padStart(16, '0'))
    const { replica } = this
    const local = {
      origin: replica.origin,
      get heard() {
        return replica.heard
      },
      get prints() {
        return replica.prints
      },
      get floors() {
        return replica.floorList()
      },
    }
    this.machine = new Replicator({ local, random: () => 0.5 })
  }

  write(...writes: readonly Write[]): void {
    const dot = this.replica.write(writes, START_MS + this.#cluster.nowMs)
    assert.ok(dot)
    const span = { origin: dot.origin, low: dot.seq, high: dot.seq }
    this.step({ type: 'committed', delta: this.replica.collect([span]) })
  }

  step(input: Parameters<Replicator['step']>[1]): void {
    for (const effect of this.machine.step(this.#cluster.nowMs, input)) {
      this.effects.push(effect)
      this.#perform(effect)
    }
  }

  #perform(effect: Effect): void {
    if (effect.type === 'send') {
      const { to, message } = effect
      if (this.isHolding) this.held.push({ to, message })
      else this.#cluster.carry(this.name, to, message)
    } else if (effect.type === 'merge') {
      const { ticket, delta } = effect
      if (this.isFull) this.#cluster.later(() => this.step({ type: 'failed', ticket }))
      else {
        this.replica.merge(delta, START_MS + this.#cluster.nowMs)
        this.#cluster.later(() => this.step({ type: 'merged', ticket }))
      }
    } else if (effect.type === 'collect') {
      const { ticket, spans, buckets } = effect
      const { replica } = this
      const heard = replica.heard.spans()
      const all = { ...replica.collectBuckets(buckets), reconciled: { buckets, heard } }
      const delta = { ...replica.collect(spans), ...(buckets.length > 0 && all) }
      this.#cluster.later(() => this.step({ type: 'collected', ticket, delta }))
    }
  }
}

class Cluster {
  nowMs = 0
  readonly peers: Peer[]
  readonly carried: { from: string; message: Message; bytes: number }[] = []
  #queue: (() => void)[] = []

  constructor(size: number) {
    this.peers = Array.from({ length: size }, (_, i) => new Peer(this, i + 1))
  }

  get pair(): [Peer, Peer] {
    const [a, b] = this.peers
    if (!a || !b) throw new Error('fewer than two')
    return [a, b]
  }

  connect(): void {
    for (const a of this.peers) {
      for (const b of this.peers) if (a !== b) a.step({ type: 'connected', peer: b.name })
    }
    this.settle()
  }

  carry(from: string, to: string, message: Message): void {
    this.carried.push({ from, message, bytes: encode(message).length })
    const target = this.peers.find(({ name }) => name === to)
    this.later(() => target?.step({ type: 'message', peer: from, message }))
  }

  later(run: () => void): void {
    this.#queue.push(run)
  }

  settle(): void {
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) next()
  }

  /** So many seconds of ticks. */
  pass(seconds: number): void {
    for (let i = 0; i < 10 * seconds; i++) {
      this.nowMs += 100
      for (const peer of this.peers) {
        if (this.nowMs >= peer.machine.wakeAtMs) peer.step({ type: 'tick' })
      }
      this.settle()
    }
  }

  bytesOf(...types: readonly Message['type'][]): number {
    const some = this.carried.filter(({ message }) => types.includes(message.type))
    return some.reduce((total, { bytes }) => total + bytes, 0)
  }
}

const body = (size: number) => JSON.stringify({ value: 'x'.repeat(size) })
const create = (id: string, kind = 'space', size = 100): Write => ({
  op: 'create',
  kind,
  id,
  groups: { name: body(size) },
})
const uuid = (n: number) => `0197a3c4-5b6d-7e8f-9012-${n.toString(16).padStart(12, '0')}`

/** A write that nobody is told of. */
function quietly(peer: Peer, ...writes: readonly Write[]): void {
  assert.ok(peer.replica.write(writes, START_MS))
}

test('what is committed is on the other peers at once, and it is known which of them have it', () => {
  const cluster = new Cluster(3)
  const [a, b] = cluster.pair
  cluster.connect()
  a.write(create('x'))
  cluster.settle()
  for (const peer of cluster.peers) assert.ok(peer.replica.row('space', 'x'))
  assert.deepEqual(a.machine.heardBy({ origin: a.replica.origin, seq: 1 }), ['p2', 'p3'])
  assert.equal(a.effects.filter(({ type }) => type === 'acked').length, 2)
  assert.deepEqual(b.machine.heardBy({ origin: a.replica.origin, seq: 1 }), ['p1'])
})

test('a push that was lost is asked for within two seconds', () => {
  const cluster = new Cluster(2)
  const [a, b] = cluster.pair
  cluster.connect()
  quietly(a, create('x'))
  cluster.pass(2)
  assert.ok(b.replica.row('space', 'x'))
})

test('a gap before a push is asked for with it', () => {
  const cluster = new Cluster(2)
  const [a, b] = cluster.pair
  cluster.connect()
  quietly(a, create('x'))
  a.write(create('y'))
  cluster.settle()
  assert.ok(b.replica.row('space', 'x') && b.replica.row('space', 'y'))
})

test('equal peers exchange at most 400 bytes a second', () => {
  const cluster = new Cluster(2)
  const [a] = cluster.pair
  for (let i = 0; i < 1000; i++) quietly(a, create(uuid(i)))
  cluster.connect()
  cluster.pass(5)
  cluster.carried.length = 0
  cluster.pass(10)
  assert.ok(cluster.carried.length > 0)
  const total = cluster.carried.reduce((sum, { bytes }) => sum + bytes, 0)
  assert.ok(total <= 10 * 400, `${total} bytes in ten seconds`)
})

test('a hundred recent differences cost their rows, and little more, among thousands', () => {
  const cluster = new Cluster(2)
  const [a, b] = cluster.pair
  for (let i = 0; i < 3000; i++) quietly(a, create(uuid(i)))
  b.replica.merge(a.replica.collect(a.replica.heard.spans()), START_MS)
  cluster.connect()
  cluster.pass(3)
  cluster.carried.length = 0
  for (let i = 0; i < 100; i++) quietly(a, create(uuid(5000 + i)))
  const spans = [{ origin: a.replica.origin, low: 3001, high: 3100 }]
  const rows = encode({ type: 'push', reach: [], delta: a.replica.collect(spans) }).length
  cluster.pass(3)
  assert.equal(b.replica.rows.size, 3100)
  const total = cluster.carried.reduce((sum, { bytes }) => sum + bytes, 0)
  assert.ok(total <= 1.05 * rows + 1200, `${total} bytes for rows of ${rows}`)
})

test('no more is under way to one peer than its credit, what is held back follows, a revocation does not wait', () => {
  const cluster = new Cluster(2)
  const [a, b] = cluster.pair
  cluster.connect()
  a.isHolding = true
  quietly(a, create('s', 'session'))
  for (let i = 0; i < 20; i++) a.write(create(`r${i}`, 'space', 50_000))
  a.write({ op: 'delete', kind: 'session', id: 's' })
  const sent = a.effects.filter(
    (effect): effect is Effect & { type: 'send' } =>
      effect.type === 'send' && effect.message.type === 'push',
  )
  assert.equal(sent.at(-1)?.priority, 'urgent')
  const bytes = sent.reduce((sum, { message }) => sum + encode(message).length, 0)
  assert.ok(bytes <= CREDIT_BYTES + 1000, `${bytes} bytes`)
  a.isHolding = false
  for (const { to, message } of a.held) cluster.carry(a.name, to, message)
  cluster.settle()
  assert.equal(b.replica.rows.size, 20)
})

test('an answer comes in parts within the credit, the newest first', () => {
  const cluster = new Cluster(2)
  const [a, b] = cluster.pair
  for (let i = 0; i < 300; i++) quietly(a, create(`r${i}`, 'space', 5000))
  cluster.connect()
  const ranges = cluster.carried.flatMap(({ message }) =>
    message.type === 'range' && message.delta.spans.length > 0 ? [message.delta] : [],
  )
  assert.ok(ranges.length >= 3)
  const firsts = ranges.map(({ spans }) => Math.max(...spans.map(({ high }) => high)))
  assert.deepEqual(
    firsts,
    firsts.toSorted((x, y) => y - x),
  )
  for (const { bytes, message } of cluster.carried) {
    assert.ok(message.type !== 'range' || bytes <= 1.1 * CREDIT_BYTES)
  }
  assert.equal(b.replica.rows.size, 300)
})

test('what could not be kept is asked for again when there is room', () => {
  const cluster = new Cluster(2)
  const [a, b] = cluster.pair
  cluster.connect()
  b.isFull = true
  a.write(create('x'))
  cluster.pass(5)
  assert.equal(b.replica.rows.size, 0)
  assert.deepEqual(a.machine.heardBy({ origin: a.replica.origin, seq: 1 }), [])
  b.isFull = false
  cluster.pass(4)
  assert.equal(b.replica.rows.size, 1)
})

test('who was away longer than tombstones are kept compares buckets, and brings nothing back', () => {
  const cluster = new Cluster(2)
  const [a, b] = cluster.pair
  for (let i = 0; i < 500; i++) quietly(a, create(uuid(i)))
  b.replica.merge(a.replica.collect(a.replica.heard.spans()), START_MS)
  quietly(a, { op: 'delete', kind: 'space', id: uuid(7) })
  quietly(b, create('mine'))
  a.replica.purge(START_MS + 10_000, 1)
  assert.equal(a.replica.buried.size, 0)
  cluster.connect()
  cluster.pass(5)
  for (const { replica } of cluster.peers) {
    assert.equal(replica.row('space', uuid(7)), undefined)
    assert.ok(replica.row('space', 'mine'))
  }
  assert.equal(a.replica.text, b.replica.text)
  assert.deepEqual(b.replica.floorList(), a.replica.floorList())
  const asked = cluster.carried.flatMap(({ message }) =>
    message.type === 'buckets' ? message.buckets : [],
  )
  assert.ok(asked.length <= 4, `${asked.length} buckets of 256`)
})

test('equal contexts with different contents raise an alarm, and are made equal', () => {
  const cluster = new Cluster(2)
  const [a, b] = cluster.pair
  cluster.connect()
  a.write(create('x'))
  a.write(create('y'))
  cluster.settle()
  // A disk that lost a row without a word.
  b.replica.merge(
    {
      ...{ rows: [], claims: [], tombstones: [], entries: [], spans: [] },
      reconciled: {
        buckets: [...Array(256).keys()].map((number) => ({ kind: 'space', number })),
        heard: [{ origin: a.replica.origin, low: 1, high: 1 }],
      },
    },
    START_MS,
  )
  assert.equal(b.replica.rows.size, 1)
  cluster.pass(15)
  assert.equal(a.replica.text, b.replica.text)
  const alarms = cluster.peers.flatMap(({ effects }) =>
    effects.filter((e) => e.type === 'diverged'),
  )
  assert.ok(alarms.length > 0)
  assert.ok(cluster.peers.some(({ effects }) => effects.some((e) => e.type === 'compared')))
})

test('one that is told of its own transactions which it does not have says that it was put back', () => {
  const cluster = new Cluster(2)
  const [a, b] = cluster.pair
  cluster.connect()
  a.write(create('x'))
  cluster.settle()
  const { origin } = a.replica
  a.replica.become(new Replica(origin))
  a.step({ type: 'connected', peer: 'p2' })
  b.step({ type: 'connected', peer: 'p1' })
  cluster.settle()
  const told = a.effects.find((effect) => effect.type === 'rolled-back')
  assert.deepEqual(told, { type: 'rolled-back', by: 'p2', seq: 1 })
})

test('an answer that never comes is asked for again', () => {
  const cluster = new Cluster(2)
  const [a, b] = cluster.pair
  cluster.connect()
  a.isHolding = true
  quietly(a, create('x'))
  a.step({ type: 'tick' })
  cluster.pass(3)
  const lost = a.held.splice(0).filter(({ message }) => message.type !== 'range')
  a.isHolding = false
  for (const { to, message } of lost) cluster.carry(a.name, to, message)
  cluster.pass(14)
  assert.ok(b.replica.row('space', 'x'))
})

test('one that says it has more than it can tell is not asked without end', () => {
  const cluster = new Cluster(2)
  const [a, b] = cluster.pair
  cluster.connect()
  const heard = [{ origin: 'f'.repeat(16), low: 1, high: 5 }]
  const context = { type: 'context', heard, reach: [], floors: [], isReply: true } as const
  b.step({ type: 'message', peer: a.name, message: context })
  cluster.settle()
  cluster.pass(4)
  const needs = cluster.carried.filter(({ message }) => message.type === 'need')
  assert.ok(needs.length >= 1 && needs.length <= 6, `${needs.length} questions`)
})
