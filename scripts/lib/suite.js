// The test run itself, on Node 24: unit tests side by side, then those that share the engine, Chromium or the
// machine's load one after the other, under one report that ends with the plain lines of Node's test runner.

import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { root } from './node24.js'
import { byFile, countsOf, failuresOf, isBad } from './outcomes.js'

/** No file may take longer: a hang must not cost the whole run its report. */
const FILE_TIMEOUT_MS = 5 * 60_000

const EVERYWHERE = 'protocol link ssh server agent cli web/src scripts tests bench'.split(' ')

/** Files that must not run beside others: they time things, or share an engine and a browser. */
export function runsAlone(file) {
  return (file.startsWith('tests/') || file.endsWith('.docker.test.ts')) && !runsApart(file)
}

/** Files that take minutes whatever runs beside them: they wait, or take what processor time is left. */
export function runsApart(file) {
  return file.startsWith('tests/cluster/') || file.startsWith('tests/sim/')
}

/** The test files that the arguments name: files, folders or patterns; without any, all. */
export function testFiles(words) {
  const patterns = (words.length > 0 ? words : EVERYWHERE).flatMap((word) => {
    const path = relative(root, resolve(root, word))
    return /\.test\.[jt]s$/.test(path) ? [path] : [`${path}/**/*.test.{ts,js}`]
  })
  const files = new Set(patterns.flatMap((pattern) => globSync(pattern, { cwd: root })))
  return [...files].toSorted((a, b) => a.localeCompare(b))
}

const COUNTS = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo']

/** What each file came to, its last run counting. */
class Tally {
  #files = new Map()

  note(file, counts) {
    this.#files.set(file, counts)
  }

  total(name) {
    return [...this.#files.values()].reduce((sum, counts) => sum + (counts[name] ?? 0), 0)
  }
}

/**
 * Runs files and reports them. With `again`, a file that fails is told of in a few lines and put there instead: on a
 * machine that others load, too, a deadline may pass without anything being wrong.
 */
async function runPhase(files, { concurrency, report, tally, again }) {
  if (files.length === 0) return
  const options = { files, concurrency, cwd: root, timeout: FILE_TIMEOUT_MS, isolation: 'process' }
  for await (const { file, events } of byFile(
    run(options),
    files.map((name) => join(root, name)),
  )) {
    const counts = countsOf(events)
    if (again && isBad(counts)) {
      again.push(relative(root, file))
      report.write(line(`failed, will be run again by itself: ${relative(root, file)}`))
      for (const failure of failuresOf(events)) report.write(line(failure))
      continue
    }
    tally.note(file, counts)
    for (const event of events) if (!report.write(event)) await drained(report)
  }
}

const drained = (stream) => new Promise((resolve) => stream.once('drain', resolve))

async function main(words) {
  const files = testFiles(words)
  if (files.length === 0) throw new Error(`No test file fits: ${words.join(' ')}`)
  process.env.NODE_ENV = 'test'
  const began = performance.now()
  const report = new spec()
  report.pipe(process.stdout)
  const tally = new Tally()
  const again = []
  const kept = { report, tally, again }
  const apart = files.filter(runsApart)
  const alone = files.filter(runsAlone)
  const side = files.filter((file) => !runsApart(file) && !runsAlone(file))
  const concurrency = Math.max(2, availableParallelism())
  const others = async () => {
    await runPhase(side, { concurrency, ...kept })
    await runPhase(alone, { concurrency: 1, ...kept })
  }
  await Promise.all([runPhase(apart, { concurrency: 1, ...kept }), others()])
  // What fails a second time, with nothing beside it, is wrong.
  await runPhase(again, { concurrency: 1, report, tally })
  for (const name of COUNTS) report.write(line(`${name} ${tally.total(name)}`))
  report.write(line(`duration_ms ${performance.now() - began}`))
  report.end()
  const isWell = tally.total('tests') > 0 && tally.total('fail') + tally.total('cancelled') === 0
  process.exitCode = isWell ? 0 : 1
}

const line = (message) => ({
  type: 'test:diagnostic',
  data: { nesting: 0, message, level: 'info' },
})

if (process.argv[1] === import.meta.filename) {
  await main(process.argv.slice(2))
}
