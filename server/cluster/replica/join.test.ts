import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Replica, type Write } from '../../../tests/sim/data/replica.ts'
import type { Delta } from './delta.ts'
import { joinRules } from './join.ts'

const START_MS = 1_800_000_000_000
const ids = ['x', 'y', 'z']
const all = [0, 1, 2]

const body = fc.integer({ min: 0, max: 9 }).map((value) => JSON.stringify({ value }))
const writes: fc.Arbitrary<Write> = fc.oneof(
  fc.record({
    op: fc.constant('create' as const),
    kind: fc.constant('space'),
    id: fc.constantFrom(...ids),
    groups: fc.record({ name: body, spec: body }),
  }),
  fc.record({
    op: fc.constant('set' as const),
    kind: fc.constant('space'),
    id: fc.constantFrom(...ids),
    group: fc.constantFrom('name', 'spec'),
    body,
  }),
  fc.record({
    op: fc.constant('delete' as const),
    kind: fc.constant('space'),
    id: fc.constantFrom(...ids),
  }),
  fc.record({
    op: fc.constantFrom('claim' as const, 'release' as const),
    claim: fc.constantFrom('space:1', 'space:2'),
    holder: fc.constantFrom(...ids),
  }),
)
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ at: fc.constantFrom(...all), write: writes }) },
  {
    weight: 1,
    arbitrary: fc.record({ at: fc.constantFrom(...all), from: fc.constantFrom(...all) }),
  },
)

/** Three databases after some writes and some exchanges; none of them mends, so that a join is all that happens. */
const three = fc.array(step, { maxLength: 30 }).map((steps) => {
  const replicas = all.map((i) => new Replica(`${i}`.repeat(16)))
  for (const replica of replicas) replica.rules = { ...joinRules, mends: false }
  const at = (i: number): Replica => replicas[i] ?? new Replica('none')
  let now = START_MS
  for (const one of steps) {
    now += 1
    if ('write' in one) at(one.at).write([one.write], now)
    else at(one.at).merge(everything(at(one.from)), now)
  }
  return [at(0), at(1), at(2)] as const
})

function everything(replica: Replica): Delta {
  return replica.collect(replica.heard.spans())
}

function joined(replica: Replica, ...others: readonly Replica[]): Replica {
  const copy = replica.copy()
  for (const other of others) copy.merge(everything(other), START_MS + 1000)
  return copy
}

const contentOf = ({ text, heard }: Replica): unknown => ({ text, spans: heard.spans() })

test('a join is the same from either side', () => {
  fc.assert(
    fc.property(three, ([a, b]) => {
      assert.deepEqual(contentOf(joined(a, b)), contentOf(joined(b, a)))
    }),
  )
})

test('a join of three is the same however they are paired', () => {
  fc.assert(
    fc.property(three, ([a, b, c]) => {
      assert.deepEqual(contentOf(joined(a, b, c)), contentOf(joined(a, joined(b, c))))
      assert.deepEqual(contentOf(joined(a, b, c)), contentOf(joined(c, a, b)))
    }),
  )
})

test('a join with what is known changes nothing, and one that is repeated nothing more', () => {
  fc.assert(
    fc.property(three, ([a, b]) => {
      assert.deepEqual(contentOf(joined(a, a)), contentOf(a))
      const once = joined(a, b)
      const { joined: again } = once.copy().merge(everything(b), START_MS + 2000)
      const { rows, claims, tombstones, gone, entries } = again
      assert.deepEqual(
        { rows, claims, tombstones, gone, entries },
        {
          ...{ rows: [], claims: [], tombstones: [] },
          ...{ gone: [], entries: [] },
        },
      )
    }),
  )
})

test('a join only adds to what was heard of, and fingerprints follow what is held', () => {
  fc.assert(
    fc.property(three, ([a, b]) => {
      const both = joined(a, b)
      assert.deepEqual(both.heard.missingFrom(a.heard), [])
      assert.deepEqual(both.heard.missingFrom(b.heard), [])
      const fresh = both.copy()
      assert.deepEqual(both.prints.root, fresh.prints.root)
      assert.deepEqual(both.prints.root, joined(b, a).prints.root)
    }),
  )
})

test('what comes in any pieces and any order comes to the same', () => {
  fc.assert(
    fc.property(three, fc.array(fc.nat(), { maxLength: 40 }), ([a, b], order) => {
      const pieces = a.heard.missingFrom(b.heard).flatMap(({ origin, low, high }) =>
        Array.from({ length: high - low + 1 }, (_, i) => ({
          origin,
          low: low + i,
          high: low + i,
        })),
      )
      const inPieces = a.copy()
      const shuffled = pieces.map((span, i) => ({ span, at: order[i % order.length] ?? i }))
      for (const { span } of shuffled.toSorted((p, q) => p.at - q.at)) {
        inPieces.merge(b.collect([span]), START_MS + 1000)
      }
      assert.deepEqual(contentOf(inPieces), contentOf(joined(a, b)))
    }),
  )
})
