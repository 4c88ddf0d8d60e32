import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Context } from './context.ts'
import type { Span } from './delta.ts'
import { isSameHash } from './hash.ts'

const origins = ['a', 'b', 'c']
const spans = fc.array(
  fc
    .tuple(
      fc.constantFrom(...origins),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 0, max: 6 }),
    )
    .map(([origin, low, more]): Span => ({ origin, low, high: low + more })),
  { maxLength: 12 },
)

/** The plain form: every dot by itself. */
function dotsOf(all: readonly Span[]): Set<string> {
  const dots = new Set<string>()
  for (const { origin, low, high } of all) {
    for (let seq = low; seq <= high; seq++) dots.add(`${origin}${seq}`)
  }
  return dots
}

const without = (a: ReadonlySet<string>, b: ReadonlySet<string>) =>
  new Set([...a].filter((dot) => !b.has(dot)))

test('a context has exactly what was added to it, in as few spans as there can be', () => {
  fc.assert(
    fc.property(spans, (added) => {
      const context = Context.of(added)
      const dots = dotsOf(added)
      assert.deepEqual(dotsOf(context.spans()), dots)
      for (const origin of origins) {
        for (let seq = 0; seq < 40; seq++) {
          assert.equal(context.has({ origin, seq }), dots.has(`${origin}${seq}`))
        }
      }
      const all = context.spans()
      for (const [i, { origin, low }] of all.entries()) {
        const before = all[i - 1]
        assert.ok(before?.origin !== origin || before.high + 1 < low, 'two spans touch')
      }
    }),
  )
})

test('what is missing from another is what that has and this has not', () => {
  fc.assert(
    fc.property(spans, spans, (mine, theirs) => {
      const [a, b] = [Context.of(mine), Context.of(theirs)]
      const missing = a.missingFrom(b)
      assert.deepEqual(dotsOf(missing), without(dotsOf(theirs), dotsOf(mine)))
      for (const span of missing) a.add(span)
      assert.deepEqual(a.missingFrom(b), [])
    }),
  )
})

test('a union is the same either way, has the same hash, and leaves the other alone', () => {
  fc.assert(
    fc.property(spans, spans, (mine, theirs) => {
      const [a, b] = [Context.of(mine), Context.of(theirs)]
      const [ab, ba] = [a.copy(), b.copy()]
      ab.union(b)
      ba.union(a)
      assert.deepEqual(ab.spans(), ba.spans())
      assert.ok(isSameHash(ab.hash, ba.hash))
      assert.deepEqual(a.spans(), Context.of(mine).spans())
    }),
  )
})

test('heads and gaps say the same as spans', () => {
  fc.assert(
    fc.property(spans, (added) => {
      const context = Context.of(added)
      const whole = origins.map((origin) => ({ origin, low: 1, high: context.head(origin) }))
      const below = dotsOf(whole.filter(({ high }) => high > 0))
      assert.deepEqual(dotsOf(context.gaps()), without(below, dotsOf(added)))
    }),
  )
})
