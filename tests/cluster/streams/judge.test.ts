// The judge must find every wrong that a stream can do to somebody: it is given what such streams would have brought.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Judge } from './judge.ts'
import { BEGINS, endLine, gotLine, inputLine, tickLine } from './lines.ts'

const SIZES = { tickBytes: 40, inputBytes: 20 }
const TYPED = 4

/** What comes when all is well: four inputs among ticks. */
function good(inputs: readonly number[] = [1, 2, 3, 4]): string[] {
  const lines: string[] = []
  for (const input of inputs) {
    lines.push(tickLine(lines.length + 1, SIZES.tickBytes))
    lines.push(gotLine(lines.length + 1, inputLine(input, SIZES.inputBytes)))
  }
  return [...lines, endLine(lines.length + 1, inputs.length)]
}

function judged(lines: readonly string[], cut = 1000): Judge {
  const judge = new Judge(SIZES)
  for (let i = 0; i < TYPED; i++) judge.type(i * 100)
  const bytes = Buffer.from(['$ perl talk', BEGINS, ...lines].map((line) => `${line}\n`).join(''))
  for (let at = 0; at < bytes.length; at += cut) judge.take(bytes.subarray(at, at + cut), 1000)
  judge.finish()
  return judge
}

const rules = (lines: readonly string[]) => judged(lines).violations.map(({ rule }) => rule)

test('a whole stream is well however its bytes are cut', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99 }), (cut) => {
      const judge = judged(good(), cut)
      assert.deepEqual(judge.violations, [])
      assert.equal(judge.echoes.length, TYPED)
    }),
  )
})

test('a line that is lost is found', () => {
  assert.deepEqual(rules(good().toSpliced(2, 1)), ['lost'])
})

test('a line that came twice is found', () => {
  const lines = good()
  assert.deepEqual(rules(lines.toSpliced(3, 0, lines[2] ?? '')), ['doubled'])
})

test('a byte that is lost, doubled or changed within a line is found', () => {
  const at = (change: (line: string) => string) =>
    good().map((line, i) => (i === 4 ? change(line) : line))
  assert.deepEqual(rules(at((line) => line.slice(0, 20) + line.slice(21))), ['changed'])
  assert.deepEqual(rules(at((line) => line.slice(0, 20) + line.slice(19))), ['changed'])
  assert.deepEqual(rules(at((line) => `${line.slice(0, 20)}-${line.slice(21)}`)), ['changed'])
})

test('an end of a line that is lost is found', () => {
  const [first = '', second = '', ...others] = good()
  assert.ok(rules([first + second, ...others]).includes('changed'))
})

test('a line that was typed twice, or never, is found', () => {
  assert.deepEqual(rules(good([1, 2, 2, 3, 4])), ['typed twice', 'typed wrong'])
  assert.deepEqual(rules(good([1, 2, 4])), ['not typed', 'typed wrong'])
  assert.deepEqual(rules(good([1, 2, 3])), ['not typed'])
  assert.deepEqual(rules(good([1, 3, 2, 4])).at(0), 'not typed')
})

test('a line that was read as something else, or that nobody typed, is found', () => {
  const lines = good()
  assert.deepEqual(rules(lines.with(3, (lines[3] ?? '').slice(0, -1))).at(0), 'typed wrong')
  assert.deepEqual(rules(good([1, 2, 3, 4, 5])).at(0), 'typed wrong')
})

test('a stream that ended before its program, or goes on behind it, is found', () => {
  assert.deepEqual(rules(good().slice(0, -1)), ['closed'])
  assert.deepEqual(rules([...good(), tickLine(10, SIZES.tickBytes)]), ['doubled'])
})

test('it tells how long each line waited for its repetition', () => {
  const { echoes } = judged(good())
  assert.deepEqual(
    echoes.map(({ typedMs, echoedMs }) => echoedMs - typedMs),
    [1000, 900, 800, 700],
  )
})
