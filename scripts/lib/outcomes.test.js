import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countsOf, eventsOf, failuresOf, isBad } from './outcomes.js'

const event = (type, file, data = {}) => ({ type: `test:${type}`, data: { file, ...data } })
const summary = (file, counts) => event('summary', file, { counts: { suites: 0, ...counts } })
const failure = (file, name, cause) => event('fail', file, { name, details: { error: { cause } } })

/** As Node tells of a file that is well, of one with a failure in a module that it imports, and of one that died. */
const told = {
  good: [
    event('enqueue', 'good'),
    event('start', 'good', { name: 'a' }),
    event('complete', 'good'),
    event('pass', 'good', { name: 'a' }),
    summary('good', { tests: 1, passed: 1, failed: 0, cancelled: 0 }),
    event('summary', undefined, { counts: { tests: 4 } }),
    event('diagnostic', undefined, { message: 'tests 4' }),
  ],
  bad: [
    event('start', 'module', { name: 'c' }),
    event('pass', 'module', { name: 'c' }),
    failure('bad', 'b', new Error('no luck')),
    summary('bad', { tests: 2, passed: 1, failed: 1, cancelled: 0 }),
  ],
  dead: [event('complete', 'dead'), failure('dead', '/dead', 'exit status 3')],
}

/** How Node ends a file that took too long: it says so, and counts nothing. */
const late = [failure('late', '/late', 'The operation was aborted due to timeout')]

async function* run(file) {
  yield* told[file] ?? late
}

const countsIn = async (file) => countsOf(await eventsOf(run(file)))

test('a file has its counts, whoever tells of its tests, and Node’s own closing lines are nobody’s', async () => {
  const counts = []
  for (const file of ['good', 'bad', 'dead', 'late']) {
    const { tests, pass = 0, fail = 0 } = await countsIn(file)
    counts.push({ tests, pass, fail })
  }
  assert.deepEqual(counts, [
    { tests: 1, pass: 1, fail: 0 },
    { tests: 2, pass: 1, fail: 1 },
    { tests: 1, pass: 0, fail: 1 },
    { tests: 1, pass: 0, fail: 1 },
  ])
})

test('what is told out of order is left out', async () => {
  const types = (await eventsOf(run('good'))).map(({ type }) => type)
  assert.deepEqual(types, ['test:start', 'test:pass', 'test:summary'])
})

test('a file is bad when a test failed, and when it died before it could say so', async () => {
  assert.ok(!isBad(await countsIn('good')))
  for (const file of ['bad', 'dead', 'late']) assert.ok(isBad(await countsIn(file)), file)
})

test('a failure is told with its reason', async () => {
  assert.match(failuresOf(await eventsOf(run('bad'))).join(), /^b: Error: no luck/)
  assert.deepEqual(failuresOf(await eventsOf(run('dead'))), ['/dead: exit status 3'])
})
