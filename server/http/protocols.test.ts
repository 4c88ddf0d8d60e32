// Requests that offer another protocol, as curl, Java's client and browsers send them: what is no upgrade to us gets the
// answer that it would have got without the offer.

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { AppWorld } from '../../tests/support/http/app-world.ts'

const UPGRADE =
  'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n'
let it: AppWorld

before(async () => {
  it = await AppWorld.open((request, response) => {
    text(request).then(
      (body) => response.end(`${request.method} ${request.headers.upgrade ?? 'none'} ${body}`),
      () => response.destroy(),
    )
  })
  await it.share('public')
})
after(() => it.close())

/** The whole answer, after which the connection is ended: what Node made of bytes behind the offer is nobody's. */
async function answerTo(request: string): Promise<string> {
  const socket = connect(it.port, '127.0.0.1')
  socket.setTimeout(10_000, () => socket.destroy())
  socket.write(`${request}GET /healthz HTTP/1.1\r\nHost: localhost:${it.port}\r\n\r\n`)
  const heard = await text(socket)
  assert.equal(heard.match(/HTTP\/1\.1 /g)?.length, 1, heard)
  return heard
}

test('a page that is asked for with an offer of h2c is answered', async () => {
  const head = `GET /healthz HTTP/1.1\r\nHost: localhost:${it.port}\r\n${UPGRADE}\r\n`
  assert.match(await answerTo(head), /^HTTP\/1\.1 200 .*\{"ok":true\}$/s)
})

test('a body is never skipped because of an offer, neither ours nor an app’s', async () => {
  for (const offer of [UPGRADE, 'Connection: Upgrade\r\nUpgrade: websocket\r\n']) {
    for (const body of [
      'Content-Length: 5\r\n\r\nhello',
      'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    ]) {
      const head = `POST / HTTP/1.1\r\nHost: ${it.host}:${it.port}\r\n${offer}`
      assert.match(await answerTo(head + body), /POST none hello$/)
    }
  }
  const page = `localhost:${it.port}`
  const json = '{"username":"x","password":"wrong password"}'
  const login =
    `POST /api/v1/session HTTP/1.1\r\nHost: ${page}\r\n${UPGRADE}Content-Type: application/json\r\n` +
    `Origin: http://${page}\r\nContent-Length: ${json.length}\r\n\r\n${json}`
  assert.match(await answerTo(login), /bad_credentials/)
})

test('an app may agree on a protocol that we do not know', async () => {
  it.app.on('upgrade', (_, socket) => {
    socket.on('error', () => undefined)
    socket.end('HTTP/1.1 101 Yes\r\nConnection: Upgrade\r\nUpgrade: own/1\r\n\r\nown words')
  })
  const answer = await it.send(
    `GET / HTTP/1.1\r\nHost: ${it.host}:${it.port}\r\nConnection: Upgrade\r\nUpgrade: own/1\r\n\r\n`,
  )
  assert.equal(answer.status, 101)
  assert.equal(answer.body, 'own words')
})
