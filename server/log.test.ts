import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog, readable } from './log.ts'

function collect(): { lines: string[]; write(line: string): void } {
  const lines: string[] = []
  return { lines, write: (line) => lines.push(line) }
}

test('a secret is hidden wherever in the fields it stands', () => {
  const to = collect()
  const log = createLog({ level: 'info', name: 'peer-1', to })
  log.info({ password: 'p1', body: { token: 't1', deeper: { secret: 's1' } } }, 'request')
  log.info({ headers: { cookie: 'c1', 'set-cookie': 'c2', authorization: 'a1' } }, 'headers')
  assert.equal(/p1|t1|s1|c1|c2|a1/.test(to.lines.join('')), false)
  assert.match(to.lines[0] ?? '', /"password":"\(hidden\)"/)
})

test('lines below the level are not written', () => {
  const to = collect()
  createLog({ level: 'warn', name: 'peer-1', to }).info('quiet')
  assert.deepEqual(to.lines, [])
})

test('a person reads the message first, then the fields, then the stack', () => {
  const to = collect()
  createLog({ level: 'info', name: 'peer-1', to }).error(
    { space: 'a', err: new Error('no') },
    'failed',
  )
  const text = readable(to.lines[0] ?? '')
  assert.match(text, /failed.*space="a".*Error: no/s)
})
