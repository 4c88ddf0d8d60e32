// Hostile and unlucky requests: each ends in a coded refusal, and the next honest request is served.

import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import type { Client } from '../../tests/support/http/client.ts'
import { PASSWORD, World } from '../../tests/support/http/world.ts'

let world: World
let administrator: Client
let port: number
before(async () => {
  world = await World.open({ config: { publicUrl: 'https://skein.example' } })
  administrator = await world.setUp()
  port = await world.listen()
})
after(() => world.close())

test('an unsafe request from another origin is refused whatever it looks like', async () => {
  const user = { username: 'eve', password: PASSWORD, role: 'administrator' }
  const origins = [
    'https://evil.example',
    'null',
    'http://8080--space--ada.localhost:7534',
    'http://localhost:7535',
    'http://localhost',
    'https://localhost:7534',
    'HTTP://LOCALHOST:7534',
    'http://localhost:7534/',
    'http://localhost:7534.evil.example',
    'https://skein.example.evil.example',
    'https://evil.skein.example',
    'http://skein.example',
    'https://skein.example:443',
  ]
  for (const origin of origins) {
    const { body } = await administrator.post('/users', user, { headers: { origin } })
    assert.equal(body.error?.code, 'bad_origin', origin)
  }
  assert.equal(world.records.list('user').length, 1)
})

test('a browser’s request without an Origin is refused, and so is one that says it is cross-site', async () => {
  const user = { username: 'eve', password: PASSWORD }
  const missing = await administrator.post('/users', user, { headers: { origin: '' } })
  assert.equal(missing.body.error?.code, 'bad_origin')
  for (const site of ['cross-site', 'same-site', 'none']) {
    const headers = { 'sec-fetch-site': site }
    const { body } = await administrator.post('/users', user, { headers })
    assert.equal(body.error?.code, 'bad_origin', site)
  }
  const expired = { origin: '', cookie: '__Host-skein=v1.expired.token' }
  const login = { username: 'ada', password: PASSWORD }
  assert.equal((await world.client().post('/session', login, { headers: expired })).status, 403)
})

test('a program without a cookie may sign in without an Origin', async () => {
  const login = { username: 'ada', password: PASSWORD }
  const { status } = await world.client().post('/session', login, { headers: { origin: '' } })
  assert.equal(status, 201)
})

test('the public URL is an own origin, also where the proxy rewrote Host', async () => {
  const path = `/users/${(await me()).id}`
  for (const host of ['', 'skein.example']) {
    const headers = { origin: 'https://skein.example', host }
    const { status } = await administrator.patch(path, { displayName: 'Ada' }, { headers })
    assert.equal(status, 200, host)
  }
})

test('what a form of another site can send is not taken for JSON', async () => {
  const raw = JSON.stringify({ username: 'eve', password: PASSWORD })
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonp',
  ]) {
    const { body } = await administrator.post('/users', undefined, {
      raw,
      headers: { 'content-type': type },
    })
    assert.equal(body.error?.code, 'bad_request', type)
  }
})

test('only our own names are answered to', async () => {
  const hosts = [
    'evil.example',
    'localhost.evil.example',
    'skein.example.',
    'localhost.',
    'skein.example:8443',
    'localhost:7534@evil.example',
    'localhost:99999',
    'localhost/../evil',
    'xn--skein-example',
    '[::1',
  ]
  for (const host of hosts) {
    const { body } = await administrator.get('/me', { headers: { host } })
    assert.equal(body.error?.code, 'bad_host', host)
  }
  for (const host of [
    'LOCALHOST:1',
    '127.0.0.1:7534',
    '[::1]:7534',
    '10.1.2.3',
    'skein.example:443',
    'Skein.Example',
  ]) {
    assert.equal((await administrator.get('/setup', { headers: { host } })).status, 200, host)
  }
})

test('X-Forwarded-Host and X-Forwarded-For of a stranger change nothing', async () => {
  const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-for': '1.2.3.4' }
  const login = { username: 'ada', password: PASSWORD }
  assert.equal((await world.client().post('/session', login, { headers })).status, 201)
  const [newest] = await world.records.read('audit', { limit: 1 })
  assert.equal(newest?.body.address, 'local')
})

const lines = [
  [
    'two Host headers',
    `GET /api/v1/setup HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n`,
    400,
  ],
  ['no Host header', `GET /api/v1/setup HTTP/1.1\r\n\r\n`, 400],
  [
    'an absolute request line for another host',
    `GET http://evil.example/api/v1/setup HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    421,
  ],
  [
    'an absolute request line for ours',
    `GET http://localhost/api/v1/setup HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    200,
  ],
  ['a Host that is no host', `GET /api/v1/setup HTTP/1.1\r\nHost: a b\r\n\r\n`, 400],
  [
    '2,000 headers',
    `GET /api/v1/setup HTTP/1.1\r\nHost: localhost\r\n${'a: b\r\n'.repeat(2000)}\r\n`,
    431,
  ],
  [
    'headers of 17 kB',
    `GET /api/v1/setup HTTP/1.1\r\nHost: localhost\r\na: ${'b'.repeat(17_000)}\r\n\r\n`,
    431,
  ],
] as const

for (const [what, head, status] of lines) {
  test(`a request with ${what} is answered ${status}`, async () => {
    const socket = connect(port, '127.0.0.1')
    socket.write(head.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
    const answer = await text(socket)
    assert.equal(Number(answer.split(' ')[1]), status, answer.slice(0, 200))
  })
}

test('bytes that break naive servers are only unknown addresses', async () => {
  const paths = [
    '/spaces/%00',
    '/spaces/%ff',
    '/spaces/..%2f..%2fetc',
    '/spaces/%2e%2e',
    '/spaces/%E0%A4%A',
    '/templates/__proto__',
    '/nothing',
  ]
  for (const path of paths) {
    const { body } = await administrator.get(path)
    assert.equal(body.error?.code, 'not_found', path)
  }
})

test('JSON that later code does not expect is refused before any', async () => {
  const deep = `{"username":${'['.repeat(10_000)}${']'.repeat(10_000)}}`
  const bodies = [
    deep,
    '{"username":1e400,"password":"x"}',
    '{"__proto__":{"role":"administrator"},"username":"eve"}',
    '{"username":"eve","password":"correct horse battery","constructor":{"prototype":{}}}',
    '{"username":"\\ud800","password":"correct horse battery"}',
    '{"username":["eve"],"password":"correct horse battery"}',
    'null',
    '[]',
    '',
    '{',
    '\u0000',
  ]
  for (const raw of bodies) {
    const { status, body } = await administrator.post('/users', undefined, { raw })
    assert.equal(body.error?.code, 'bad_request', raw.slice(0, 80))
    assert.equal(status, 400)
  }
  const latin1 = new Uint8Array(Buffer.from('{"username":"\xe9"}', 'latin1'))
  const { body } = await administrator.post('/users', undefined, { raw: latin1 })
  assert.equal(body.error?.code, 'bad_request')
})

test('a refused body names its field', async () => {
  const { body } = await administrator.post('/users', { username: 'eve', password: 1 })
  assert.equal(body.error?.details.field, 'password')
  const unknown = await administrator.post('/users', {
    username: 'eve',
    password: 'x',
    admin: true,
  })
  assert.equal(unknown.body.error?.details.field, 'admin')
})

test('a body over the limit is refused, whether or not it says how long it is', async () => {
  const raw = `{"source":"${'x'.repeat(1024 * 1024)}"}`
  assert.equal((await administrator.post('/templates', undefined, { raw })).status, 413)
  const streamed = await new Promise<number>((resolve, reject) => {
    const { cookie } = administrator
    const headers = {
      cookie,
      origin: `http://127.0.0.1:${port}`,
      'content-type': 'application/json',
    }
    const request = httpRequest({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/api/v1/templates',
      headers,
    })
    request.on('response', (response) => resolve(response.statusCode ?? 0))
    request.on('error', reject)
    request.write(raw)
    request.end()
  })
  assert.equal(streamed, 413)
})

test('who is not signed in may send little, since reading it takes everyone’s time', async () => {
  const raw = `{"username":"${'x'.repeat(16 * 1024)}"}`
  const { status, body } = await world.client().post('/session', undefined, { raw })
  assert.deepEqual([status, body.error?.code], [413, 'too_large'])
})

test('a method that an address does not take is a coded error', async () => {
  const { status, body } = await administrator.put('/spaces', {})
  assert.deepEqual([status, body.error?.code], [405, 'method_not_allowed'])
})

test('two different session cookies count as none', async () => {
  const cookie = `${administrator.cookie}; __Host-skein=v1.other.token`
  assert.equal((await administrator.get('/me', { headers: { cookie } })).status, 401)
})

test('every answer carries the security headers and a request id of its own', async () => {
  for (const path of ['/setup', '/nothing', '/me']) {
    const { headers } = await world.client().get(path)
    assert.match(
      headers.get('content-security-policy') ?? '',
      /script-src 'self';.*frame-ancestors 'none'/,
    )
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('referrer-policy'), 'same-origin')
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin')
    assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/)
    assert.equal(headers.get('cache-control'), 'no-store')
  }
})

async function me(): Promise<{ id: string }> {
  return (await administrator.get('/me')).body.user as { id: string }
}
