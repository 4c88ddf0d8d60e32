import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeProgram, pickShell } from './shell.ts'

const account = { name: 'dev', home: '/home/dev', shell: '/bin/zsh' }
const has =
  (...files: string[]) =>
  (file: string) =>
    files.includes(file)

test('the shell is the template’s, else the user’s, else what the image has', () => {
  assert.deepEqual(pickShell('/bin/fish', account, has('/bin/fish', '/bin/zsh')), ['/bin/fish'])
  assert.deepEqual(pickShell('/bin/fish', account, has('/bin/zsh')), ['/bin/zsh'])
  assert.deepEqual(pickShell(undefined, account, has('/bin/sh')), ['/bin/sh'])
  assert.deepEqual(pickShell(undefined, undefined, has('/bin/busybox')), ['/bin/busybox', 'sh'])
})

test('an account that nobody logs in to has a shell all the same', () => {
  const nobody = { ...account, shell: '/usr/sbin/nologin' }
  assert.deepEqual(pickShell(undefined, nobody, has('/usr/sbin/nologin', '/bin/bash')), [
    '/bin/bash',
  ])
})

test('a command is started as it is, in the same place and environment as a shell', () => {
  const { command, env, cwd } = describeProgram({ env: { A: '1' } }, ['top', '-b'])
  assert.deepEqual([command, env.A, cwd], [['top', '-b'], '1', process.cwd()])
})
