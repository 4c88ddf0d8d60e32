// The test run itself, on Node 24: unit tests side by side, then those that share the engine, Chromium or the
// machine's load one after the other, and beside both what mostly waits; under one report that ends with the plain lines
// of Node's test runner. Each file is a run of its own: Node's runner waits for ever for a file whose process stays.

import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { relative, resolve } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { removeLeftovers } from './leftovers.js'
import { root } from './node24.js'
import { countsOf, eventsOf, failuresOf, isBad } from './outcomes.js'

/** No file may take longer: one that hangs, or leaves something open, must not cost the whole run its report. */
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

/** Files named at the end with their time. */
const SLOWEST = 12
const COUNTS = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo']

/** What each file came to, its last run counting. */
class Tally {
  #files = new Map()

  note(file, counts, tookMs) {
    this.#files.set(file, { counts, tookMs })
  }

  total(name) {
    return [...this.#files.values()].reduce((sum, { counts }) => sum + (counts[name] ?? 0), 0)
  }

  /** Where a run's time goes. */
  slowest(count) {
    const files = [...this.#files].toSorted(([, a], [, b]) => b.tookMs - a.tookMs)
    return files.slice(0, count).map(([file, { tookMs }]) => `${seconds(tookMs)} ${file}`)
  }
}

/** Runs so many files at a time, each in the order given when there is room. */
async function runLane(files, { concurrency, ...kept }) {
  const next = files.values()
  const worker = async () => {
    for (const file of next) await runFile(file, kept)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}

/**
 * Runs a file and reports it. With `again`, one that fails is told of in a few lines and put there instead: on a machine
 * that others load, too, a deadline may pass without anything being wrong.
 */
async function runFile(file, { report, tally, again }) {
  const began = performance.now()
  const signal = AbortSignal.timeout(FILE_TIMEOUT_MS)
  const events = await eventsOf(run({ files: [file], cwd: root, isolation: 'process', signal }))
  const counts = countsOf(events)
  if (again && isBad(counts)) {
    again.push(file)
    report.write(line(`failed, will be run again by itself: ${file}`))
    for (const failure of failuresOf(events)) report.write(line(failure))
    return
  }
  tally.note(file, counts, performance.now() - began)
  // All at once: the reporter must not mix two files' events.
  for (const event of events) report.write(event)
}

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
    await runLane(side, { concurrency, ...kept })
    await runLane(alone, { concurrency: 1, ...kept })
  }
  await Promise.all([runLane(apart, { concurrency: 1, ...kept }), others()])
  // What fails a second time, with nothing beside it, is wrong.
  if (again.length > 0) await removeLeftovers()
  await runLane(again, { concurrency: 1, report, tally })
  if (files.length > SLOWEST) for (const text of tally.slowest(SLOWEST)) report.write(line(text))
  for (const name of COUNTS) report.write(line(`${name} ${tally.total(name)}`))
  report.write(line(`duration_ms ${performance.now() - began}`))
  report.end()
  const isWell = tally.total('tests') > 0 && tally.total('fail') + tally.total('cancelled') === 0
  process.exitCode = isWell ? 0 : 1
}

const seconds = (ms) => `${(ms / 1000).toFixed(1).padStart(6)} s`

const line = (message) => ({
  type: 'test:diagnostic',
  data: { nesting: 0, message, level: 'info' },
})

if (process.argv[1] === import.meta.filename) {
  await main(process.argv.slice(2))
}
