// Headers on their way between a visitor and an app, as either side gets them.

import assert from 'node:assert/strict'
import { type IncomingMessage, ServerResponse } from 'node:http'
import { after, before, test } from 'node:test'
import { AppWorld, codeIn, headerOf } from '../../tests/support/http/app-world.ts'
import { HeadForApp } from './fields.ts'

let it: AppWorld
let cookie = ''
let play: (request: IncomingMessage, response: ServerResponse) => unknown = () => undefined

const logged: string[] = []

before(async () => {
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: ({ err }: { err?: unknown }) => void logged.push(String(err)),
  }
  it = await AppWorld.open((request, response) => void play(request, response), { log })
  cookie = await it.enter(it.owner)
})
after(() => it.close())

test('a Trailer header without a chunked body takes nothing from the answer', async () => {
  for (const [body, version] of [
    ['Content-Length: 2\r\n\r\nok', '1.1'],
    ['Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx-sum: 7\r\n\r\n', '1.0'],
    ['Connection: close\r\n\r\nok', '1.0'],
  ]) {
    play = ({ socket }) => socket.end(`HTTP/1.1 200 OK\r\nTrailer: x-sum\r\n${body}`)
    const answer = await it.send(
      `GET / HTTP/${version}\r\nHost: ${it.host}:${it.port}\r\nConnection: close\r\nCookie: ${cookie}\r\n\r\n`,
    )
    assert.equal(answer.status, 200, body)
    assert.equal(answer.body, 'ok')
    assert.equal(headerOf(answer, 'trailer'), undefined)
  }
})

test('an answer that Node will not write is logged, and its visitor is told', async ({ mock }) => {
  const fail = () => {
    throw new Error('no such header')
  }
  mock.method(ServerResponse.prototype, 'writeHead', fail, { times: 1 })
  play = ({ socket }) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  const answer = await it.get('/', { Cookie: cookie })
  assert.equal(answer.status, 500)
  assert.equal(codeIn(answer), 'internal')
  assert.deepEqual(logged, ['Error: no such header'])
})

test('trailers of a chunked body are announced and arrive', async () => {
  play = (_, response) => {
    response.writeHead(200, { trailer: 'x-sum' }).write('ok')
    response.addTrailers({ 'x-sum': '7' })
    response.end()
  }
  const answer = await it.get('/', { Cookie: cookie })
  assert.equal(headerOf(answer, 'trailer'), 'x-sum')
  assert.match(answer.body, /x-sum: 7/)
})

test('an API token of ours reaches no app, and any other secret does', () => {
  const forwarded = { for: '192.0.2.1', proto: 'https', host: 'app' } as const
  const headFor = (value: string) =>
    new HeadForApp().of(
      { method: 'GET', target: '/', rawHeaders: ['authorization', value, 'Accept', '*/*'] },
      forwarded,
      '',
    )
  for (const value of [
    'Bearer skein_a_b',
    'bEARER   skein_x',
    'Bearer\tskein_',
    ' bearer skein_',
  ]) {
    assert.ok(!/authorization/i.test(headFor(value)), value)
    assert.match(headFor(value), /Accept: /)
  }
  for (const value of ['Bearer other', 'Bearer xskein_', 'Basic skein_x', 'skein_x']) {
    assert.ok(headFor(value).includes(`authorization: ${value}\r\n`), value)
  }
})

test('a request that differs from the last of its connection in anything gets a head of its own', () => {
  const forwarded = { for: '192.0.2.1', proto: 'https', host: 'app' } as const
  const rawHeaders = ['Cookie', 'a=1', 'Accept', '*/*']
  type Asked = Parameters<HeadForApp['of']>
  const first: Asked = [{ method: 'GET', target: '/', rawHeaders }, forwarded, '']
  const others: Asked[] = [
    [{ method: 'GET', target: '/other', rawHeaders: [...rawHeaders] }, { ...forwarded }, ''],
    [{ method: 'PUT', target: '/', rawHeaders }, forwarded, 'Transfer-Encoding: chunked\r\n'],
    [{ method: 'GET', target: '/', rawHeaders: ['Cookie', 'a=2', 'Accept', '*/*'] }, forwarded, ''],
    [{ method: 'GET', target: '/', rawHeaders: ['Cookie', 'a=1'] }, forwarded, ''],
    [{ method: 'GET', target: '/', rawHeaders: [...rawHeaders, 'X', 'y'] }, forwarded, ''],
    [{ method: 'GET', target: '/', rawHeaders }, { ...forwarded, for: '192.0.2.2' }, ''],
    [{ method: 'GET', target: '/', rawHeaders }, { ...forwarded, proto: 'http' }, ''],
    [{ method: 'GET', target: '/', rawHeaders }, { ...forwarded, host: 'other' }, ''],
    [{ method: 'GET', target: '/', rawHeaders: ['Cookie', 'x'.repeat(3000)] }, forwarded, ''],
  ]
  const known = new HeadForApp()
  for (const other of others) {
    for (const each of [first, other, other, first]) {
      assert.equal(known.of(...each), new HeadForApp().of(...each))
    }
  }
})
