import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { ClientAddress } from './address.ts'
import type { Entry } from './entry.ts'
import { asForwarded } from './forwarded.ts'
import { parseHost, schemeOf } from './host.ts'
import type { HttpConfig } from './ports.ts'

const config: HttpConfig = {
  publicUrl: 'https://skein.example.com',
  insecureHttp: false,
  trustedProxies: ['127.0.0.1/32'],
  hostNames: ['skein.lan'],
  peer: { id: 'p', name: 'p', version: '0' },
}

function heard(host: string, headers: Record<string, string>, change: Partial<HttpConfig> = {}) {
  const entry: Entry = {
    method: 'GET',
    isUpgrade: false,
    hosts: [host],
    authority: host,
    header: (name) => headers[name],
  }
  const given = { ...config, ...change }
  const called = parseHost(host)
  assert.ok(called)
  const outer = asForwarded(called, entry, given)
  return `${schemeOf(outer, given)}//${outer.name}`
}

const forwarded = (host?: string, proto?: string): Record<string, string> => ({
  ...(host !== undefined && { 'x-forwarded-host': host }),
  ...(proto !== undefined && { 'x-forwarded-proto': proto }),
})

const believed: [string, string, Record<string, string>, string][] = [
  ['nothing', 'skein.example.com', {}, 'https://skein.example.com'],
  [
    'the public name',
    '127.0.0.1:7534',
    forwarded('skein.example.com'),
    'https://skein.example.com',
  ],
  [
    'the same name',
    'skein.example.com',
    forwarded('skein.example.com', 'https'),
    'https://skein.example.com',
  ],
  [
    'HTTPS under another name of ours',
    'skein.lan',
    forwarded(undefined, 'https'),
    'https://skein.lan',
  ],
  [
    'HTTP under another name of ours',
    'skein.lan',
    forwarded(undefined, 'http'),
    'http://skein.lan',
  ],
  [
    'a WebSocket’s scheme',
    'skein.example.com',
    forwarded(undefined, 'wss'),
    'https://skein.example.com',
  ],
  [
    'two proxies that agree',
    'localhost:7534',
    forwarded('skein.lan, skein.lan', 'https, https'),
    'https://skein.lan',
  ],
]
for (const [what, host, headers, expected] of believed) {
  test(`a trusted proxy that tells ${what} is believed`, () => {
    assert.equal(heard(host, headers), expected)
  })
}

const refused: [string, string, Record<string, string>, string][] = [
  ['a name that is not ours', '127.0.0.1', forwarded('evil.example'), 'bad_host'],
  ['another name than Host', 'skein.example.com', forwarded('skein.lan'), 'bad_proxy'],
  ['a name with a user in it', '127.0.0.1', forwarded('skein.lan:80@evil'), 'bad_host'],
  ['a name with a trailing dot', '127.0.0.1', forwarded('skein.example.com.'), 'bad_host'],
  ['two names', '127.0.0.1', forwarded('skein.lan, skein.example.com'), 'bad_proxy'],
  [
    'plain HTTP where HTTPS is served',
    'skein.example.com',
    forwarded(undefined, 'http'),
    'bad_proxy',
  ],
  ['two schemes', 'skein.lan', forwarded(undefined, 'http, https'), 'bad_proxy'],
  ['a scheme that is none', 'skein.lan', forwarded(undefined, 'javascript'), 'bad_proxy'],
]
for (const [what, host, headers, code] of refused) {
  test(`a trusted proxy that tells ${what} is refused`, () => {
    assert.throws(
      () => heard(host, headers),
      (error) => error instanceof SkeinError && error.code === code,
    )
  })
}

test('a listener that speaks HTTPS itself is told of nothing else', () => {
  const tls = { tls: 'self' } as const
  assert.equal(heard('skein.lan', forwarded(undefined, 'https'), tls), 'https://skein.lan')
  assert.throws(() => heard('skein.lan', forwarded(undefined, 'http'), tls))
})

test('only trusted proxies are asked', () => {
  const address = new ClientAddress(config)
  assert.equal(address.trusts('127.0.0.1'), true)
  assert.equal(address.trusts('::ffff:127.0.0.1'), true)
  assert.equal(address.trusts('127.0.0.2'), false)
  assert.equal(address.trusts(undefined), false)
})
