import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Crowd, MAX_CONNECTIONS, MAX_PER_ADDRESS, MAX_STRANGERS } from './crowd.ts'

test('one address has its limit, and gets back what it leaves', () => {
  const crowd = new Crowd<number>()
  const entries = Array.from(
    { length: MAX_PER_ADDRESS },
    (_, i) => crowd.enter('10.0.0.1', i).entry,
  )
  for (const entry of entries) crowd.known(entry)
  assert.equal(crowd.full('10.0.0.1'), MAX_PER_ADDRESS)
  assert.equal(crowd.full('10.0.0.2'), undefined)
  for (const entry of entries) crowd.leave(entry)
  assert.equal(crowd.full('10.0.0.1'), undefined)
  assert.equal(crowd.size, 0)
})

test('all together have theirs', () => {
  const crowd = new Crowd<number>()
  for (let i = 0; i < MAX_CONNECTIONS; i++) crowd.known(crowd.enter(`10.0.${i}`, i).entry)
  assert.equal(crowd.full('10.1.1.1'), MAX_CONNECTIONS)
})

test('who is silent longest makes room for who comes, and who is in stays', () => {
  const crowd = new Crowd<string>()
  crowd.known(crowd.enter('a', 'known').entry)
  const evicted = Array.from(
    { length: MAX_STRANGERS + 2 },
    (_, i) => crowd.enter('b', `${i}`).evicted,
  )
  assert.deepEqual(
    evicted.filter((each) => each !== undefined),
    ['0', '1'],
  )
})

test('one address that is silent many times over pushes out nobody but itself', () => {
  const crowd = new Crowd<string>()
  crowd.enter('10.0.0.1', 'honest and first')
  const evicted = Array.from(
    { length: 2 * MAX_STRANGERS },
    (_, i) => crowd.enter('10.0.0.2', `silent ${i}`).evicted,
  )
  const gone = evicted.filter((each) => each !== undefined)
  assert.equal(gone.length, MAX_STRANGERS + 1)
  assert.ok(gone.every((each) => each.startsWith('silent')))
  assert.match(String(crowd.enter('10.0.0.3', 'honest and last').evicted), /^silent/)
})

test('the addresses of one IPv6 network push out each other and count as one', () => {
  const crowd = new Crowd<string>()
  crowd.enter('2001:db8:1::1', 'honest')
  const many = Array.from({ length: MAX_STRANGERS + 10 }, (_, i) => `2001:db8:2::${i.toString(16)}`)
  const evicted = many.map((address) => crowd.enter(address, 'silent').evicted)
  assert.ok(evicted.every((each) => each !== 'honest'))
  assert.equal(crowd.full('2001:db8:2::ffff'), MAX_PER_ADDRESS)
  assert.equal(crowd.full('2001:db8:1::2'), undefined)
})
