import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { makeId, type PeerId } from '#protocol/ids.ts'
import { amount } from '../../../tests/support/amount.ts'
import { Malformed } from './bytes.ts'
import { type Claim, peerStates } from './claim.ts'
import { decode, encode, sizeOfClaim, sizeWithoutNews } from './codec.ts'
import type { Message } from './message.ts'

/** Random and damaged ones. */
const MESSAGES = amount({ usual: 50_000, whole: 1_000_000 })

const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
const id = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 48 - 1 }), fc.uint8Array({ minLength: 10, maxLength: 10 }))
  .map(([ms, random]) => makeId<'peer'>(ms, random))
const short = fc.string({ maxLength: 20 })
const contact = fc.record({ run: short, address: short, metadata: short })
const claim: fc.Arbitrary<Claim> = fc
  .record({ id, boot: u32, incarnation: u32, state: fc.constantFrom(...peerStates), by: id })
  .chain((bare) => fc.option(contact).map((known) => (known ? { ...bare, contact: known } : bare)))
const common = fc.record({
  from: id,
  boot: u32,
  view: fc.record({ low: u32, high: u32 }),
  news: fc.array(claim, { maxLength: 8 }),
})
const seq = u32
const fields = fc.oneof(
  fc.record({ type: fc.constant('ping' as const), seq, target: id }),
  fc.record({ type: fc.constant('ack' as const), seq, wallMs: fc.nat(2 ** 31) }),
  fc.record({ type: fc.constant('ping-request' as const), seq, target: id, address: short }),
  fc.record({ type: fc.constant('nack' as const), seq }),
  fc.record({ type: fc.constant('gossip' as const) }),
  fc.record({ type: fc.constant('sync' as const), isReply: fc.boolean() }),
  fc.record({ type: fc.constant('refuse' as const), run: short }),
)
const message: fc.Arbitrary<Message> = fc
  .tuple(common, fields)
  .map(([shared, own]) => ({ ...shared, ...own }))

test('a message comes out as it went in', () => {
  fc.assert(
    fc.property(message, (sent) => {
      // Without the null prototypes that fast-check gives.
      assert.deepEqual(decode(encode(sent)), JSON.parse(JSON.stringify(sent)))
    }),
  )
})

test('the size of a message is that of its head and of its claims', () => {
  fc.assert(
    fc.property(message, (sent) => {
      const claims = sent.news.reduce((sum, one) => sum + sizeOfClaim(one), 0)
      assert.equal(encode(sent).length, sizeWithoutNews(sent) + claims)
    }),
  )
})

test('a message that is cut short, or has a byte too many, is malformed', () => {
  fc.assert(
    fc.property(message, fc.nat(), (sent, cut) => {
      const bytes = encode(sent)
      assert.throws(() => decode(bytes.subarray(0, cut % bytes.length)), Malformed)
      assert.throws(() => decode(Uint8Array.from([...bytes, 0])), Malformed)
    }),
  )
})

test(`of ${MESSAGES} random and damaged messages none does worse than being malformed`, () => {
  const base = encode({
    type: 'ping',
    seq: 7,
    target: makeId<'peer'>(1, new Uint8Array(10)) as PeerId,
    from: makeId<'peer'>(2, new Uint8Array(10)),
    boot: 1,
    view: { low: 1, high: 2 },
    news: [],
  })
  let seed = 1
  const next = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed
  }
  let malformed = 0
  for (let i = 0; i < MESSAGES; i++) {
    const bytes = Uint8Array.from(base)
    for (let hit = 0; hit < 1 + (i % 4); hit++) bytes[next() % bytes.length] = next() & 0xff
    try {
      decode(i % 2 === 0 ? bytes : bytes.subarray(0, next() % bytes.length))
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      malformed += 1
    }
  }
  assert.ok(malformed > MESSAGES * 0.4, `${malformed}`)
})
