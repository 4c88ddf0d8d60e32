// What the editor offers and explains, by the schema that the server really gives.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { templateSchema } from '../../server/templates/schema.ts'
import type { Language } from '../../web/src/templates/code/schema.ts'
import { explain, suggest } from '../../web/src/templates/code/suggest.ts'

/** As it comes over the wire. */
const language: Language = JSON.parse(JSON.stringify(templateSchema()))

const labels = (marked: string): string[] =>
  suggest(language, marked.replace('¦', ''), marked.indexOf('¦')).all.map(({ label }) => label)

test('at the left edge the words of the head are offered, but those that are there', () => {
  const offered = labels('name: a\n¦')
  assert.ok(offered.includes('services') && offered.includes('schedule'))
  assert.ok(!offered.includes('name') && !offered.includes('image'))
})

test('in a service its words are offered, and how they go on', () => {
  const text = 'services:\n  main:\n    image: x\n    '
  const { all } = suggest(language, text, text.length)
  const word = (label: string) => all.find((one) => one.label === label)
  assert.equal(word('image'), undefined)
  assert.equal(word('healthcheck')?.shape, 'map')
  assert.equal(word('volumes')?.shape, 'list')
  assert.equal(word('mem_limit')?.shape, 'value')
  assert.match(word('user')?.info ?? '', /As whom it runs/)
})

test('values are offered: listed ones, switches, names of the template', () => {
  assert.deepEqual(labels('parameters: { a: { type: ¦').slice(0, 3), ['text', 'number', 'choice'])
  assert.deepEqual(labels('services: { a: { init: ¦'), ['true', 'false'])
  assert.deepEqual(labels('services:\n  db: {}\n  web:\n    depends_on: [¦'), ['db'])
  assert.deepEqual(labels('main: ¦\nservices:\n  db: {}\n  web: {}'), ['db', 'web'])
  assert.ok(labels('policy:\n  allow:\n    - ¦').includes('devices'))
})

test('between the brackets of a value the names are offered, and filters behind a bar', () => {
  const text = 'parameters:\n  size: {}\nservices:\n  a:\n    image: '
  assert.deepEqual(labels(`${text}\${{ par¦`).slice(0, 1), ['param.size'])
  assert.ok(labels(`${text}"x-\${{ space.na¦ }}`).includes('space.name'))
  assert.ok(labels(`${text}\${{ space.name | lo¦`).includes('lower'))
})

test('stored variables and secrets are offered by their names, and where none is known their scopes', () => {
  const text = 'services:\n  a:\n    image: ${{ '
  const offered = suggest(language, text, text.length, ['secret.TOKEN', 'var.REGION']).all
  const names = offered.filter(({ kind }) => kind === 'name').map(({ label }) => label)
  assert.deepEqual(names, ['secret.TOKEN', 'var.REGION'])
  assert.ok(!offered.some(({ label }) => label === 'var.' || label === 'secret.'))
  assert.ok(labels(`${text}¦`).includes('var.'))
})

test('a script is left alone', () => {
  assert.deepEqual(labels('startup: |\n  ¦'), [])
})

test('a word is explained where it stands: what it says, why it is refused, what it asks for', () => {
  const text =
    'services:\n  main:\n    privileged: true\n    build: .\n    hostname: ${' + '{ space.name }}\n'
  const of = (word: string) => explain(language, text, text.indexOf(word) + 1)
  assert.equal(of('privileged')?.asks, 'privileged')
  assert.match(of('build')?.doc ?? '', /files of the server/)
  assert.match(of('space.name')?.doc ?? '', /name/)
  assert.equal(of('main'), undefined)
})
