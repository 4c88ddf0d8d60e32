// `npm run check`: format, lint, types and tidiness, all at once, in seconds.

import { capture } from './lib/command.js'
import { ensureDependencies } from './lib/dependencies.js'
import { node24, root } from './lib/node24.js'
import { main, note, step } from './lib/say.js'

const bin = (name) => `node_modules/.bin/${name}`

/**
 * In one thread each, since all five run at once: a second checker of the same program checks its common types again,
 * which costs half as much processor time once more. What a file came to is kept until it or what it imports changes.
 */
const types = (project, kept) => [
  bin('tsc'),
  ...['-p', project, '--singleThreaded', '--incremental'],
  ...['--tsBuildInfoFile', `dist/types/${kept}.tsbuildinfo`],
]

const checks = [
  [
    'format and lint',
    [bin('biome'), 'ci', '.', `--colors=${process.stdout.isTTY ? 'force' : 'off'}`],
  ],
  ['types', types('.', 'all')],
  ['types of the web', types('web', 'web')],
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
  // GOMAXPROCS holds the part of oxlint that knows types to one thread.
  const env = {
    GOMAXPROCS: '1',
    ...process.env,
    PATH: `${root}/node_modules/.bin:${process.env.PATH}`,
  }
  const { status, output } = await capture([node24(), ...argv], { cwd: root, env })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  if (status === 0) note(`${name}: ok (${seconds} s)`)
  else step(`${name}: failed (${seconds} s)\n${output.trimEnd()}`)
  return status === 0
}
