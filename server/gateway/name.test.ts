import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseName, shownName } from './name.ts'

test('a name is a space of one’s own, or an owner and a space', () => {
  assert.deepEqual(parseName('site'), { space: 'site' })
  assert.deepEqual(parseName('ada+site'), { owner: 'ada', space: 'site' })
})

test('nothing else is a name, and nothing else is repeated to a terminal', () => {
  const wrong = [
    '',
    '+',
    'ada+',
    '+site',
    'ada+site+more',
    '-oProxyCommand=id',
    '--help',
    '-l',
    'site;id',
    '$(id)',
    'site\0',
    'site\nProxyCommand id',
    '../site',
    'Site',
    'a--b',
    'ｓite',
    '\x1b]0;x\x07',
    'x'.repeat(33),
    'x'.repeat(10_000),
    `${'o'.repeat(21)}+site`,
  ]
  for (const user of wrong) {
    assert.equal(parseName(user), undefined, JSON.stringify(user))
    assert.equal(shownName(user), 'of that name')
  }
})
