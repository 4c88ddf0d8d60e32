import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byFile, countsOf, failuresOf, isBad } from './outcomes.js'

const event = (type, file, data = {}) => ({ type: `test:${type}`, data: { file, ...data } })
const summary = (file, counts) => event('summary', file, { counts: { suites: 0, ...counts } })
const failure = (file, name, cause) => event('fail', file, { name, details: { error: { cause } } })

/** As Node tells of three files that ran side by side: one well, one with a failure, one that died. */
const told = [
  event('enqueue', 'good'),
  event('enqueue', 'bad'),
  event('start', 'good', { name: 'a' }),
  event('complete', 'dead'),
  event('pass', 'good', { name: 'a' }),
  summary('good', { tests: 1, passed: 1, failed: 0, cancelled: 0 }),
  event('start', 'module', { name: 'c' }),
  event('pass', 'module', { name: 'c' }),
  event('start', 'bad', { name: 'b' }),
  failure('bad', 'b', new Error('no luck')),
  summary('bad', { tests: 2, passed: 1, failed: 1, cancelled: 0 }),
  failure('dead', '/dead', 'exit status 3'),
  event('summary', undefined, { counts: { tests: 4 } }),
  event('diagnostic', undefined, { message: 'tests 4' }),
]

async function files() {
  const all = new Map()
  for await (const { file, events } of byFile(told, ['good', 'bad', 'dead'])) all.set(file, events)
  return all
}

test('each file has its events and its counts, and Node’s own closing lines are nobody’s', async () => {
  const all = await files()
  assert.deepEqual([...all.keys()], ['good', 'bad', 'dead'])
  const counts = [...all.values()].map((events) => {
    const { tests, pass = 0, fail = 0 } = countsOf(events)
    return { tests, pass, fail }
  })
  assert.deepEqual(counts, [
    { tests: 1, pass: 1, fail: 0 },
    { tests: 2, pass: 1, fail: 1 },
    { tests: 1, pass: 0, fail: 1 },
  ])
})

test('tests of an imported module are those of the file that imports it', async () => {
  const all = await files()
  assert.ok(all.get('bad').some(({ data }) => data.name === 'c'))
  assert.ok(!all.get('good').some(({ data }) => data.name === 'c'))
})

test('a file is bad when a test failed, and when it died before it could say so', async () => {
  const all = await files()
  assert.deepEqual(
    [...all.values()].map((events) => isBad(countsOf(events))),
    [false, true, true],
  )
})

test('a failure is told with its reason', async () => {
  const all = await files()
  assert.match(failuresOf(all.get('bad')).join(), /^b: Error: no luck/)
  assert.deepEqual(failuresOf(all.get('dead')), ['/dead: exit status 3'])
})
