import assert from 'node:assert/strict'
import { test } from 'node:test'
import { covers, type NameSettings, ownNames } from './names.ts'

const interfaces = {
  lo: [{ address: '127.0.0.1' }],
  eth0: [{ address: '192.168.1.5' }, { address: '2001:db8::5' }, { address: 'fe80::1' }],
  'br-0a1b2c': [{ address: '10.213.0.1' }],
  docker0: [{ address: '172.17.0.1' }],
  wlan0: undefined,
}
const settings: NameSettings = {
  publicUrl: undefined,
  hostNames: [],
  listen: { host: '127.0.0.1', port: 7534 },
}
const LOOPBACK = ['localhost', '127.0.0.1', '::1']

test('a server on loopback is called by loopback’s names', () => {
  assert.deepEqual(ownNames(settings, interfaces), LOOPBACK)
})

test('the public name, other names and the domain of apps with its wildcard come first', () => {
  const names = ownNames(
    {
      ...settings,
      publicUrl: 'https://skein.example.com:8443',
      hostNames: ['skein.lan'],
      appsDomain: 'apps.example.com',
    },
    interfaces,
  )
  const own = ['skein.example.com', 'skein.lan', 'apps.example.com', '*.apps.example.com']
  assert.deepEqual(names, [...own, ...LOOPBACK])
})

test('a server that listens everywhere is called by the machine’s lasting addresses', () => {
  const everywhere = (host: string) =>
    ownNames({ ...settings, listen: { host, port: 1 } }, interfaces).slice(LOOPBACK.length)
  assert.deepEqual(everywhere('0.0.0.0'), ['192.168.1.5'])
  assert.deepEqual(everywhere('::'), ['192.168.1.5', '2001:db8::5'])
  assert.deepEqual(everywhere('10.0.0.1'), ['10.0.0.1'])
})

test('a public URL may be an IPv6 address', () => {
  const names = ownNames({ ...settings, publicUrl: 'https://[2001:db8::1]' }, {})
  assert.equal(names[0], '2001:db8::1')
})

test('a wildcard covers one label, and never an address or another wildcard', () => {
  const names = ['*.apps.example.com', '10.0.0.1']
  assert.equal(covers(names, '8080--box--ada.apps.example.com'), true)
  assert.equal(covers(names, '*.apps.example.com'), true)
  assert.equal(covers(names, 'a.b.apps.example.com'), false)
  assert.equal(covers(names, 'apps.example.com'), false)
  assert.equal(covers(names, '10.0.0.1'), true)
  assert.equal(covers(['*.0.0.1'], '10.0.0.1'), false)
})
