// The membership layer under the simulator: many seeds for a fixed time, the seeds that once failed, and the proof that
// the simulator sees what it is there to see.

import assert from 'node:assert/strict'
import { constants, setPriority } from 'node:os'
import { test } from 'node:test'
import { amount } from '../support/amount.ts'
import { broken } from './broken.ts'
import { type Outcome, run } from './run.ts'
import { shrink } from './shrink.ts'

// Other tests time things meanwhile; seeds take what they leave.
setPriority(constants.priority.PRIORITY_LOW)

/** Wall time for fresh seeds, ms, and the fewest that must fit into it. */
const TIME_MS = Number(process.env.SKEIN_SIM_MS ?? amount({ usual: 1_500, whole: 90_000 }))
const FEWEST_SEEDS = amount({ usual: 20, whole: 200 })
/** Within which each broken machine must be found out. */
const SEEDS_TO_SEE = 500
/** What few seeds show, and one that did. It is tried first: the machine may have changed since, but mostly has not. */
const seenLast: Readonly<Record<string, number>> = {
  'the dead are never tried again': 31,
  'a doubt is a verdict as soon as one shares it': 46,
  'every death is taken on trust': 8,
  'the better state wins over the worse': 3,
  'a suspicion never ends': 3,
  'views are never compared': 4,
}
const seedsToSee = (what: string): readonly number[] => [
  ...(seenLast[what] === undefined ? [] : [seenLast[what]]),
  ...Array.from({ length: SEEDS_TO_SEE }, (_, i) => i + 1),
]

/** Seeds that failed once, and what they showed. */
const kept: Readonly<Record<number, string>> = {
  8: 'a peer that leaves while it stands still',
  10472: 'two that had left, started again on their side of a split: nobody looked for anybody',
  7199: 'a verdict about a later start, heard before that start was met: it was refused for ever',
  19174: 'a peer that woke after a heal: it was held to what it could have heard in its sleep',
  1309: 'a doubt that began 20 ms before the views were compared: a lost datagram, and a stream that waited thrice',
  976: 'a peer that changed what it says of itself after its farewell',
}

const report = (outcome: Outcome): string => {
  const { seed, violation, faults } = outcome
  return `seed ${seed}: ${violation}\n${faults.map((fault) => JSON.stringify(fault)).join('\n')}`
}

for (const [seed, story] of Object.entries(kept)) {
  test(`seed ${seed} holds: ${story}`, () => {
    const outcome = run(Number(seed))
    assert.equal(outcome.violation, undefined, report(outcome))
  })
}

test('no seed violates an invariant, and each goes the same way twice', (t) => {
  const began = performance.now()
  let seed = 0
  while (performance.now() - began < TIME_MS || seed < FEWEST_SEEDS) {
    seed += 1
    const outcome = run(seed)
    if (outcome.violation) assert.fail(report(shrink(outcome)))
    assert.equal(run(seed).trace, outcome.trace, `seed ${seed} went two ways`)
  }
  t.diagnostic(`${seed} seeds in ${((performance.now() - began) / 1000).toFixed(0)} s`)
})

for (const [what, rules] of Object.entries(broken)) {
  test(`the simulator sees when ${what}`, (t) => {
    for (const seed of seedsToSee(what)) {
      const { violation } = run(seed, { rules })
      if (violation === undefined) continue
      t.diagnostic(`seed ${seed}: ${violation}`)
      return
    }
    assert.fail(`${SEEDS_TO_SEE} seeds showed nothing`)
  })
}

test('a failing run is shortened to the faults that it takes', () => {
  const what = 'the dead are never tried again'
  const rules = broken[what]
  for (const seed of seedsToSee(what)) {
    const failed = run(seed, rules ? { rules } : {})
    if (failed.violation === undefined || failed.faults.length < 4) continue
    const short = shrink(failed, rules)
    assert.equal(short.violation?.slice(0, 2), failed.violation.slice(0, 2))
    assert.ok(short.faults.length < failed.faults.length, report(short))
    return
  }
  assert.fail('no seed failed')
})
