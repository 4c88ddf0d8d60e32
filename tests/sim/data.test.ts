// Replication under the simulator: random schedules over the join alone, whole clusters for a fixed time, the seeds that
// once failed, and the proof that the simulator sees what it is there to see.

import assert from 'node:assert/strict'
import { constants, setPriority } from 'node:os'
import { test } from 'node:test'
import { joinRules } from '../../server/cluster/replica/join.ts'
import { amount } from '../support/amount.ts'
import { type Breakage, broken } from './data/broken.ts'
import { type DataOutcome, runData } from './data/run.ts'
import { runSchedule } from './data/schedule.ts'
import { shrinkBy } from './shrink.ts'

// Other tests time things meanwhile; seeds take what they leave.
setPriority(constants.priority.PRIORITY_LOW)

/** Wall time for fresh seeds, ms, and the fewest that must fit into it. */
const TIME_MS = Number(process.env.SKEIN_SIM_DATA_MS ?? amount({ usual: 1_500, whole: 90_000 }))
const FEWEST_SEEDS = amount({ usual: 25, whole: 200 })
const SCHEDULES = amount({ usual: 100, whole: 1000 })
/** Within which each broken machine must be found out. */
const SEEDS_TO_SEE = 500
/** What few seeds show, and one that did. It is tried first: the machine may have changed since, but mostly has not. */
const seenLast: Readonly<Record<string, number>> = {
  'floors are not taken over with what was compared': 318,
  'two writes of a right are not mended': 762,
  'of two deletions one is kept': 340,
  'what a push lost is never looked for': 66,
  'the clock begins anew with the process': 45,
  'transactions are collected beyond the floors that a member knows': 232,
  'what is not durable is answered for': 21,
  'a tombstone is purged before its row was heard of': 91,
  'a claim that lost is dropped at once': 15,
  'what came last is taken for the latest': 8,
  'nobody heeds a floor': 7,
  'a shared database that went back keeps its origin': 7,
  'a database that went back is asked for what memory has heard of': 15,
  'what members remember of a database that went back is not given back': 15,
}
const seedsToSee = (what: string): readonly number[] => [
  ...(seenLast[what] === undefined ? [] : [seenLast[what]]),
  ...Array.from({ length: SEEDS_TO_SEE }, (_, i) => i + 1),
]

/** Seeds that failed once, and what they showed. */
const kept: Readonly<Record<number, string>> = {
  900428:
    'two sides disable a user and both enable it again; D8 asked one of the two for what only the other had seen',
}

const shortened = ({ seed }: DataOutcome, breakage = {}): DataOutcome =>
  shrinkBy(runData(seed, { breakage }), (faults) => runData(seed, { breakage, faults }))

function violationOf(seed: number, breakage: Breakage): string | undefined {
  if (!breakage.isNarrow) return runData(seed, { breakage }).violation
  const { join, faults } = breakage
  const rules = { ...joinRules, ...join }
  return runSchedule(seed, { rules, isNarrow: true, ...(faults && { faults }) })
}

const report = ({ seed, violation, faults }: DataOutcome): string =>
  `seed ${seed}: ${violation}\n${faults.map((fault) => JSON.stringify(fault)).join('\n')}`

for (const [seed, story] of Object.entries(kept)) {
  test(`seed ${seed} holds: ${story}`, () => {
    const outcome = runData(Number(seed))
    assert.equal(outcome.violation, undefined, report(outcome))
  })
}

test('databases that hear parts of one another in any order agree, also after one was put back to an old copy', () => {
  for (let seed = 1; seed <= SCHEDULES; seed++) {
    assert.equal(runSchedule(seed), undefined, `seed ${seed}`)
    assert.equal(runSchedule(seed, { restores: true }), undefined, `seed ${seed}, with restores`)
    assert.equal(runSchedule(seed, { isNarrow: true }), undefined, `seed ${seed}, narrow`)
  }
})

test('no seed violates an invariant, and each goes the same way twice', (t) => {
  const began = performance.now()
  let [seed, writes, comparisons] = [0, 0, 0]
  while (performance.now() - began < TIME_MS || seed < FEWEST_SEEDS) {
    seed += 1
    const outcome = runData(seed)
    if (outcome.violation) assert.fail(report(shortened(outcome)))
    assert.equal(runData(seed).trace, outcome.trace, `seed ${seed} went two ways`)
    writes += outcome.writes
    comparisons += outcome.comparisons
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  t.diagnostic(`${seed} seeds, ${writes} writes, ${comparisons} comparisons in ${seconds} s`)
})

for (const [what, breakage] of Object.entries(broken)) {
  test(`the simulator sees when ${what}`, (t) => {
    for (const seed of seedsToSee(what)) {
      const violation = violationOf(seed, breakage)
      if (violation === undefined) continue
      t.diagnostic(`seed ${seed}: ${violation}`)
      return
    }
    assert.fail(`${SEEDS_TO_SEE} seeds showed nothing`)
  })
}

test('a failing run with data is shortened to the faults that it takes', () => {
  const breakage = broken['a restored database keeps its origin'] ?? {}
  for (let seed = 1; seed <= SEEDS_TO_SEE; seed++) {
    const failed = runData(seed, { breakage })
    if (failed.violation === undefined || failed.faults.length < 4) continue
    const short = shortened(failed, breakage)
    assert.equal(short.violation?.slice(0, 2), failed.violation.slice(0, 2))
    assert.ok(short.faults.length < failed.faults.length, report(short))
    return
  }
  assert.fail('no seed failed')
})
