import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appLabel, appSlug, readAppHost } from './host.ts'

const kind = (header: string, domain = 'apps.example.com') => readAppHost(header, domain).kind

test('a port of a space is named by its host', () => {
  const reading = readAppHost('8080--my-space--ada.apps.example.com', 'apps.example.com')
  assert.equal(reading.kind, 'app')
  if (reading.kind !== 'app') return
  const { port, space, user, name } = reading.host
  assert.deepEqual([port, space, user], [8080, 'my-space', 'ada'])
  assert.equal(name, '8080--my-space--ada.apps.example.com')
})

test('upper case is the same host, and the port behind it is no part of its name', () => {
  const reading = readAppHost('Docs--A--ADA.Localhost:7534', 'localhost')
  assert.equal(reading.kind === 'app' && reading.host.name, 'docs--a--ada.localhost')
  assert.equal(reading.kind === 'app' && reading.host.authority, 'docs--a--ada.localhost:7534')
  assert.equal(reading.kind === 'app' && reading.host.target, 'docs')
})

test('what is not below the domain is not this door’s', () => {
  for (const host of [
    'apps.example.com',
    'example.com',
    'localhost:7534',
    '127.0.0.1',
    '',
    'xapps.example.com',
  ]) {
    assert.equal(kind(host), 'elsewhere', host)
  }
})

test('a port that is not written as people write ports is none', () => {
  for (const port of ['0', '02280', '00', '65536', '99999', '123456789']) {
    assert.equal(kind(`${port}--a--ada.apps.example.com`), 'bad-port', port)
  }
  for (const port of ['+2280', '-1', '2280 ', '2280.0', '２２８０', '%32280', '']) {
    assert.equal(kind(`${port}--a--ada.apps.example.com`), 'bad-host', port)
  }
  // A name, and never the number that it means elsewhere.
  const reading = readAppHost('0x8e8--a--ada.apps.example.com', 'apps.example.com')
  assert.equal(reading.kind === 'app' && reading.host.port, undefined)
})

const nobody = [
  '8080--a--ada.apps.example.com.',
  '8080--a--ada.apps.example.com:80@evil',
  '8080--a--ada.apps.example.com@evil.com',
  'evil@8080--a--ada.apps.example.com:x',
  '8080--a--ada.apps.example.com.evil.com',
  '8080--a--ada.apps.example.com:0',
  '8080--a--ada.apps.example.com:65536',
  '8080--a--ada.apps.example.com:080',
  '8080--a--ada.apps.example.com:',
  'x.8080--a--ada.apps.example.com',
  '8080--a.apps.example.com',
  '8080--a--ada--x.apps.example.com',
  '8080----ada.apps.example.com',
  '8080---a--ada.apps.example.com',
  '8080--a---ada.apps.example.com',
  '8080--a-b---c.apps.example.com',
  '8080--a_b--ada.apps.example.com',
  '8080--ａ--ada.apps.example.com',
  'xn--8080--a--ada.apps.example.com',
  `8080--${'a'.repeat(33)}--ada.apps.example.com`,
  `8080--a--${'a'.repeat(21)}.apps.example.com`,
  `${'a'.repeat(60)}--a--ada.apps.example.com`,
  'apps.apps.example.com',
  '8080--a--ada.apps.example.com\t',
  '8080--a--ada .apps.example.com',
  '//8080--a--ada.apps.example.com/',
]
for (const host of nobody) {
  test(`“${host}” is nobody’s`, () => {
    assert.equal(kind(host), 'bad-host')
  })
}

test('the longest names still make a label', () => {
  assert.ok(appLabel('65535', 'a'.repeat(32), 'b'.repeat(20)))
  assert.equal(appLabel('a-long-name', 'a'.repeat(32), 'b'.repeat(20)), undefined)
})

test('an app’s name becomes a part of a host name', () => {
  assert.equal(appSlug('VS Code'), 'vs-code')
  assert.equal(appSlug('--Docs!--'), 'docs')
  for (const name of ['8080', '日本', '']) assert.equal(appSlug(name), undefined)
})
