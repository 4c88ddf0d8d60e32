import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import type { Entry } from './entry.ts'
import { addSecurityHeaders } from './headers.ts'
import { secureUrl } from './plain.ts'
import type { HttpConfig } from './ports.ts'

const config: HttpConfig = {
  publicUrl: 'https://skein.example.com:8443',
  tls: 'files',
  appsDomain: 'apps.example.com',
  insecureHttp: false,
  trustedProxies: [],
  hostNames: ['skein.lan'],
  peer: { id: 'p', name: 'p', version: '0' },
}

function sent(host: string, target: string, change: Partial<Entry> = {}): string {
  const entry: Entry = {
    method: 'GET',
    isUpgrade: false,
    hosts: [host],
    authority: host,
    header: () => undefined,
    ...change,
  }
  return secureUrl(entry, target, config)
}

const redirects: [string, string, string][] = [
  ['skein.example.com', '/', 'https://skein.example.com:8443/'],
  ['skein.example.com:7534', '/spaces?a=b', 'https://skein.example.com:8443/spaces?a=b'],
  ['skein.lan:7534', '/', 'https://skein.lan:7534/'],
  ['80--a--b.apps.example.com:7534', '/x', 'https://80--a--b.apps.example.com:7534/x'],
  ['10.0.0.5', '/a', 'https://10.0.0.5/a'],
  ['[::1]:7534', '//evil.example/x', 'https://[::1]:7534/evil.example/x'],
  ['localhost:7534', '/\\evil.example', 'https://localhost:7534/evil.example'],
  ['localhost:7534', 'http://localhost:7534/a', 'https://localhost:7534/a'],
]
for (const [host, target, expected] of redirects) {
  test(`a plain request for ${target} at ${host} is sent to HTTPS`, () => {
    assert.equal(sent(host, target), expected)
  })
}

const refused: [string, () => string, string][] = [
  ['under a name like the apps’ domain', () => sent('apps.example.com.evil', '/'), 'bad_host'],
  ['under a foreign name', () => sent('evil.example', '/'), 'bad_host'],
  ['with a port and a user', () => sent('localhost:7534@evil', '/'), 'bad_host'],
  ['with a trailing dot', () => sent('skein.lan.', '/'), 'bad_host'],
  ['with two Hosts', () => sent('localhost', '/', { hosts: ['localhost', 'evil'] }), 'bad_request'],
  [
    'whose request line names another host',
    () => sent('localhost', 'http://evil/', { authority: 'evil' }),
    'bad_host',
  ],
  ['that carries something', () => sent('localhost', '/', { method: 'POST' }), 'https_only'],
  ['of the API', () => sent('localhost', '/api/v1/me'), 'https_only'],
  ['for a WebSocket', () => sent('localhost', '/', { isUpgrade: true }), 'https_only'],
]
for (const [what, send, code] of refused) {
  test(`a plain request ${what} is refused and not redirected`, () => {
    assert.throws(send, (error) => error instanceof SkeinError && error.code === code)
  })
}

const promises: [string, string, Partial<HttpConfig>, boolean][] = [
  ['the public name with a real certificate', 'skein.example.com:8443', {}, true],
  ['the public name behind a proxy', 'skein.example.com:8443', { tls: undefined }, true],
  [
    'the public name with a certificate of our own',
    'skein.example.com:8443',
    { tls: 'self' },
    false,
  ],
  ['another name', 'skein.lan', {}, false],
  ['localhost', 'localhost', { publicUrl: 'https://localhost' }, false],
  [
    'a public URL in plain HTTP',
    'a.example',
    { publicUrl: 'http://a.example', tls: undefined },
    false,
  ],
]
for (const [what, host, change, isPromised] of promises) {
  test(`browsers are ${isPromised ? '' : 'not '}told to keep to HTTPS for ${what}`, () => {
    const headers = new Headers()
    const { tls, ...given } = { ...config, ...change }
    addSecurityHeaders(headers, 'r', { ...given, ...(tls && { tls }) }, host)
    assert.equal(headers.has('strict-transport-security'), isPromised)
  })
}
