import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { amount } from '../../../tests/support/amount.ts'
import { Malformed } from '../swim/bytes.ts'
import { decode, encode } from './codec.ts'
import type { Message } from './message.ts'

const ID = '0197a3c4-5b6d-7e8f-9012-3456789abcde'

const origin = fc
  .bigInt({ min: 0n, max: 2n ** 64n - 1n })
  .map((n) => n.toString(16).padStart(16, '0'))
const seq = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
const dot = fc.record({ origin, seq })
const span = fc
  .record({ origin, low: fc.integer({ min: 1, max: 2 ** 40 }), more: fc.nat() })
  .map(({ more, ...rest }) => ({ ...rest, high: rest.low + more }))
const version = fc.record({
  epoch: fc.nat(),
  hlc: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  origin,
  seq,
})
const id = fc.oneof(fc.constant(ID), fc.string({ unit: 'binary', maxLength: 40 }))
const kind = fc.constantFrom('user', 'space', 'claim', 'from-tomorrow')
const bytes = fc.uint8Array({ maxLength: 30 })
const text = fc.string({ unit: 'binary', maxLength: 60 })
const group = fc.oneof(
  fc.record({ name: kind, body: text, version }),
  fc.record({ name: kind, body: text, version, unknown: bytes, past: fc.array(dot) }),
)
const spans = fc.array(span, { maxLength: 5 })
const few = { maxLength: 4 }
const delta = fc.record({
  rows: fc.array(fc.record({ kind, id, birth: dot, groups: fc.array(group, few) }), few),
  claims: fc.array(
    fc.record({
      claim: text,
      holder: id,
      birth: dot,
      state: fc.constantFrom('confirmed' as const, 'provisional' as const),
      version,
    }),
    few,
  ),
  tombstones: fc.array(
    fc.record({ kind, id, birth: dot, dots: fc.array(dot, few), atMs: fc.nat() }),
    few,
  ),
  entries: fc.array(
    fc.record({
      position: fc.constant(0),
      stream: kind,
      subject: id,
      atMs: fc.nat(),
      dot,
      index: fc.nat(),
      body: text,
    }),
    few,
  ),
  spans,
  floors: fc.array(dot, few),
})
const bucket = fc.record({ kind, number: fc.integer({ min: 0, max: 255 }) })
const hash = fc.record({ low: fc.nat(), high: fc.nat() })
const compared = fc
  .record({ delta, heard: spans, buckets: fc.array(bucket, few) })
  .map(({ delta: of, heard, buckets }) => ({ ...of, reconciled: { heard, buckets } }))
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    type: fc.constant('context' as const),
    heard: spans,
    reach: spans,
    floors: fc.array(dot, few),
    isReply: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('digest' as const),
    context: hash,
    root: hash,
    isSettled: fc.boolean(),
  }),
  fc.record({ type: fc.constant('push' as const), delta, reach: spans }),
  fc.record({ type: fc.constant('ack' as const), spans }),
  fc.record({
    type: fc.constant('need' as const),
    id: fc.nat(),
    spans,
    isReconciled: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('range' as const),
    id: fc.nat(),
    delta: fc.oneof(delta, compared),
    isLast: fc.boolean(),
    reach: spans,
  }),
  fc.record({ type: fc.constant('below' as const), id: fc.nat(), floors: fc.array(dot, few) }),
  fc.record({ type: fc.constant('compare' as const), id: fc.nat() }),
  fc.record({
    type: fc.constant('sums' as const),
    id: fc.nat(),
    heard: spans,
    sums: fc.array(fc.record({ bucket, hash }), few),
  }),
  fc.record({
    type: fc.constant('buckets' as const),
    id: fc.nat(),
    buckets: fc.array(bucket, few),
  }),
  fc.record({
    type: fc.constant('moved' as const),
    meta: fc.record({
      origin,
      seq: fc.nat(),
      hlc: fc.bigInt({ min: 0n, max: 2n ** 63n }),
      position: fc.nat(),
      revision: fc.nat(),
    }),
  }),
)

test('every message comes out of its bytes as it went in', () => {
  // Generated records have no prototype; copies have.
  fc.assert(
    fc.property(message, (one) => assert.deepEqual(decode(encode(one)), structuredClone(one))),
  )
})

test('bytes that nobody wrote are refused as malformed, and in no other way', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      const bytes = Uint8Array.from([1, ...noise])
      try {
        decode(bytes)
      } catch (error) {
        assert.ok(error instanceof Malformed, String(error))
      }
    }),
    { numRuns: amount({ usual: 500, whole: 2000 }) },
  )
})

test('a message with changed, missing or added bytes is another message or malformed', () => {
  fc.assert(
    fc.property(message, fc.nat(), fc.nat({ max: 255 }), fc.nat(), (one, at, byte, length) => {
      const bytes = encode(one)
      bytes[at % bytes.length] = byte
      for (const changed of [bytes, bytes.subarray(0, length % bytes.length)]) {
        try {
          decode(changed)
        } catch (error) {
          assert.ok(error instanceof Malformed, String(error))
        }
      }
      assert.throws(() => decode(Uint8Array.from([...encode(one), 0])), Malformed)
    }),
  )
})

test('a number of things that cannot be there is refused before room is made for them', () => {
  const heard = [1, 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]
  const before = process.memoryUsage().heapUsed
  assert.throws(() => decode(Uint8Array.from(heard)), Malformed)
  assert.ok(process.memoryUsage().heapUsed - before < 10_000_000)
})

test('a message of a type that is not known yet is passed over, and one of another version is not read', () => {
  assert.deepEqual(decode(Uint8Array.from([1, 200, 1, 2, 3])), { type: 'unknown' })
  assert.throws(() => decode(Uint8Array.from([2, 0])), Malformed)
})
