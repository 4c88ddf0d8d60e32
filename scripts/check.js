// `npm run check`: format, lint, types and tidiness, all at once, in seconds.

import { capture } from './lib/command.js'
import { ensureDependencies } from './lib/dependencies.js'
import { node24, root } from './lib/node24.js'
import { main, note, step } from './lib/say.js'

const bin = (name) => `node_modules/.bin/${name}`

const checks = [
  [
    'format and lint',
    [bin('biome'), 'ci', '.', `--colors=${process.stdout.isTTY ? 'force' : 'off'}`],
  ],
  ['types', [bin('tsc'), '-p', '.']],
  ['types of the web', [bin('tsc'), '-p', 'web']],
  ['promises', [bin('oxlint'), '--type-aware']],
  ['tidiness', ['--test', 'tests/tidy.test.ts']],
]

await main(async () => {
  await ensureDependencies()
  const results = await Promise.all(checks.map(([name, argv]) => check(name, argv)))
  return results.every(Boolean) ? 0 : 1
})

async function check(name, argv) {
  const began = performance.now()
  const env = { ...process.env, PATH: `${root}/node_modules/.bin:${process.env.PATH}` }
  const { status, output } = await capture([node24(), ...argv], { cwd: root, env })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  if (status === 0) note(`${name}: ok (${seconds} s)`)
  else step(`${name}: failed (${seconds} s)\n${output.trimEnd()}`)
  return status === 0
}
