import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { TestClock } from '../../tests/support/clock.ts'
import type { LiveChange, LiveTopics } from '../live/live.ts'
import { createLive } from '../live/table.ts'
import { Guesses } from './guesses.ts'

const RULE = { burst: 5, refillMs: 1000 }

/** Two peers whose Live is one: what the one publishes the other watches. */
function pair() {
  const clock = new TestClock()
  const live = createLive({ clock })
  const open = (self: string) => new Guesses('address', RULE, { clock, live, self })
  const [a, b] = [open('a'), open('b')]
  return { clock, live, a, b }
}

const limited = { code: 'rate_limited' }

test('a guess at one peer counts at the other, and a right one counts at neither', async () => {
  const { live, a, b } = pair()
  const followed = b.follow()
  for (let i = 0; i < 4; i++) {
    a.take('10.0.0.1')
    await turn()
  }
  b.take('10.0.0.1')
  assert.throws(() => b.check('10.0.0.1'), limited)
  b.check('10.0.0.2')
  a.giveBack('10.0.0.1')
  await turn()
  b.check('10.0.0.1')
  live.close()
  await followed
})

test('guesses that were told at once are counted as many, and forgotten when their time is over', async () => {
  const { clock, live, a, b } = pair()
  for (let i = 0; i < 5; i++) a.take('x')
  const followed = b.follow()
  // Follows from now on: what was said before comes with a new line, as here with the next attempt.
  a.owe('x')
  await turn()
  assert.throws(() => b.check('x'), limited)
  await clock.advance(RULE.burst * RULE.refillMs * 2)
  b.check('x')
  a.take('x')
  await turn()
  for (let i = 0; i < 4; i++) b.take('x')
  assert.throws(() => b.take('x'), limited)
  live.close()
  await followed
})

test('what is told names nobody, and has an end', () => {
  const told: string[] = []
  const live = {
    publish: (_topic: string, key: string) => void told.push(key),
    watch: async function* (): AsyncGenerator<LiveChange<never>, void, LiveTopics> {},
  }
  const guesses = new Guesses('username', RULE, { clock: new TestClock(), live, self: newId() })
  for (let i = 0; i < 3000; i++) guesses.take(`hunter${i}`)
  assert.ok(told.every((key) => key.length <= 64))
  assert.equal(new Set(told).size, 2000)
  assert.ok(told.every((key) => !key.includes('hunter')))
})

const turn = () => new Promise((resolve) => setImmediate(resolve))
