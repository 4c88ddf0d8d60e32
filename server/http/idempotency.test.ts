import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClock } from '../../tests/support/clock.ts'
import { Idempotency, type Repeatable } from './idempotency.ts'
import { created, type Reply } from './reply.ts'

const request = (given: Partial<Repeatable> = {}): Repeatable => ({
  userId: 'u',
  key: 'k',
  method: 'POST',
  path: '/spaces',
  body: Buffer.from('{}'),
  ...given,
})

test('a repeated request gets the first one’s answer and does nothing', async () => {
  const kept = new Idempotency(new TestClock())
  let runs = 0
  const work = async (): Promise<Reply> => created(++runs)
  assert.deepEqual(await kept.run(request(), work), created(1))
  assert.deepEqual(await kept.run(request(), work), created(1))
  assert.deepEqual(await kept.run(request({ userId: 'other' }), work), created(2))
  assert.equal(runs, 2)
})

test('a repetition while the first still runs waits for it', async () => {
  const kept = new Idempotency(new TestClock())
  const gate = Promise.withResolvers<Reply>()
  const first = kept.run(request(), () => gate.promise)
  const second = kept.run(request(), () => Promise.reject(new Error('ran twice')))
  gate.resolve(created('once'))
  assert.deepEqual(await Promise.all([first, second]), [created('once'), created('once')])
})

test('one key for two requests is refused', async () => {
  const kept = new Idempotency(new TestClock())
  await kept.run(request(), async () => created(1))
  const others = [{ method: 'PUT' }, { path: '/users' }, { body: Buffer.from('{"a":1}') }]
  for (const other of others) {
    const again = kept.run(request(other), async () => created(2))
    await assert.rejects(again, { code: 'idempotency_reused' })
  }
})

test('a passing failure, a secret and a day-old answer are not kept', async () => {
  const clock = new TestClock()
  const kept = new Idempotency(clock)
  const replies: Reply[] = [{ status: 503 }, { status: 429 }, { status: 201, cookie: 'c' }]
  for (const reply of replies) {
    await kept.run(request(), async () => reply)
    assert.deepEqual(await kept.run(request(), async () => created('new')), created('new'))
    await clock.advance(24 * 60 * 60 * 1000)
  }
})

test('a refusal that stays is kept', async () => {
  const kept = new Idempotency(new TestClock())
  await kept.run(request(), async () => ({ status: 409 }))
  assert.deepEqual(await kept.run(request(), async () => created(1)), { status: 409 })
})

test('the oldest of more than 10,000 answers is forgotten', async () => {
  const kept = new Idempotency(new TestClock())
  const work = async (): Promise<Reply> => created(1)
  for (let i = 0; i <= 10_000; i++) await kept.run(request({ key: `k${i}` }), work)
  assert.deepEqual(await kept.run(request({ key: 'k0' }), async () => created(2)), created(2))
  assert.deepEqual(await kept.run(request({ key: 'k10000' }), async () => created(2)), created(1))
})

test('a key must be printable and short', async () => {
  const kept = new Idempotency(new TestClock())
  for (const key of ['', 'a b', 'ä', 'k'.repeat(129)]) {
    await assert.rejects(
      kept.run(request({ key }), async () => created(1)),
      { code: 'bad_request' },
    )
  }
})
