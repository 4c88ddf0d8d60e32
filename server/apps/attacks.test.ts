// Hostile requests on the apps' side: each is refused with its code before any app or any page of Skein sees it, and
// the next honest request is served.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request as ask, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { AppWorld, codeIn } from '../../tests/support/http/app-world.ts'
import { MAX_PER_VISITOR } from './open-ways.ts'

let it: AppWorld
let cookie = ''
const seen: IncomingMessage[] = []

before(async () => {
  it = await AppWorld.open((request, response) => {
    seen.push(request)
    if (request.url !== '/hang') response.end('app')
    else response.writeHead(200).flushHeaders()
  })
  cookie = await it.enter(it.owner)
})
after(() => it.close())

const close = 'Connection: close\r\n'

/** Sends a head and what follows; asserts that the app never saw it and that the next request is served. */
async function refused(head: string, body = ''): Promise<{ status: number; code: string }> {
  const asked = seen.length
  const answer = await it.send(Buffer.from(`${head}\r\n${body}`, 'latin1'))
  assert.equal(seen.length, asked, head)
  assert.equal((await it.get('/', { Cookie: cookie })).body, 'app')
  return { status: answer.status, code: codeIn(answer) }
}

test('a host that is not exactly an app’s is neither an app’s nor Skein’s', async () => {
  const { host, port } = it
  const label = host.replace('.localhost', '')
  const hosts: [string, string][] = [
    [`${host}.:${port}`, 'app_address_invalid'],
    [`${host}:80@evil.example`, 'app_address_invalid'],
    [`evil@${host}:${port}`, 'app_address_invalid'],
    [`${host}.evil.example`, 'app_address_invalid'],
    [`x.${host}:${port}`, 'app_address_invalid'],
    [`${label}--x.localhost:${port}`, 'app_address_invalid'],
    [`8080.localhost:${port}`, 'app_address_invalid'],
    [`xn--${label}.localhost:${port}`, 'app_address_invalid'],
    [`${'a'.repeat(64)}--web--olga.localhost:${port}`, 'app_address_invalid'],
    [`\xef\xbc\x98--web--olga.localhost:${port}`, 'app_address_invalid'],
    [`+2280--web--olga.localhost:${port}`, 'app_address_invalid'],
    [`-1--web--olga.localhost:${port}`, 'app_address_invalid'],
    [`0${it.appPort}--web--olga.localhost:${port}`, 'port_invalid'],
    [`65536--web--olga.localhost:${port}`, 'port_invalid'],
    [`0--web--olga.localhost:${port}`, 'port_invalid'],
  ]
  for (const [name, code] of hosts) {
    const answer = await refused(`GET / HTTP/1.1\r\nHost: ${name}\r\nCookie: ${cookie}\r\n${close}`)
    assert.equal(answer.code, code, name)
    assert.equal(answer.status, 400, name)
  }
  // A name of an app, and never the number that it means elsewhere.
  const hex = it.hostOf(`0x${it.appPort.toString(16)}`)
  const answer = await refused(`GET / HTTP/1.1\r\nHost: ${hex}:${port}\r\n${close}`)
  assert.equal(answer.code, 'not_signed_in')
})

test('two hosts, or another one in the request line, are refused on either side', async () => {
  const app = `${it.host}:${it.port}`
  const page = `localhost:${it.port}`
  const heads = [
    `GET / HTTP/1.1\r\nHost: ${app}\r\nHost: ${page}\r\n`,
    `GET / HTTP/1.1\r\nHost: ${page}\r\nHost: ${app}\r\n`,
    `GET / HTTP/1.1\r\nHost: ${app}\r\nHost: ${app}\r\n`,
    `GET http://${app}/ HTTP/1.1\r\nHost: ${page}\r\n`,
    `GET http://${app}/ HTTP/1.1\r\nHost: ${app}\r\n`,
    `GET http://${page}/ HTTP/1.1\r\nHost: ${app}\r\n`,
    `OPTIONS * HTTP/1.1\r\nHost: ${app}\r\n`,
  ]
  for (const head of heads) {
    const { status } = await refused(`${head}Cookie: ${cookie}\r\n${close}`)
    assert.equal(status, 400, head)
  }
  const forwarded = await it.get('/', { Cookie: cookie, 'X-Forwarded-Host': page })
  assert.equal(forwarded.body, 'app')
  const onPage = await it.get('/healthz', { 'X-Forwarded-Host': app }, 'localhost')
  assert.equal(onPage.body, '{"ok":true}')
})

test('a request that two readers could cut differently reaches nobody', async () => {
  const first = `POST / HTTP/1.1\r\nHost: ${it.host}:${it.port}\r\nCookie: ${cookie}\r\n${close}`
  const smuggled: [string, string][] = [
    ['Content-Length: 5\r\nContent-Length: 6\r\n', 'hello!'],
    ['Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'],
    ['Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', '0\r\n\r\n'],
    ['Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'],
    ['Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'],
    ['Content-Length: +5\r\n', 'hello'],
    ['Content-Length: 0x5\r\n', 'hello'],
    ['Content-Length : 5\r\n', 'hello'],
    ['A: b\r\n c: d\r\n', ''],
    ['A: b\n', ''],
    ['A: b\rc: d\r\n', ''],
    ['A: b\0c\r\n', ''],
    ['Bad Name: x\r\n', ''],
  ]
  for (const [lines, body] of smuggled) {
    const { status } = await refused(first + lines, body)
    assert.equal(status, 400, JSON.stringify(lines))
  }
})

test('chunks that are not well formed end the request', async () => {
  const head = `POST / HTTP/1.1\r\nHost: ${it.host}:${it.port}\r\nCookie: ${cookie}\r\nTransfer-Encoding: chunked\r\n`
  for (const chunks of ['xyz\r\n', '-1\r\n', '5\r\nhello!\r\n0\r\n\r\n', '5\nhello\r\n0\r\n\r\n']) {
    const answer = await it.send(`${head}\r\n${chunks}`)
    assert.ok([400, 0].includes(answer.status) || answer.body.includes('app'), chunks)
    assert.equal((await it.get('/', { Cookie: cookie })).body, 'app')
  }
})

test('two thousand headers and a header of a megabyte are refused', async () => {
  const first = `GET / HTTP/1.1\r\nHost: ${it.host}:${it.port}\r\n${close}`
  for (const lines of [
    'A: bbbbbbbbbbbbbbbbbbbbb\r\n'.repeat(2000),
    `A: ${'x'.repeat(1_000_000)}\r\n`,
  ]) {
    // A close while we still send may take the answer with it.
    assert.ok([431, 0].includes((await refused(first + lines)).status))
  }
})

test('odd addresses are the app’s to judge, and pass as they are', async () => {
  for (const path of [
    '/%00',
    '/%ff',
    '/..%2f..%2fetc',
    '/a/../b',
    '//evil.example/',
    '/\\evil',
    '/?__proto__=1',
  ]) {
    assert.equal((await it.get(path, { Cookie: cookie })).body, 'app')
    assert.equal(seen.at(-1)?.url, path)
  }
})

test('passes that are not ours are no passes', async () => {
  const payload = (value: object): string =>
    Buffer.from(JSON.stringify(value)).toString('base64url')
  const session = it.owner.cookie.replace(/^[^=]*=/, '')
  const forged = [
    session,
    `${payload({ host: it.host })}.`,
    `${payload({ host: it.host, claims: {} })}.${'A'.repeat(43)}`,
    'x'.repeat(10_000),
    '..',
    '',
  ]
  for (const value of forged) {
    const answer = await it.get('/', { Cookie: `__Host-skein-app=${value}` })
    assert.equal(codeIn(answer), 'not_signed_in', value.slice(0, 50))
  }
})

test('a connection that carries the requests of many, as a proxy’s does, knows each by their own pass', async (t) => {
  const olga = it.world.client()
  await olga.post('/session', { username: 'olga', password: 'correct horse battery' })
  const own = await it.enter(olga)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  const ports = new Set<unknown>()
  const statusAs = async (headers: Record<string, string>): Promise<number | undefined> => {
    const host = `${it.host}:${it.port}`
    const asked = ask({ host: '127.0.0.1', port: it.port, headers: { host, ...headers }, agent })
    asked.end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    ports.add(response.socket.localPort)
    await buffer(response)
    return response.statusCode
  }
  // A refusal ends the connection, so the last of each row is one.
  const rows = [[own, cookie, own, ''], [cookie, own, `${own}x`], [own]]
  for (const [i, row] of rows.entries()) {
    ports.clear()
    for (const pass of row) {
      const isGood = pass === own || pass === cookie
      assert.equal(await statusAs(pass === '' ? {} : { cookie: pass }), isGood ? 200 : 401)
    }
    assert.equal(ports.size, 1, `row ${i} by one connection`)
  }
  await olga.delete('/session')
  assert.equal(await statusAs({ cookie: own }), 401, 'its session has ended')
  assert.equal(ports.size, 1, 'as the one before it')
  assert.equal(await statusAs({ cookie }), 200)
})

test('one visitor takes no more than their share of an app', async () => {
  await it.share('public')
  const hanging = Array.from({ length: MAX_PER_VISITOR }, () => fetchHang())
  const began = await Promise.all(hanging.map(({ began }) => began))
  assert.equal(began.length, MAX_PER_VISITOR)
  const refusedOne = await it.get('/')
  assert.equal(refusedOne.status, 429)
  assert.equal(codeIn(refusedOne), 'rate_limited')
  const known = await it.get('/', { Cookie: cookie })
  assert.equal(known.body, 'app', 'who is signed in shares no limit with others at their address')
  for (const { abort } of hanging) abort()
  await Promise.all(hanging.map(({ ended }) => ended))
  await it.share('owner')
})

function fetchHang() {
  const abort = new AbortController()
  const headers = { host: `${it.host}:${it.port}` }
  const asked = requestOf('/hang', headers, abort.signal)
  return { began: asked.began, ended: asked.ended, abort: () => abort.abort() }
}

function requestOf(path: string, headers: Record<string, string>, signal: AbortSignal) {
  const began = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  const asked = ask({ host: '127.0.0.1', port: it.port, path, headers, signal, agent: false })
  asked.on('error', () => ended.resolve())
  asked.on('response', (response) => {
    began.resolve()
    response.on('error', () => undefined)
    response.on('close', () => ended.resolve())
    response.resume()
  })
  asked.end()
  return { began: began.promise, ended: ended.promise }
}
