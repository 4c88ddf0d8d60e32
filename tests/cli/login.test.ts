// A laptop signs in: installs the one file from the peer, by browser and by token; and what a stranger may not.

import assert from 'node:assert/strict'
import { readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { NewToken, Token } from '#protocol/api/access.ts'
import type { BegunLogin, CollectedLogin, PendingLogin } from '#protocol/api/cli.ts'
import { Api } from '../support/api.ts'
import { Skein } from '../support/skein.ts'
import { finished, Laptop, saying } from './laptop.ts'

let skein: Skein
let api: Api
let laptop: Laptop

before(async () => {
  laptop = new Laptop()
  ;({ skein, api } = await Skein.start())
})
after(async () => {
  laptop.close()
  await skein?.close()
})

const configFile = () => laptop.path('.config/skein/config.json')
const tokens = async () => (await api.call<{ tokens: Token[] }>('GET', '/me/tokens')).tokens

test('one line installs one file that runs', async () => {
  const line = `curl -fsSL ${skein.url}/cli/install.sh | sh`
  const installed = await laptop.run('sh', ['-c', line])
  assert.equal(installed.status, 0, installed.stderr)
  assert.match(installed.stderr, new RegExp(`skein login ${skein.url}`))
  const command = laptop.path('.local/bin/skein')
  assert.match(realpathSync(command), /\.local\/share\/skein\/skein\.mjs$/)
  const version = await laptop.run(command, ['version', '--json'])
  assert.equal(version.status, 0, version.stderr)
  assert.match(version.stdout.toString(), /"skein":"\d/)
})

test('a login that somebody approves in a browser gives the laptop a token once', async () => {
  const login = laptop.start(['login', skein.url, '--no-browser'])
  const said = saying(login)
  const [, id = ''] = await said(/\/cli\/approve#([\w-]{22})/)
  const [, code] = await said(/the code ([A-Z2-9]{4}-[A-Z2-9]{4})/)
  const pending = await api.call<PendingLogin>('GET', `/logins/${id}`)
  assert.equal(pending.code, code)
  assert.equal(pending.address, '127.0.0.1')
  await api.call('POST', `/logins/${id}/approve`)
  const { status } = await finished(login)
  assert.equal(status, 0)
  assert.equal(statSync(configFile()).mode & 0o777, 0o600)
  const who = await laptop.skein(['whoami', '--json'])
  assert.match(who.stdout.toString(), /"username":"ada"/)
  await assert.rejects(api.call('POST', `/logins/${id}/approve`), { code: 'login_gone' })
  assert.match((await tokens())[0]?.name ?? '', /^skein on /)
})

test('signing out revokes the token and forgets it', async () => {
  const out = await laptop.skein(['logout', '--json'])
  assert.deepEqual(JSON.parse(out.stdout.toString()), { server: skein.url, revoked: true })
  assert.equal((await tokens()).length, 0)
  const who = await laptop.skein(['whoami'])
  assert.equal(who.status, 78)
  assert.match(who.stderr, /skein login URL/)
  assert.doesNotMatch(readFileSync(configFile(), 'utf8'), /skein_/)
})

test('a refused login is told to the program', async () => {
  const login = laptop.start(['login', skein.url, '--no-browser'])
  const [, id = ''] = await saying(login)(/\/cli\/approve#([\w-]{22})/)
  await api.call('DELETE', `/logins/${id}`)
  const { status, stderr } = await finished(login)
  assert.equal(status, 77)
  assert.match(stderr, /login_gone/)
})

test('a token on standard input signs in, and one on the command line is refused', async () => {
  const { secret } = await api.call<NewToken>('POST', '/me/tokens', { name: 'robot' })
  await laptop.signIn(skein.url, `${secret}\n`)
  const open = await laptop.skein(['login', skein.url, '--token', secret])
  assert.equal(open.status, 64)
  const wrong = await laptop.skein(['login', skein.url, '--token', '-'], { input: `${secret}x` })
  assert.equal(wrong.status, 77)
  const env = { SKEIN_URL: skein.url, SKEIN_TOKEN: secret, XDG_CONFIG_HOME: laptop.path('none') }
  const who = await laptop.skein(['whoami'], { env })
  assert.match(who.stdout.toString(), /^ada \(administrator\)/)
})

test('only the program that began a login can collect it, and a token can approve none', async () => {
  const stranger = new Api(skein.url)
  const begun = await stranger.call<BegunLogin>('POST', '/logins', { name: 'box' })
  await assert.rejects(stranger.call('GET', `/logins/${begun.id}`), { code: 'not_signed_in' })
  await assert.rejects(stranger.call('POST', `/logins/${begun.id}/approve`), {
    code: 'not_signed_in',
  })
  const { secret } = await api.call<NewToken>('POST', '/me/tokens', { name: 'robot' })
  const byToken = await fetch(`${skein.url}/api/v1/logins/${begun.id}/approve`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}` },
  })
  assert.equal(byToken.status, 403)
  await api.call('POST', `/logins/${begun.id}/approve`)
  const collect = (given: string) =>
    stranger.call<CollectedLogin>('POST', `/logins/${begun.id}/token`, { secret: given })
  await assert.rejects(collect('x'.repeat(43)), { code: 'login_gone' })
  assert.match((await collect(begun.secret)).token ?? '', /^skein_/)
  await assert.rejects(collect(begun.secret), { code: 'login_gone' })
})

test('the installed script names this server whatever Host a client sends', async () => {
  const port = String(skein.port)
  const address = `http://127.0.0.1:${port}/cli/install.sh`
  const forwarded = 'X-Forwarded-Host: evil.example'
  const ask = (host: string) =>
    laptop.run('curl', ['-s', '-H', `Host: ${host}`, '-H', forwarded, address])
  const evil = ['evil.example', "localhost';id;'", 'localhost:1@evil.example', 'a b', '$(id)']
  for (const host of evil) assert.doesNotMatch((await ask(host)).stdout.toString(), /url=/)
  const plain = (await ask(`localhost:${port}`)).stdout.toString()
  assert.match(plain, new RegExp(`^url='http://localhost:${port}'$`, 'm'))
})

test('a configuration that cannot be written is said so', async () => {
  writeFileSync(laptop.path('a-file'), '')
  const env = { XDG_CONFIG_HOME: laptop.path('a-file') }
  const { secret } = await api.call<NewToken>('POST', '/me/tokens', { name: 'robot' })
  const ran = await laptop.skein(['login', skein.url, '--token', '-'], { input: secret, env })
  assert.equal(ran.status, 78)
  assert.match(ran.stderr, /config_invalid/)
})
