import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { chooseServer, originOf } from './access.ts'
import { configPath, readConfig, withoutServer, withServer, writeConfig } from './config.ts'

const home = mkdtempSync(join(tmpdir(), 'skein-config-'))
after(() => rmSync(home, { recursive: true }))
const env = { HOME: home }

const A = 'https://a.example'
const B = 'http://localhost:7534'
const two = withServer(withServer({ servers: {} }, A, { token: 'ta', user: 'ada' }), B, {
  token: 'tb',
  user: 'bob',
})

test('the configuration is for its owner alone, also when it was not before, and leaves no drafts', async () => {
  assert.deepEqual(await readConfig(env), { servers: {} })
  await writeConfig(env, two)
  chmodSync(configPath(env), 0o644)
  await writeConfig(env, two)
  assert.equal(statSync(configPath(env)).mode & 0o777, 0o600)
  assert.deepEqual(await readConfig(env), two)
  assert.deepEqual(readdirSync(dirname(configPath(env))), ['config.json'])
})

test('XDG_CONFIG_HOME is followed', () => {
  assert.equal(configPath({ HOME: '/h', XDG_CONFIG_HOME: '/x' }), '/x/skein/config.json')
  assert.equal(configPath({ HOME: '/h' }), '/h/.config/skein/config.json')
})

test('a configuration that is none is refused and not overwritten by an empty one', async () => {
  for (const text of ['{', '[]', '{"servers":{"x":{"token":1}}}', '']) {
    const broken = { HOME: mkdtempSync(join(home, 'broken-')) }
    mkdirSync(dirname(configPath(broken)), { recursive: true })
    writeFileSync(configPath(broken), text)
    await assert.rejects(readConfig(broken), { code: 'config_invalid' })
  }
})

test('a server is the one that was named, else the environment’s, else the current one', () => {
  const choose = (server?: string, more = {}) =>
    chooseServer(two, { server, env: { ...env, ...more } })
  assert.deepEqual(choose(), { origin: B, token: 'tb' })
  assert.deepEqual(choose('a.example'), { origin: A, token: 'ta' })
  assert.deepEqual(choose('https://a.example/'), { origin: A, token: 'ta' })
  assert.deepEqual(choose(undefined, { SKEIN_URL: A }), { origin: A, token: 'ta' })
  assert.deepEqual(choose(undefined, { SKEIN_URL: 'https://c.example', SKEIN_TOKEN: 'tc' }), {
    origin: 'https://c.example',
    token: 'tc',
  })
  assert.throws(() => choose('c.example'), { code: 'server_unknown' })
  assert.throws(() => chooseServer({ servers: {} }, { env: {} }), { code: 'no_server' })
})

test('a token of the environment is sent to no other server than the environment’s', () => {
  const more = { SKEIN_URL: 'https://c.example', SKEIN_TOKEN: 'tc' }
  assert.equal(chooseServer(two, { server: A, env: more }).token, 'ta')
  assert.throws(() => chooseServer(two, { server: 'https://d.example', env: more }), {
    code: 'server_unknown',
  })
})

test('what is no address of a server is refused', () => {
  assert.equal(originOf('skein.example'), 'https://skein.example')
  assert.equal(originOf('HTTPS://Skein.Example:443/x?y#z'), 'https://skein.example')
  for (const bad of [
    '',
    'ftp://x',
    'https://u:p@x',
    "https://x';id",
    'https://x y',
    '-x y',
    'https://',
  ]) {
    assert.throws(() => originOf(bad), { code: 'bad_request' }, bad)
  }
})

test('a server that is forgotten is no longer the current one', () => {
  assert.deepEqual(withoutServer(two, B), { current: A, servers: { [A]: two.servers[A] } })
  assert.deepEqual(withoutServer(withoutServer(two, B), A), { servers: {} })
})
