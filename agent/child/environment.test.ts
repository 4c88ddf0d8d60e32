import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildEnvironment } from './environment.ts'
import { findAccount } from './passwd.ts'

const account = { name: 'dev', home: '/home/dev', shell: '/bin/zsh' }

function build(over: Partial<Parameters<typeof buildEnvironment>[0]> = {}) {
  return buildEnvironment({
    base: {},
    account,
    config: { env: {} },
    extra: {},
    isFolder: () => true,
    ...over,
  })
}

test('a child never sees the agent’s own variables', () => {
  const env = build({
    base: { SKEIN_AGENT: 'secret', SKEIN_X: '1', EDITOR: 'vi' },
    extra: { SKEIN_Y: '2' },
  })
  assert.deepEqual(
    Object.keys(env).filter((name) => name.startsWith('SKEIN_')),
    [],
  )
  assert.equal(env.EDITOR, 'vi')
})

test('a child has TERM, a UTF-8 locale, PATH, HOME and its user’s name', () => {
  const env = build()
  assert.equal(env.TERM, 'xterm-256color')
  assert.equal(env.LANG, 'C.UTF-8')
  assert.match(env.PATH ?? '', /\/usr\/bin/)
  assert.equal(env.HOME, '/home/dev')
  assert.equal(env.USER, 'dev')
  assert.equal(env.SHELL, '/bin/zsh')
})

test('the container’s HOME wins over the account’s, but not when it is only the root folder', () => {
  assert.equal(build({ base: { HOME: '/work' } }).HOME, '/work')
  assert.equal(build({ base: { HOME: '/' } }).HOME, '/home/dev')
  assert.equal(build({ base: { HOME: '/' }, account: undefined }).HOME, '/')
})

test('a home folder that does not exist is not anyone’s home', () => {
  const isThere = (folder: string) => folder === '/home/dev'
  assert.equal(build({ base: { HOME: '/gone' }, isFolder: isThere }).HOME, '/home/dev')
})

test('the template’s environment wins over the image’s, and the request’s over both', () => {
  const config = { env: { LANG: 'de_DE.UTF-8', A: 'template', B: 'template' }, home: '/srv' }
  const env = build({ base: { A: 'image', LANG: 'C' }, config, extra: { B: 'request' } })
  assert.deepEqual(
    [env.LANG, env.A, env.B, env.HOME],
    ['de_DE.UTF-8', 'template', 'request', '/srv'],
  )
})

test('an account is found by uid, whatever else the file holds', () => {
  const passwd = 'root:x:0:0::/root:/bin/sh\nbroken\n\ndev:x:1000:1000:Dev:/home/dev:/bin/bash\n'
  assert.deepEqual(findAccount(passwd, 1000), {
    name: 'dev',
    home: '/home/dev',
    shell: '/bin/bash',
  })
  assert.equal(findAccount(passwd, 1001), undefined)
})
