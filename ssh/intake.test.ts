// Reading at the pace of small packets, by a clock that stands still: a piece is taken for one packet of its length.

import assert from 'node:assert/strict'
import { duplexPair } from 'node:stream'
import { test } from 'node:test'
import { TestClock } from '../tests/support/clock.ts'
import { eventually } from '../tests/support/eventually.ts'
import { Intake } from './intake.ts'
import { Pace, type PaceRule } from './pace.ts'

const RULE: PaceRule = { perSecond: 100, burst: 50 }
const PACKET = Buffer.alloc(32)

/** An intake whose pieces are packets of 32 bytes. */
function stage(clock: TestClock, sender?: Pace, packetBytes = PACKET.length) {
  const [duplex, client] = duplexPair()
  const it = { read: 0, client, intake: undefined as unknown as Intake }
  it.intake = new Intake(duplex, {
    clock,
    own: RULE,
    sender,
    parse: (piece) => {
      for (let at = 0; at < piece.length; at += packetBytes) {
        it.read++
        it.intake.count(packetBytes)
      }
    },
  })
  duplex.on('data', (chunk: Buffer) => it.intake.push(chunk))
  return it
}

const stillAt = async (it: { read: number }, clock: TestClock, waiting = 1): Promise<number> => {
  await eventually(() => clock.waiting === waiting, { timeoutMs: 5000, what: 'it to wait' })
  return it.read
}

test('a flood is read at its pace, all of it, in the end', async () => {
  const clock = new TestClock()
  const it = stage(clock)
  const packets = 400
  it.client.write(Buffer.alloc(packets * PACKET.length))
  const burst = await stillAt(it, clock)
  assert.ok(burst >= RULE.burst && burst <= RULE.burst + 64, `${burst} at once`)
  await clock.advance(1000)
  const second = (await stillAt(it, clock)) - burst
  assert.ok(second >= 64 && second <= RULE.perSecond + 32, `${second} in the next second`)
  for (let i = 0; i < 5 && it.read < packets; i++) {
    await clock.advance(1000)
    await new Promise(setImmediate)
  }
  await eventually(() => it.read === packets, { timeoutMs: 5000, what: 'the rest' })
})

test('large packets are not counted', async () => {
  const clock = new TestClock()
  const it = stage(clock, undefined, 1024)
  it.client.write(Buffer.alloc(1024 * 1000))
  await eventually(() => it.read === 1000, { timeoutMs: 5000, what: 'all packets' })
  assert.equal(clock.waiting, 0)
})

test('what is sent meanwhile pays for what is asked', async () => {
  const clock = new TestClock()
  const it = stage(clock)
  for (let i = 0; i < 20; i++) {
    it.client.write(Buffer.alloc(32 * PACKET.length))
    await eventually(() => it.read === 32 * (i + 1), { timeoutMs: 5000, what: 'the packets' })
    it.intake.earn(32 * 8192)
  }
  assert.equal(clock.waiting, 0)
})

test('connections of one sender wait for one another, those of another do not', async () => {
  const clock = new TestClock()
  const shared = new Pace(RULE, () => clock.monotonicMs())
  const [one, two, other] = [stage(clock, shared), stage(clock, shared), stage(clock)]
  one.client.write(Buffer.alloc(400 * PACKET.length))
  await stillAt(one, clock)
  two.client.write(PACKET)
  await eventually(() => clock.waiting === 2, { timeoutMs: 5000, what: 'the second to wait' })
  assert.equal(two.read, 0)
  other.client.write(PACKET)
  await eventually(() => other.read === 1, { timeoutMs: 5000, what: 'the other' })
  // By its own pace the first connection has as much as one of its own to pay.
  await clock.advance(60_000)
  await eventually(() => two.read === 1, { timeoutMs: 5000, what: 'the second' })
})

test('an intake that is stopped reads nothing more', async () => {
  const clock = new TestClock()
  const it = stage(clock)
  it.client.write(Buffer.alloc(400 * PACKET.length))
  const read = await stillAt(it, clock)
  it.intake.stop()
  await clock.advance(60_000)
  assert.equal(it.read, read)
})
