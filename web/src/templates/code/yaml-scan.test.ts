import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keysOf, placeAt } from './yaml-scan.ts'

/** The place of the bar, with entries of lists as `-`. */
function at(marked: string) {
  const { path, isValue, typed, inText } = placeAt(marked.replace('¦', ''), marked.indexOf('¦'))
  const steps = path.map((step) => (typeof step === 'number' ? '-' : step)).join('.')
  return { steps, isValue, typed, ...(inText && { inText }) }
}

test('a key belongs to the map that its indentation says', () => {
  const text = 'name: a\nservices:\n  main:\n    image: x\n'
  assert.deepEqual(at(`${text}    ma¦`), { steps: 'services.main', isValue: false, typed: 'ma' })
  assert.deepEqual(at(`${text}  ¦`), { steps: 'services', isValue: false, typed: '' })
  assert.deepEqual(at(`${text}¦`), { steps: '', isValue: false, typed: '' })
})

test('behind a colon stands a value', () => {
  assert.deepEqual(at('services:\n  db:\n    image: post¦'), {
    ...{ steps: 'services.db.image', isValue: true, typed: 'post' },
  })
})

test('brackets are gone into, over several lines', () => {
  assert.deepEqual(at('parameters:\n  size: { type: si¦'), {
    ...{ steps: 'parameters.size.type', isValue: true, typed: 'si' },
  })
  assert.deepEqual(at('parameters:\n  size: { type: size, la¦'), {
    ...{ steps: 'parameters.size', isValue: false, typed: 'la' },
  })
  assert.deepEqual(at('policy: { allow: [devices,\n  pa¦'), {
    ...{ steps: 'policy.allow.-', isValue: true, typed: 'pa' },
  })
})

test('entries of a list may stand as far left as their key, and hold maps', () => {
  assert.equal(at('apps:\n- name: x\n  ¦').steps, 'apps.-')
  assert.equal(at('apps:\n  - name: x\n    po¦').steps, 'apps.-')
  assert.equal(at('apps:\n- name: x\nma¦').steps, '')
})

test('in a block of text nothing is a word', () => {
  assert.equal(at('startup: |\n  image: ¦').inText, true)
  assert.equal(at('startup: |\n  image: x\nma¦').inText, undefined)
})

test('every key is found with its place, in brackets too and not in remarks', () => {
  const text = '# no: key\nservices: # yes\n  db: { image: "a: b", labels: {x: y} }\n'
  const found = keysOf(text).map(({ path, key, from, to }) => [
    [...path, key].join('.'),
    text.slice(from, to),
  ])
  assert.deepEqual(found, [
    ['services', 'services'],
    ['services.db', 'db'],
    ['services.db.image', 'image'],
    ['services.db.labels', 'labels'],
    ['services.db.labels.x', 'x'],
  ])
})

test('whatever is typed is read to its end', () => {
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ':',
    ' ',
    '\n',
    '-',
    'a',
    '"',
    "'",
    '#',
    '|',
    ',',
    '${{',
    '}}',
  ]
  let seed = 7
  for (let round = 0; round < 300; round++) {
    let text = ''
    for (let i = 0; i < 40; i++) {
      seed = (seed * 16807) % 2147483647
      text += pieces[seed % pieces.length]
    }
    assert.ok(placeAt(text, text.length).from <= text.length)
  }
})
