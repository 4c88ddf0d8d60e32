import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Welcome, welcome } from './welcome.ts'

const RED = '\u001b[1;31m'
const loopback = { host: '127.0.0.1', port: 7534 }
const everywhere = { host: '0.0.0.0', port: 7534 }
const about = (change: Partial<Welcome> = {}, config: Partial<Welcome['config']> = {}) =>
  welcome({
    url: 'http://localhost:7534',
    setupToken: undefined,
    fingerprint: undefined,
    isColoured: true,
    config: {
      listen: loopback,
      publicUrl: undefined,
      sshListen: 'off',
      insecureHttp: false,
      tls: 'off',
      tlsCert: undefined,
      ...config,
    },
    ...change,
  })

test('the address, or the one-time link at the first run', () => {
  assert.equal(about(), '\n  Skein runs at http://localhost:7534\n\n')
  assert.match(about({ setupToken: 'abc' }), /^ {4}http:\/\/localhost:7534\/setup#token=abc$/m)
})

test('the line for ssh names the address that others can use', () => {
  const ssh = (sshListen: Welcome['config']['sshListen'], url = 'http://localhost:7534') =>
    /ssh -p .*/.exec(about({ url }, { sshListen }))?.[0]
  assert.equal(ssh(undefined), 'ssh -p 2222 SPACE@localhost')
  const everywhereSsh = { host: '0.0.0.0', port: 22 }
  assert.equal(ssh(everywhereSsh, 'https://skein.lan'), 'ssh -p 22 SPACE@skein.lan')
  assert.equal(ssh({ host: '10.0.0.5', port: 2222 }), 'ssh -p 2222 SPACE@10.0.0.5')
  assert.equal(ssh({ host: '::', port: 0 }), undefined)
})

test('the authority’s fingerprint and where to fetch it', () => {
  const text = about({ url: 'https://skein.lan:7534', fingerprint: 'AB:CD' }, { tls: 'self' })
  assert.match(text, /https:\/\/skein\.lan:7534\/ca\.pem/)
  assert.match(text, /SHA-256 AB:CD/)
})

test('plain HTTP beyond this machine says in red what it costs, and nothing else does', () => {
  const open = { insecureHttp: true, listen: everywhere }
  assert.ok(about({}, open).includes(`${RED}WITHOUT HTTPS: everyone`))
  assert.ok(!about({ isColoured: false }, open).includes(RED))
  assert.match(about({ isColoured: false }, open), /WITHOUT HTTPS/)
  assert.doesNotMatch(about({}, { insecureHttp: true }), /WITHOUT/)
  assert.doesNotMatch(about({}, { ...open, tls: 'self' }), /WITHOUT/)
})
