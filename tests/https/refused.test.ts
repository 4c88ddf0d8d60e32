// What comes to a peer in the name of a proxy, or past it: names that are not ours, two that disagree, addresses made
// up, headers of other protocols; and a peer without HTTPS, which is not there for other machines at all.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import type { AuditEvent } from '#protocol/api/audit.ts'
import { ExitStatus } from '../../server/supervisor/exit.ts'
import { Api, TEST_PASSWORD } from '../support/api.ts'
import { freePort, Skein } from '../support/skein.ts'
import { lines, STRANGER, send } from './ask.ts'
import { PUBLIC_NAME } from './names.ts'

const BIN = new URL('../../cli/bin.js', import.meta.url).pathname
const EVIL = 'evil.example'
const PUBLIC = `Host: ${PUBLIC_NAME}`
const GET = 'GET /api/v1/session HTTP/1.1'

let skein: Skein
let api: Api
before(async () => {
  const flags = ['--public-url', `https://${PUBLIC_NAME}`, '--trusted-proxies', '127.0.0.1']
  ;({ skein } = await Skein.start({ flags, bare: true }))
  api = new Api(skein.url)
  await api.setUp(await skein.setupToken())
})
after(() => skein?.close())

const refused: [string, readonly string[], number, string][] = [
  ['a name that is not ours', [GET, `Host: ${EVIL}`], 421, 'bad_host'],
  ['two Hosts', [GET, PUBLIC, `Host: ${EVIL}`], 400, ''],
  ['a Host with a trailing dot', [GET, `${PUBLIC}.`], 421, 'bad_host'],
  ['a Host with a port and another host', [GET, `${PUBLIC}:443@${EVIL}`], 400, 'bad_request'],
  ['no Host', [GET], 400, ''],
  ['a request line that disagrees', [`GET https://${EVIL}/ HTTP/1.1`, PUBLIC], 421, 'bad_host'],
  [
    'a forwarded name that is not ours',
    [GET, 'Host: 127.0.0.1', `X-Forwarded-Host: ${EVIL}`],
    421,
    'bad_host',
  ],
  [
    'a forwarded name beside another',
    [GET, PUBLIC, `X-Forwarded-Host: localhost`],
    403,
    'bad_proxy',
  ],
  [
    'two forwarded names',
    [GET, PUBLIC, `X-Forwarded-Host: ${PUBLIC_NAME}`, `X-Forwarded-Host: ${EVIL}`],
    403,
    'bad_proxy',
  ],
  ['plain HTTP before HTTPS', [GET, PUBLIC, 'X-Forwarded-Proto: http'], 403, 'bad_proxy'],
  [
    'an install script under a foreign name',
    ['GET /cli/install.sh HTTP/1.1', `Host: ${EVIL}`],
    421,
    'bad_host',
  ],
  ['an authority under a foreign name', ['GET /ca.pem HTTP/1.1', `Host: ${EVIL}`], 421, 'bad_host'],
  ['a page under a foreign name', ['GET / HTTP/1.1', `Host: ${EVIL}`], 421, 'bad_host'],
]
for (const [what, request, status, code] of refused) {
  test(`${what} is refused, and others are served`, async () => {
    const answer = await send(skein.port, lines(...request))
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `))
    assert.ok(answer.includes(code), answer)
    assert.doesNotMatch(answer, /^(location|set-cookie):/im)
    assert.equal((await api.users()).length, 1)
  })
}

test('what a stranger says in a proxy’s words is not even read', async () => {
  const forged = [`X-Forwarded-Host: ${EVIL}`, 'X-Forwarded-Proto: http', `Forwarded: host=${EVIL}`]
  const page = await send(skein.port, lines('GET / HTTP/1.1', PUBLIC, ...forged), STRANGER)
  assert.match(page, /^HTTP\/1\.1 200 /)
  assert.ok(!page.includes(EVIL))
  assert.match(page, /^strict-transport-security: max-age=\d+\r$/im)
})

test('a cookie behind the proxy is host-bound and secure', async () => {
  const body = JSON.stringify({ username: 'ada', password: TEST_PASSWORD })
  const answer = await send(
    skein.port,
    lines(
      'POST /api/v1/session HTTP/1.1',
      'Host: 127.0.0.1',
      `Origin: https://${PUBLIC_NAME}`,
      `X-Forwarded-Host: ${PUBLIC_NAME}`,
      'X-Forwarded-Proto: https',
      'X-Forwarded-For: 198.51.100.7',
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ) + body,
  )
  assert.match(answer, /^HTTP\/1\.1 201 /)
  assert.match(answer, /^set-cookie: __Host-skein=[^\r]*; Secure\r$/im)
})

const proxyHeaders: [string, string][] = [
  ['1', 'PROXY TCP4 6.6.6.6 127.0.0.1 4242 443\r\n'],
  ['2', Buffer.from('0d0a0d0a000d0a515549540a2111000c06060606', 'hex').toString('latin1')],
]
for (const [version, header] of proxyHeaders) {
  test(`the PROXY protocol ${version} is a malformed request and changes nobody’s address`, async () => {
    const answer = await send(skein.port, header + lines(GET, PUBLIC))
    assert.match(answer, /^HTTP\/1\.1 400 /)
    const { events } = await api.call<{ events: AuditEvent[] }>('GET', '/audit')
    assert.ok(events.every(({ address }) => address !== '6.6.6.6'))
  })
}

/** The engine's bridge is one, so a machine that runs these tests has one. */
const NO_ADDRESS = 'this machine has no IPv4 address beyond loopback, not even the bridge of Docker'
/** An address of this machine that others could reach it by. */
const outside = Object.values(networkInterfaces())
  .flatMap((addresses = []) => addresses)
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address

test('without HTTPS the port is not there beyond loopback', async () => {
  assert.ok(outside, NO_ADDRESS)
  const socket = connect(skein.port, outside)
  await assert.rejects(once(socket, 'connect'), /ECONNREFUSED/)
})

test('to listen beyond loopback without HTTPS is refused with the ways out', async () => {
  const data = mkdtempSync(join(tmpdir(), 'skein-open-'))
  try {
    const words = ['server', '--data', data, '--listen', `0.0.0.0:${await freePort()}`]
    const child = spawn(process.execPath, [BIN, ...words], { stdio: ['ignore', 'ignore', 'pipe'] })
    const [said, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    assert.equal(status, ExitStatus.config)
    assert.match(
      said,
      /config_invalid.*listen.*--tls self.*--tls-cert.*--public-url.*--insecure-http/,
    )
  } finally {
    rmSync(data, { recursive: true })
  }
})

test('with --insecure-http it listens, and says what that costs', async () => {
  assert.ok(outside, NO_ADDRESS)
  const port = await freePort()
  const flags = ['--listen', `0.0.0.0:${port}`, '--insecure-http']
  const { skein: open } = await Skein.start({ port, flags, bare: true })
  try {
    assert.equal((await fetch(`http://${outside}:${port}/healthz`)).status, 200)
    assert.match(open.output.join('\n'), /WITHOUT HTTPS: everyone on the way/)
  } finally {
    await open.close()
  }
})
