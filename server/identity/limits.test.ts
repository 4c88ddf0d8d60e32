import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClock } from '../../tests/support/clock.ts'
import { Buckets, bucketOf } from './limits.ts'

const rule = { burst: 2, refillMs: 1000 }

test('a bucket gives its burst, then one attempt each interval, and says how long to wait', async () => {
  const clock = new TestClock()
  const buckets = new Buckets(rule, clock)
  buckets.take('a')
  buckets.take('a')
  assert.throws(() => buckets.take('a'), { code: 'rate_limited', details: { seconds: 1 } })
  buckets.take('b')
  await clock.advance(1000)
  buckets.take('a')
  assert.throws(() => buckets.take('a'), { code: 'rate_limited' })
})

test('a legitimate attempt is given back, but never more than the burst', () => {
  const buckets = new Buckets(rule, new TestClock())
  buckets.giveBack('a')
  buckets.take('a')
  buckets.giveBack('a')
  buckets.take('a')
  buckets.take('a')
  assert.throws(() => buckets.take('a'), { code: 'rate_limited' })
})

test('a look takes nothing, and a failure of many at once is owed and paid off', async () => {
  const clock = new TestClock()
  const buckets = new Buckets(rule, clock)
  for (let i = 0; i < 5; i++) buckets.check('a')
  for (let i = 0; i < 100; i++) buckets.owe('a')
  assert.throws(() => buckets.check('a'), { code: 'rate_limited', details: { seconds: 3 } })
  await clock.advance(2000)
  assert.throws(() => buckets.take('a'), { code: 'rate_limited' })
  await clock.advance(1000)
  buckets.take('a')
})

test('a million keys do not take a million buckets, and the newest are remembered', () => {
  const buckets = new Buckets(rule, new TestClock())
  buckets.take('old')
  for (let i = 0; i < 30_000; i++) buckets.take(`k${i}`)
  assert.equal(buckets.size, 10_000)
  buckets.take('k29999')
  assert.throws(() => buckets.take('k29999'), { code: 'rate_limited' })
})

test('addresses of one IPv6 network share a bucket, IPv4 addresses do not', () => {
  assert.equal(bucketOf('2001:db8:1:2::1'), bucketOf('2001:db8:1:2:ffff:ffff:ffff:ffff'))
  assert.notEqual(bucketOf('2001:db8:1:2::1'), bucketOf('2001:db8:1:3::1'))
  assert.equal(bucketOf('2001:db8::1'), '2001:db8:0:0')
  assert.equal(bucketOf('::1'), '0:0:0:0')
  assert.notEqual(bucketOf('10.0.0.1'), bucketOf('10.0.0.2'))
})
