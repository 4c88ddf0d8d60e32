import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createPlain, type IncomingMessage } from 'node:http'
import { createServer as createSecure, get } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import tls from 'node:tls'
import { TestAuthority } from '../../tests/support/certificates.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { openListeners } from './listeners.ts'
import { MAX_AT_THRESHOLD, Threshold } from './threshold.ts'

const SOON_MS = 50
const authority = new TestAuthority()
const names = ['localhost', '127.0.0.1']
const pair = authority.issue(names)
const folder = mkdtempSync(join(tmpdir(), 'skein-threshold-'))
after(() => rmSync(folder, { recursive: true }))

async function open(withinMs?: number) {
  const secure = createSecure(pair, (_, response) => response.end('secure'))
  const plain = createPlain((_, response) => response.end('plain'))
  const options = { secure, plain, ...(withinMs !== undefined && { withinMs }) }
  const threshold = new Threshold(options)
  threshold.server.listen(0, '127.0.0.1')
  await once(threshold.server, 'listening')
  const { port } = threshold.server.address() as AddressInfo
  return { threshold, port }
}

const ask = (port: number, bytes: string | Buffer = ''): Socket => {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  if (bytes.length > 0) socket.write(bytes)
  return socket
}

async function overTls(port: number): Promise<string> {
  const call = get({ host: '127.0.0.1', port, ca: authority.cert, agent: false })
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  return await text(response)
}

test('one port speaks TLS and plain HTTP, each at its first byte', async () => {
  const { threshold, port } = await open()
  assert.equal(await overTls(port), 'secure')
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'plain')
  const slow = ask(port)
  for (const part of ['G', 'E', 'T / HTTP/1.1\r\nHost: a\r\nConn', 'ection: close\r\n\r\n']) {
    slow.write(part)
    await new Promise(setImmediate)
  }
  assert.match(await text(slow), /plain$/)
  assert.equal(threshold.size, 0)
  threshold.end()
})

const silent: [string, string | Buffer][] = [
  ['says nothing', ''],
  ['begins a handshake and no more', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00])],
  ['announces a record that never comes', Buffer.from([0x16, 0x03, 0x01, 0x3f, 0xff, 0x01])],
]
for (const [what, bytes] of silent) {
  test(`a connection that ${what} is closed in time`, async () => {
    const { threshold, port } = await open(SOON_MS)
    const socket = ask(port, bytes).resume()
    await once(socket, 'close')
    await eventually(() => threshold.size === 0, { timeoutMs: 5000, what: 'an empty threshold' })
    threshold.end()
  })
}

const foreign: [string, Buffer][] = [
  [
    'a PROXY header of version 1',
    Buffer.from('PROXY TCP4 6.6.6.6 127.0.0.1 1 443\r\nGET / HTTP/1.1\r\n\r\n'),
  ],
  ['a PROXY header of version 2', Buffer.from('0d0a0d0a000d0a515549540a21110000', 'hex')],
  ['a TLS alert', Buffer.from([0x15, 0x03, 0x03, 0, 2, 2, 40])],
  ['a greeting of SSH', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n\r\n')],
  ['a handshake of rubbish', Buffer.concat([Buffer.from([0x16, 3, 1, 0, 9]), Buffer.alloc(9, 7)])],
]
for (const [what, bytes] of foreign) {
  test(`${what} is refused, and others are served`, async () => {
    const { threshold, port } = await open()
    const answer = await text(ask(port, bytes)).catch(() => '')
    assert.ok(answer.includes('400 Bad Request') || !answer.includes('HTTP/1.1'), answer)
    assert.equal(await overTls(port), 'secure')
    threshold.end()
  })
}

test('a header that never ends is cut on either side, though neither server listens itself', async () => {
  const limits = { headersTimeout: SOON_MS, requestTimeout: 0, connectionsCheckingInterval: 10 }
  const threshold = new Threshold({
    secure: createSecure({ ...limits, ...pair }, (_, response) => response.end()),
    plain: createPlain(limits, (_, response) => response.end()),
  })
  threshold.server.listen(0, '127.0.0.1')
  await once(threshold.server, 'listening')
  const { port } = threshold.server.address() as AddressInfo
  const secure = tls.connect({ port, host: '127.0.0.1', ca: authority.cert })
  await once(secure, 'secureConnect')
  for (const socket of [ask(port), secure]) {
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')
    assert.match(await text(socket), /^HTTP\/1\.1 408 /)
  }
  threshold.end()
})

test('many that are silent lock nobody out: the oldest make room', async () => {
  const { threshold, port } = await open()
  const idle = Array.from({ length: MAX_AT_THRESHOLD + 50 }, () => ask(port))
  await eventually(() => threshold.size === MAX_AT_THRESHOLD, {
    timeoutMs: 20_000,
    what: 'a full threshold',
  })
  assert.equal(await overTls(port), 'secure')
  assert.ok(threshold.size <= MAX_AT_THRESHOLD)
  for (const socket of idle) socket.destroy()
  threshold.end()
})

test('a new certificate is shown to the next connection, and a drain ends both languages', async () => {
  let current = pair
  let changed = () => {}
  const listeners = await openListeners({
    listen: { host: '127.0.0.1', port: 0 },
    socketPaths: [join(folder, 'link', 'link.sock')],
    request: (_, response) => response.end('secure'),
    upgrade: (_, socket) => socket.destroy(),
    linkUpgrade: (_, socket) => socket.destroy(),
    secured: {
      tls: {
        get context() {
          return current
        },
        onChange: (then) => {
          changed = then
        },
      },
      plainRequest: (_, response) => response.end('plain'),
      plainUpgrade: (_, socket) => socket.destroy(),
    },
  })
  assert.match(listeners.url, /^https:/)
  const port = Number(new URL(listeners.url).port)
  const serialOf = async () => {
    const socket = tls.connect({ port, host: '127.0.0.1', ca: authority.cert })
    await once(socket, 'secureConnect')
    return { socket, serial: socket.getPeerCertificate().serialNumber }
  }
  const before = await serialOf()
  current = authority.issue(names)
  changed()
  const afterwards = await serialOf()
  assert.notEqual(afterwards.serial, before.serial)
  before.socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(before.socket, 'data')
  const idle = ask(port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(idle, 'data')
  const mute = ask(port).resume()
  await once(mute, 'connect')
  const ended = [before.socket, afterwards.socket, idle, mute].map((socket) =>
    once(socket.resume(), 'close'),
  )
  await listeners.close(SOON_MS)
  await Promise.all(ended)
})
