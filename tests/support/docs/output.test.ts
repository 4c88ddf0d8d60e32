// What is shown beside what was said.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missingLine } from './output.ts'

const SAID = `Open this:

  https://a.example/cli/approve#xCkPPsdZlmEIZZ0eYHbfSw
the code 7KQM-W3PX.
done after 3.1 s
`

test('what differs by its nature only is the same', () => {
  const shown = [
    'Open this:',
    '',
    '  https://a.example/cli/approve#FiZRoruqzG-kRGUJNoNVIg',
    'the code AAAA-0000.',
    'done after 12 s',
  ]
  assert.equal(missingLine(shown, SAID), undefined)
})

test('another word, another order and lines in between are told', () => {
  assert.equal(missingLine(['the code is 7KQM-W3PX.'], SAID), 'the code is 7KQM-W3PX.')
  assert.equal(missingLine(['Open this:', 'done after 1 s'], SAID), 'done after 1 s')
  assert.equal(missingLine(['Open this:', '…', 'done after 1 s'], SAID), undefined)
  assert.equal(
    missingLine(['…', 'done after 1 s', 'the code 7KQM-W3PX.'], SAID),
    'the code 7KQM-W3PX.',
  )
  assert.equal(missingLine(['Open…', '…', 'done…'], SAID), undefined)
  assert.match(missingLine(['Open this:'], SAID) ?? '', /nothing.*https:/)
})
