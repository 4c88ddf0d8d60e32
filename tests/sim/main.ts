// `npm run sim -- --seeds N --from S`: as many seeds as one likes, and the story of the first that fails.

import { parseArgs } from 'node:util'
import { run } from './run.ts'
import { shrink } from './shrink.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
  },
})
const from = Number(values.from)
const count = Number(values.seeds)
if (!Number.isSafeInteger(from) || !Number.isSafeInteger(count) || count < 1) {
  console.error('Usage: npm run sim -- [--seeds COUNT] [--from SEED]')
  process.exit(64)
}

const began = performance.now()
for (let seed = from; seed < from + count; seed++) {
  const outcome = run(seed)
  if (outcome.violation !== undefined) {
    const short = shrink(outcome)
    console.log(`Seed ${seed} fails: ${outcome.violation}\nShortened: ${short.violation}`)
    for (const fault of short.faults) console.log(`  ${JSON.stringify(fault)}`)
    process.exit(1)
  }
  const done = seed - from + 1
  if (done % 500 === 0) console.log(`${done} of ${count} seeds hold`)
}
const seconds = (performance.now() - began) / 1000
console.log(`${count} seeds hold (${from} to ${from + count - 1}), ${seconds.toFixed(0)} s`)
