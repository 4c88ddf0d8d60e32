// Which variables a client may set.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClientEnvironment } from './environment.ts'

test('language, terminal and editor are taken', () => {
  const environment = new ClientEnvironment()
  const wanted = { LANG: 'de_DE.UTF-8', LC_ALL: 'C', TERM: 'xterm', EDITOR: 'vim', TZ: 'UTC' }
  for (const [name, value] of Object.entries(wanted)) assert.ok(environment.set(name, value), name)
  assert.deepEqual(environment.all(), wanted)
})

test('whatever changes which code runs is refused', () => {
  const environment = new ClientEnvironment()
  const names = [
    ...['LD_PRELOAD', 'LD_LIBRARY_PATH', 'BASH_ENV', 'ENV', 'PATH', 'NODE_OPTIONS', 'IFS', 'PS4'],
    ...['GIT_SSH_COMMAND', 'PYTHONPATH', 'PERL5OPT', 'SSH_AUTH_SOCK', 'SKEIN_AGENT', '__proto__'],
    ...['lang', 'LANG ', ' LANG', 'LC_', 'LC_ALL\n', 'LC_ALL=x', 'BASH_FUNC_x%%', ''],
  ]
  for (const name of names) assert.equal(environment.set(name, 'x'), false, name)
  assert.equal(environment.set('LANG', 'a\0b'), false)
  assert.deepEqual(environment.all(), {})
})

test('the 65th variable and the 33rd kilobyte are refused', () => {
  const many = new ClientEnvironment()
  const name = (i: number) => `LC_${String.fromCharCode(65 + (i >> 4), 65 + (i & 15))}`
  const taken = Array.from({ length: 100 }, (_, i) => many.set(name(i), 'x'))
  assert.equal(taken.filter(Boolean).length, 64)
  const large = new ClientEnvironment()
  assert.equal(large.set('LANG', 'x'.repeat(1024 * 1024)), false)
  const full = Array.from({ length: 20 }, (_, i) => large.set(name(i), 'x'.repeat(4000)))
  assert.equal(full.filter(Boolean).length, 8)
})
