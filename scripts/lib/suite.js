// The test run itself, on Node 24: unit tests side by side, then those that share the engine, Chromium or the
// machine's load one after the other, under one report that ends with the plain lines of Node's test runner.

import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { relative, resolve } from 'node:path'
import { Transform } from 'node:stream'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { root } from './node24.js'

/** No file may take longer: a hang must not cost the whole run its report. */
const FILE_TIMEOUT_MS = 5 * 60_000

const EVERYWHERE = 'protocol link ssh server agent cli web/src scripts tests bench'.split(' ')

/** Files that must not run beside others: they time things, or share an engine and a browser. */
export function runsAlone(file) {
  return file.startsWith('tests/') || file.endsWith('.docker.test.ts')
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
const COUNT_NAMES = { passed: 'pass', failed: 'fail' }

/** Passes a phase's events on, but keeps its closing counts back and adds them to `totals`. */
function phase(totals) {
  return new Transform({
    objectMode: true,
    transform(event, _, done) {
      if (event.type === 'test:summary' && event.data.file === undefined) {
        for (const [name, count] of Object.entries(event.data.counts)) {
          const line = COUNT_NAMES[name] ?? name
          totals[line] = (totals[line] ?? 0) + count
        }
        return done()
      }
      const closing = event.type === 'test:diagnostic' && event.data.file === undefined
      done(null, closing ? undefined : event)
    },
  })
}

async function runPhase(files, concurrency, report, totals) {
  if (files.length === 0) return
  const options = { files, concurrency, cwd: root, timeout: FILE_TIMEOUT_MS, isolation: 'process' }
  const events = run(options).pipe(phase(totals))
  for await (const event of events) if (!report.write(event)) await drained(report)
}

const drained = (stream) => new Promise((resolve) => stream.once('drain', resolve))

async function main(words) {
  const files = testFiles(words)
  if (files.length === 0) throw new Error(`No test file fits: ${words.join(' ')}`)
  process.env.NODE_ENV = 'test'
  const began = performance.now()
  const totals = {}
  const report = new spec()
  report.pipe(process.stdout)
  const side = files.filter((file) => !runsAlone(file))
  await runPhase(side, Math.max(2, availableParallelism()), report, totals)
  await runPhase(files.filter(runsAlone), 1, report, totals)
  for (const name of COUNTS) report.write(line(`${name} ${totals[name] ?? 0}`))
  report.write(line(`duration_ms ${performance.now() - began}`))
  report.end()
  const bad = (totals.fail ?? 0) + (totals.cancelled ?? 0)
  process.exitCode = bad > 0 || (totals.tests ?? 0) === 0 ? 1 : 0
}

const line = (message) => ({
  type: 'test:diagnostic',
  data: { nesting: 0, message, level: 'info' },
})

if (process.argv[1] === import.meta.filename) {
  await main(process.argv.slice(2))
}
