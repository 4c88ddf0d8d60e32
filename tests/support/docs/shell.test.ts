// Where commands end and what their words are.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandsOf, simpleCommands } from './shell.ts'

const texts = (script: string) => commandsOf(script).map(({ text }) => text)

test('a command is whole with its pipes, continued lines, quotes, loops and substitutions', () => {
  assert.deepEqual(texts('a # one\n\n# two\nb'), ['a', 'b'])
  assert.deepEqual(texts('a |\n  b &&\n  c\nd'), ['a |\n  b &&\n  c', 'd'])
  assert.deepEqual(texts('a \\\n  b\nc'), ['a \\\n  b', 'c'])
  assert.deepEqual(texts("echo 'x\ny' \"z # $(a 'b)')\"\nc"), [
    "echo 'x\ny' \"z # $(a 'b)')\"",
    'c',
  ])
  assert.deepEqual(texts('if a; then\n  b\nfi\n(c\nd)'), ['if a; then\n  b\nfi', '(c\nd)'])
  assert.deepEqual(texts('echo for done\nx'), ['echo for done', 'x'])
  assert.deepEqual(
    commandsOf('a\n\nb').map(({ line }) => line),
    [0, 2],
  )
})

test('the words of simple commands are found wherever they stand', () => {
  assert.deepEqual(simpleCommands('A=b npx skein ssh "my space" > out 2>&1 && skein x --y=z'), [
    ['skein', 'ssh', 'my space'],
    ['skein', 'x', '--y=z'],
  ])
  assert.deepEqual(simpleCommands('for i in a; do skein stop "$i"; done'), [
    ['for', 'i', 'in', 'a'],
    ['skein', 'stop', '$i'],
    ['done'],
  ])
  assert.deepEqual(simpleCommands('echo "$(skein a b)" < x'), [
    ['skein', 'a', 'b'],
    ['echo', '$(skein a b)'],
  ])
})
