// The test run itself, on Node 24: unit tests, and beside them those that use the engine and Chromium and those that mostly
// wait, then those that measure; under one report that ends with the plain lines of Node's test runner. Each file, or batch
// of small ones, is a run of its own: Node's runner waits for ever for a file whose process stays.

import { globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { relative, resolve } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { removeLeftovers } from './leftovers.js'
import { root } from './node24.js'
import { countsOf, eventsOf, failuresOf, isBad } from './outcomes.js'
import { buildPeerImage, ensureNodeImage, ensureTestNodeImage } from './peer-image.js'

/**
 * No file may take longer: one that hangs, or fails and leaves something open, must not cost the whole run its report.
 * The longest take half a minute and, with others beside them, four minutes.
 */
const MAX_UNIT_MS = 2 * 60_000
const MAX_BATCH_MS = 4 * 60_000
const MAX_WHOLE_MS = 10 * 60_000

const EVERYWHERE = 'protocol link ssh server agent cli web/src scripts tests bench'.split(' ')

/** Files that compare times: what else runs would be in their figures, so they come last. They wait more than they work. */
const MEASURES =
  /^(tests\/(apps|e2e)\/attacks|tests\/links\/(distance|hostile|killed)|ssh\/hostile)\.test\.ts$/
/** Files that take minutes whatever runs beside them: they wait, or take what processor time is left. */
const WAITS = /^tests\/(sim\/|cluster\/(lab|torture)\.)/
/** Files that run a peer in a container: its image is built first, beside everything else. */
const IN_IMAGE = /^tests\/compose\//
/** Files that use the engine, a browser or a whole server: they leave the processor idle half of their time. */
const WHOLE = /^tests\/|\.docker\.test\.ts$/
/** Of those, what would still run when all others have ended, were it begun in its turn. */
const LONG = new RegExp(
  [
    'tests/cli/ssh',
    'tests/docs/',
    'tests/cluster/(rejoin|roaming|streams\\.|template|two-engines)',
    'tests/e2e/(attacks|keyboard|pages|people|survive)',
    'tests/(https/entrances|spaces/docker|ssh/(floods|gateway))',
    'galera',
  ].join('|'),
)
/** Unit tests share processes; a handful of seconds each, so that no lane waits long for the other. */
const BATCH = 8
const BATCHES = resolve(root, 'scripts/lib/batch.js')
/** What would see of the others which modules are loaded or how busy the process is, and what waits for databases. */
const ALONE =
  /^(agent\/idle|ssh\/(no-addon|openssh)|server\/(cluster\/membership|store\/(mysql|redis)\/.*))\.test\.ts$/

/**
 * What each lane runs at once: together they fill two cores, since what is short is busy and what is long waits. Who has no
 * unit test left goes on with the whole ones.
 */
const UNITS = Math.max(2, availableParallelism())
const WHOLES = UNITS + 1

function laneOf(file) {
  if (IN_IMAGE.test(file)) return 'image'
  if (WAITS.test(file)) return 'waiting'
  if (MEASURES.test(file)) return 'measuring'
  return WHOLE.test(file) ? 'whole' : 'unit'
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

  note(name, counts, tookMs) {
    this.#files.set(name, { counts, tookMs })
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

/** A process's files, by its first. */
const only = (file) => ({ name: file, files: [file] })

function batchesOf(files) {
  const isAlone = (file) => ALONE.test(file) || LONG.test(file)
  const shared = files.filter((file) => !isAlone(file))
  const batches = Array.from({ length: Math.ceil(shared.length / BATCH) }, (_, i) => {
    const some = shared.slice(i * BATCH, (i + 1) * BATCH)
    return { name: `${some[0]} and ${some.length - 1} after it`, files: some }
  })
  return [...files.filter(isAlone).map(only), ...batches]
}

/** Runs so many at a time, each in the order given when there is room; then what is left in `others`. */
async function runLane(runs, { concurrency, others = [].values(), ...kept }) {
  const worker = async () => {
    for (const queue of [runs, others]) for (const one of queue) await runFiles(one, kept)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}

function mostMs(files) {
  if (laneOf(files[0]) !== 'unit') return MAX_WHOLE_MS
  return files.length === 1 ? MAX_UNIT_MS : MAX_BATCH_MS
}

/**
 * Runs what shares a process and reports it. With `again`, what fails is told of in a few lines and put there instead, each
 * file by itself: on a machine that others load, too, a deadline may pass without anything being wrong.
 */
async function runFiles({ name, files }, { report, tally, again }) {
  const began = performance.now()
  const signal = AbortSignal.timeout(mostMs(files))
  const program = files.length === 1 ? { files } : { files: [BATCHES], argv: files }
  const events = await eventsOf(run({ ...program, cwd: root, isolation: 'process', signal }))
  const counts = countsOf(events)
  if (again && isBad(counts)) {
    again.push(...files.map(only))
    report.write(line(`failed, will be run again by itself: ${name}`))
    for (const failure of failuresOf(events)) report.write(line(failure))
    return
  }
  tally.note(name, counts, performance.now() - began)
  // All at once: the reporter must not mix two files' events.
  for (const event of events) report.write(event)
}

const isWhole = process.env.SKEIN_TEST_WHOLE === '1'

/** Of these very sources; minutes at first, seconds later. Without one no test of it may pass with an older one. */
async function hasBuiltImage({ report, tally }) {
  try {
    await buildPeerImage(await (isWhole ? ensureNodeImage : ensureTestNodeImage)())
    return true
  } catch (error) {
    report.write(line(`there is no image of a peer: ${error.message}`))
    tally.note('the image of a peer', { tests: 1, fail: 1 }, 0)
    return false
  }
}

async function main(words) {
  const files = testFiles(words)
  if (files.length === 0) throw new Error(`No test file fits: ${words.join(' ')}`)
  process.env.NODE_ENV = 'test'
  // A file takes half a second of processor time to strip and compile, and most import the same ones.
  process.env.NODE_COMPILE_CACHE ??= resolve(root, 'node_modules/.cache/skein')
  const began = performance.now()
  const report = new spec()
  report.pipe(process.stdout)
  const tally = new Tally()
  const again = []
  const kept = { report, tally, again }
  const ordered = files.toSorted((a, b) => Number(LONG.test(b)) - Number(LONG.test(a)))
  const lanes = Object.groupBy(ordered, laneOf)
  const queueOf = (name, runsOf = (all) => all.map(only)) => runsOf(lanes[name] ?? []).values()
  const lane = (name, concurrency) => runLane(queueOf(name), { concurrency, ...kept })
  const [units, wholes] = [queueOf('unit', batchesOf), queueOf('whole')]
  const inImages = async () => {
    if (lanes.image && (await hasBuiltImage(kept))) await lane('image', 1)
  }
  await Promise.all([
    lane('waiting', 1),
    runLane(wholes, { concurrency: WHOLES, ...kept }),
    runLane(units, { concurrency: UNITS, others: wholes, ...kept }),
    inImages(),
  ])
  await lane('measuring', 4)
  // What fails a second time, with nothing beside it, is wrong.
  if (again.length > 0) await removeLeftovers()
  await runLane(again.values(), { concurrency: 1, report, tally })
  if (files.length > SLOWEST) for (const text of tally.slowest(SLOWEST)) report.write(line(text))
  for (const name of COUNTS) report.write(line(`${name} ${tally.total(name)}`))
  report.write(line(`processor ${seconds(childrenMs()).trim()}, without containers`))
  report.write(line(`duration_ms ${performance.now() - began}`))
  report.end()
  const isWell = tally.total('tests') > 0 && tally.total('fail') + tally.total('cancelled') === 0
  process.exitCode = isWell ? 0 : 1
}

/** Processor time of the tests and of what they started and waited for, ms; proc(5) counts it in hundredths of a second. */
function childrenMs() {
  const [, fields] = readFileSync('/proc/self/stat', 'utf8').split(') ')
  const [user, system] = fields.split(' ').slice(13, 15)
  return (Number(user) + Number(system)) * 10
}

const seconds = (ms) => `${(ms / 1000).toFixed(1).padStart(6)} s`

const line = (message) => ({
  type: 'test:diagnostic',
  data: { nesting: 0, message, level: 'info' },
})

if (process.argv[1] === import.meta.filename) {
  await main(process.argv.slice(2))
}
