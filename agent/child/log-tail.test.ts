import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitLines, LogTail } from './log-tail.ts'

function tail(maxLines: number, ...written: (string | Buffer)[]): string[] {
  const log = new LogTail(maxLines)
  for (const text of written) log.write(Buffer.from(text))
  return log.last()
}

test('only the last lines are kept', () => {
  assert.deepEqual(tail(2, 'a\nb\nc\n'), ['b', 'c'])
})

test('lines and characters that are cut between two writes are whole', () => {
  const euro = Buffer.from('€')
  assert.deepEqual(tail(5, 'on', 'e\ntw', 'o ', euro.subarray(0, 1), euro.subarray(1)), [
    'one',
    'two €',
  ])
})

test('a line without end does not grow', () => {
  const log = new LogTail(3)
  for (let i = 0; i < 1000; i++) log.write(Buffer.alloc(10_000, 'x'))
  assert.equal(log.last().join('').length, 1000)
})

test('a progress bar is its last state', () => {
  assert.deepEqual(tail(5, '10 %\r50 %\r100 %\r\ndone\n'), ['100 %', 'done'])
})

test('of a flood only the end is looked at, and it is the right end', () => {
  const lines = Array.from({ length: 5000 }, (_, i) => `line ${i}`)
  for (const end of ['', '\n']) {
    const log = new LogTail(3)
    log.write(Buffer.from('unfinished'))
    log.write(Buffer.from(lines.join('\n') + end))
    assert.deepEqual(log.last(), lines.slice(-3))
  }
})

test('lines that would not fit into a report are left out, oldest first', () => {
  assert.deepEqual(fitLines(['aaaa', 'bb', 'cc'], 12), ['bb', 'cc'])
  assert.deepEqual(fitLines(['\u0001\u0001'], 10), [])
})
