// What passes between a visitor and an app: bodies of every framing, trailers, streams, upgrades and break-offs, each
// with the bytes that the other side sees.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { request as ask } from 'node:http'
import { connect, type Socket } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { eventually } from '../../tests/support/eventually.ts'
import { AppWorld, codeIn, headerOf } from '../../tests/support/http/app-world.ts'

const SOON = { timeoutMs: 5000 }
let it: AppWorld
let cookie = ''
/** What the app does with its next requests. */
let play: (request: IncomingMessage, response: ServerResponse) => unknown = () => undefined

before(async () => {
  it = await AppWorld.open((request, response) => void play(request, response))
  cookie = await it.enter(it.owner)
})
after(() => it.close())

interface Sent {
  readonly method?: string
  readonly path?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Buffer
}

function start({ method = 'GET', path = '/', headers = {} }: Sent = {}) {
  const host = { host: `${it.host}:${it.port}`, cookie }
  return ask({ host: '127.0.0.1', port: it.port, method, path, headers: { ...host, ...headers } })
}

async function send(sent: Sent = {}): Promise<IncomingMessage> {
  const asked = start(sent)
  asked.end(sent.body)
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return response
}

test('a body with a length and one of chunks arrive as they were sent, trailers too', async () => {
  play = async (request, response) => {
    const body = await text(request)
    response.writeHead(200, { trailer: 'grpc-status' })
    response.write(
      `${request.headers['content-length'] ?? request.headers['transfer-encoding']} ${body.length}`,
    )
    response.addTrailers({ 'grpc-status': request.trailers['x-sum'] ?? 'none' })
    response.end()
  }
  const counted = await send({
    method: 'POST',
    body: 'x'.repeat(100_000),
    headers: { 'content-length': '100000' },
  })
  assert.equal(await text(counted), '100000 100000')
  const asked = start({
    method: 'PUT',
    headers: { 'transfer-encoding': 'chunked', trailer: 'x-sum', te: 'trailers' },
  })
  for (let i = 0; i < 10; i++) asked.write(Buffer.alloc(70_000, i))
  asked.addTrailers({ 'x-sum': '7' })
  asked.end()
  const [chunked] = (await once(asked, 'response')) as [IncomingMessage]
  assert.equal(await text(chunked), 'chunked 700000')
  assert.equal(chunked.trailers['grpc-status'], '7')
})

test('every byte of a small answer arrives as it is', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
  play = (_, response) => response.writeHead(200, { 'content-length': '256' }).end(bytes)
  assert.deepEqual(await buffer(await send()), bytes)
})

test('one connection to the app carries request after request', async () => {
  play = (request, response) => response.end(String(request.socket.remotePort))
  const ports = new Set<string>()
  for (let i = 0; i < 5; i++) ports.add(await text(await send()))
  assert.equal(ports.size, 1)
})

test('HEAD, 204, 304 and ranges keep their headers and have no body that is not theirs', async () => {
  play = (request, response) => {
    const status = Number(request.headers['x-status'])
    const range = { 'content-range': 'bytes 0-4/9', 'content-length': '5' }
    response.writeHead(status, status === 206 ? range : { 'x-kept': '1' })
    response.end(status === 206 ? 'hello' : undefined)
  }
  for (const [method, status, body] of [
    ['HEAD', 206, ''],
    ['GET', 206, 'hello'],
    ['GET', 204, ''],
    ['GET', 304, ''],
  ] as const) {
    const answer = await send({
      method,
      headers: { 'x-status': String(status), range: 'bytes=0-4' },
    })
    assert.equal(answer.statusCode, status)
    assert.equal(await text(answer), body)
    if (status === 206) assert.equal(answer.headers['content-range'], 'bytes 0-4/9')
  }
})

test('events are passed on one by one, while the answer lasts', async () => {
  let live: ServerResponse | undefined
  play = (_, response) => {
    live = response
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
  }
  const answer = await send()
  for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
    live?.write(event)
    const [piece] = (await once(answer, 'data')) as [Buffer]
    assert.equal(piece.toString(), event)
  }
  live?.end()
  await once(answer, 'end')
})

test('early hints reach the visitor before the answer', async () => {
  play = (_, response) =>
    response.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => response.end('done'))
  const asked = start()
  const hints = once(asked, 'information')
  asked.end()
  const [{ statusCode }] = (await hints) as [{ statusCode: number }]
  assert.equal(statusCode, 103)
})

test('a visitor who asks whether to go on is told so', async () => {
  play = async (request, response) =>
    response.end(`${(await buffer(request)).length} ${request.headers.expect ?? ''}`)
  const asked = start({
    method: 'POST',
    headers: { expect: '100-continue', 'content-length': '5' },
  })
  const goOn = once(asked, 'continue')
  asked.flushHeaders()
  await goOn
  asked.end('hello')
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  assert.equal(await text(answer), '5 ')
})

test('a visitor who leaves takes the request along, and an app that breaks off the answer', async () => {
  const began = Promise.withResolvers<IncomingMessage>()
  play = (request, response) => {
    response.writeHead(200).write('x')
    began.resolve(request)
  }
  const asked = start()
  asked.on('error', () => undefined)
  asked.end()
  const request = await began.promise
  asked.destroy()
  await eventually(() => request.socket.destroyed, { ...SOON, what: 'the app to hear of it' })
  play = (_, response) => {
    response.writeHead(200, { 'content-length': '10' }).write('12345')
    setImmediate(() => response.socket?.destroy())
  }
  const cut = await send()
  await assert.rejects(text(cut))
  await eventually(() => it.world.http.apps.size === 0, {
    ...SOON,
    what: 'nothing to be under way',
  })
})

test('a connection that the app ended meanwhile costs nobody an answer', async () => {
  play = (_, response) => response.end('ok')
  assert.equal(await text(await send()), 'ok')
  for (const socket of it.sockets) socket.destroy()
  assert.equal(await text(await send()), 'ok')
})

test('an answer that comes before the request is complete is passed on', async () => {
  play = (_, response) => response.writeHead(413, { 'content-length': '3' }).end('big')
  const asked = start({ method: 'POST', headers: { 'content-length': '1000000' } })
  asked.on('error', () => undefined)
  asked.write('x')
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  assert.equal(answer.statusCode, 413)
  asked.destroy()
})

test('an app that speaks no HTTP is said to', async () => {
  play = (request) => request.socket.end('SSH-2.0-x\r\n\r\n')
  const answer = await send()
  assert.equal(answer.statusCode, 502)
  assert.match(await text(answer), /app_answer_invalid/)
})

test('a slow reader slows its app and nobody else', async () => {
  const total = 64 * 1024 * 1024
  let written = 0
  play = (request, response) => {
    if (request.url !== '/slow') return response.end('quick')
    const piece = Buffer.alloc(1024 * 1024)
    response.on('error', () => undefined)
    const more = (): void => {
      while (written < total && response.write(piece)) written += piece.length
      response.once('drain', more)
    }
    more()
    return response
  }
  const slow = await send({ path: '/slow' })
  await once(slow, 'readable')
  assert.equal(await text(await send()), 'quick')
  assert.ok(written < total / 2, `${written} bytes were taken for a reader who takes none`)
  slow.destroy()
})

/** An upgrade as a browser sends it; what came back so far grows in `heard`. */
function upgrade(
  headers: Record<string, string>,
  host = it.host,
): { socket: Socket; heard(): string } {
  const socket = connect(it.port, '127.0.0.1')
  socket.on('error', () => undefined)
  let heard = ''
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1')
  })
  const fixed = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'x',
  }
  const lines = Object.entries({ ...fixed, ...headers }).filter(([, value]) => value !== '')
  const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.write(`GET /ws HTTP/1.1\r\nHost: ${host}:${it.port}\r\n${text}\r\n`)
  return { socket, heard: () => heard }
}

const statusOf = async (opened: ReturnType<typeof upgrade>): Promise<string> => {
  const done = (): boolean => opened.heard().includes('\r\n\r\n')
  await eventually(done, { ...SOON, what: 'an answer to the upgrade' })
  return opened.heard().split(' ')[1] ?? ''
}

const closed = (opened: ReturnType<typeof upgrade>): Promise<unknown> =>
  eventually(() => opened.socket.closed, { ...SOON, what: 'the socket to close' })

/** Echoes what comes after the upgrade. */
function echoSockets(): void {
  it.app.removeAllListeners('upgrade')
  it.app.on('upgrade', (_, socket) => {
    socket.on('error', () => undefined)
    socket.write(
      'HTTP/1.1 101 Yes\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSet-Cookie: __Host-skein-app=x\r\n\r\n',
    )
    socket.pipe(socket)
  })
}

test('bytes pass both ways once the app has agreed', async () => {
  echoSockets()
  const opened = upgrade({ Cookie: cookie, Origin: `http://${it.host}:${it.port}` })
  assert.equal(await statusOf(opened), '101')
  assert.ok(!opened.heard().includes('__Host-skein'))
  opened.socket.write('ping')
  await eventually(() => opened.heard().endsWith('ping'), { ...SOON, what: 'the echo' })
  opened.socket.destroy()
  await eventually(() => it.world.http.apps.size === 0, { ...SOON, what: 'the socket to be gone' })
})

test('an app that does not agree is heard as well', async () => {
  it.app.removeAllListeners('upgrade')
  play = (_, response) => response.writeHead(426).end('no sockets')
  const opened = upgrade({ Cookie: cookie, Origin: `http://${it.host}:${it.port}` })
  assert.equal(await statusOf(opened), '426')
  await closed(opened)
  assert.ok(opened.heard().includes('no sockets'))
})

test('a socket that another site’s page opens is refused, however it names itself', async () => {
  echoSockets()
  const own = `http://${it.host}:${it.port}`
  const neighbour = `http://${it.hostOf(it.appPort, 'evil--eve')}:${it.port}`
  const origins = [
    'https://evil.example',
    'null',
    '',
    neighbour,
    own.toUpperCase(),
    own.replace('http:', 'https:'),
    `http://${it.host}`,
    `${own}/`,
    `http://localhost:${it.port}`,
  ]
  for (const Origin of origins) {
    const opened = upgrade({ Cookie: cookie, Origin })
    assert.equal(await statusOf(opened), '403', Origin)
    assert.ok(opened.heard().includes('bad_origin'))
    opened.socket.destroy()
  }
  const sibling = upgrade({
    Cookie: cookie,
    Origin: `http://${it.hostOf(it.appPort + 1)}:${it.port}`,
  })
  assert.equal(await statusOf(sibling), '101', 'another port of the same space')
  sibling.socket.destroy()
  const stranger = upgrade({ Origin: own })
  assert.equal(await statusOf(stranger), '401')
  stranger.socket.destroy()
})

test('an upgrade of a link or of Skein’s own sockets is an app’s on an app’s host', async () => {
  echoSockets()
  for (const path of ['/link', '/api/v1/live']) {
    const socket = connect(it.port, '127.0.0.1')
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${it.host}:${it.port}\r\nConnection: Upgrade\r\nUpgrade: skein-link/1\r\n\r\n`,
    )
    const [answer] = (await once(socket, 'data')) as [Buffer]
    assert.match(answer.toString(), /^HTTP\/1.1 401 /)
    socket.destroy()
  }
})

test('what is under way ends with its session and with its sharing', async () => {
  echoSockets()
  const client = it.world.client()
  await client.post('/session', { username: 'olga', password: 'correct horse battery' })
  const Cookie = await it.enter(client)
  const opened = upgrade({ Cookie, Origin: `http://${it.host}:${it.port}` })
  assert.equal(await statusOf(opened), '101')
  await client.delete('/session')
  await closed(opened)
  await it.share('public')
  const open = upgrade({})
  assert.equal(await statusOf(open), '101')
  play = (_, response) => response.writeHead(200).write('x')
  const stream = await send({ headers: { cookie: '' } })
  await it.share('owner')
  await closed(open)
  await assert.rejects(text(stream))
})

test('pages of a neighbour do nothing in a visitor’s name', async () => {
  play = (_, response) => response.end('done')
  const neighbour = `http://${it.hostOf(it.appPort, 'evil--eve')}:${it.port}`
  const own = `http://${it.host}:${it.port}`
  const sibling = `http://${it.hostOf(it.appPort + 1)}:${it.port}`
  const tries: [Record<string, string>, string][] = [
    [{ Origin: neighbour, 'Sec-Fetch-Site': 'same-site' }, 'bad_origin'],
    [{ Origin: 'null' }, 'bad_origin'],
    [{ 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'no-cors' }, 'bad_origin'],
    [
      { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', Referer: `${neighbour}/x` },
      'bad_origin',
    ],
    [
      { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' },
      'bad_origin',
    ],
    [
      {
        'Sec-Fetch-Site': 'cross-site',
        'Sec-Fetch-Mode': 'navigate',
        'Sec-Fetch-Dest': 'document',
      },
      'done',
    ],
    [{ Origin: own, 'Sec-Fetch-Site': 'same-origin' }, 'done'],
    [{ Origin: sibling, 'Sec-Fetch-Site': 'same-site' }, 'done'],
    [
      { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'no-cors', Referer: `${sibling}/x` },
      'done',
    ],
  ]
  for (const [headers, expected] of tries) {
    assert.equal(
      codeIn(await it.get('/', { Cookie: cookie, ...headers })),
      expected,
      JSON.stringify(headers),
    )
  }
})

test('a port may be called by pages of another port of its space', async () => {
  const Origin = `http://${it.hostOf(it.appPort + 1)}:${it.port}`
  const question = (origin: string) =>
    it.send(
      `OPTIONS / HTTP/1.1\r\nHost: ${it.host}:${it.port}\r\nOrigin: ${origin}\r\nConnection: close\r\n` +
        'Access-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: x-a\r\n\r\n',
    )
  const yes = await question(Origin)
  assert.equal(yes.status, 204)
  assert.equal(headerOf(yes, 'access-control-allow-origin'), Origin)
  assert.equal((await question('http://evil.example')).status, 401)
})
