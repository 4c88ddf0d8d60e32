// `npm run sim -- --seeds N --from S`: as many seeds as one likes, and the story of the first that fails. With `--data`
// the cluster that is simulated holds records; without it only who is there is looked at.

import { parseArgs } from 'node:util'
import { runData } from './data/run.ts'
import { run } from './run.ts'
import { shrink, shrinkBy } from './shrink.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    data: { type: 'boolean', default: false },
  },
})
const from = Number(values.from)
const count = Number(values.seeds)
if (!Number.isSafeInteger(from) || !Number.isSafeInteger(count) || count < 1) {
  console.error('Usage: npm run sim -- [--data] [--seeds COUNT] [--from SEED]')
  process.exit(64)
}

/** What the seed violates, shortened to the faults that it takes; nothing when it holds. */
function storyOf(seed: number): { violation: string; faults: readonly object[] } | undefined {
  const outcome = values.data ? runData(seed) : run(seed)
  if (outcome.violation === undefined) return undefined
  const short = values.data
    ? shrinkBy(runData(seed), (faults) => runData(seed, { faults }))
    : shrink(run(seed))
  return { violation: short.violation ?? outcome.violation, faults: short.faults }
}

const began = performance.now()
for (let seed = from; seed < from + count; seed++) {
  const story = storyOf(seed)
  if (story) {
    console.log(`Seed ${seed} fails: ${story.violation}`)
    for (const fault of story.faults) console.log(`  ${JSON.stringify(fault)}`)
    process.exit(1)
  }
  const done = seed - from + 1
  if (done % 500 === 0) console.log(`${done} of ${count} seeds hold`)
}
const seconds = (performance.now() - began) / 1000
console.log(`${count} seeds hold (${from} to ${from + count - 1}), ${seconds.toFixed(0)} s`)
