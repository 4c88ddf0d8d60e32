// Hostile bytes at the apps' side of a real server, by the hundred, while somebody uses an app: each ends in its
// refusal, the other's requests go on, and the peer's memory comes to rest.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import type { Api } from '../support/api.ts'
import { type AppVisitor, visitorOf } from '../support/apps.ts'
import { Latency } from '../support/latency.ts'
import { Skein } from '../support/skein.ts'
import { APP_PORT, appsTemplate, startProgram, startSpace } from './program.ts'

const HOST = `${APP_PORT}--attacked--ada.localhost`
/**
 * Of the visits during one flood. Attackers, peer and visitor share two cores with everything else, so that the figure of
 * a quiet machine is printed and not asserted; a peer that is held up shows in seconds.
 */
const MAX_P99_MS = 500
/** One visit at worst. */
const WORST_MS = 2000
const MAX_GROWTH_MB = 150
const ANSWER_MS = 4000

let skein: Skein
let api: Api
let visitor: AppVisitor

before(async () => {
  ;({ skein, api } = await Skein.start())
  const id = await startSpace(api, await appsTemplate(api), 'attacked')
  await startProgram(api, id)
  visitor = visitorOf(api)
  assert.equal((await visitor.go(HOST, '/')).status, 200)
})

after(async () => {
  await api?.deleteSpaces()
  await skein?.close()
})

const head = (host: string, more = '') =>
  `GET / HTTP/1.1\r\nHost: ${host}:${skein.port}\r\nConnection: close\r\n${more}`
const upgrade = (more: string) =>
  `GET /ws HTTP/1.1\r\nHost: ${HOST}:${skein.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`
const pass = () => `Cookie: ${visitor.cookieOf(HOST)}\r\n`

/** What is sent, how often at once, and the status of every answer; none for a connection that is only held open. */
const floods: Record<string, [() => string, number, string?]> = {
  'hosts of nobody': [() => `${head(`0${HOST}`)}\r\n`, 300, '400'],
  'two hosts': [() => `${head(HOST, `Host: localhost:${skein.port}\r\n`)}\r\n`, 300, '400'],
  'visitors without a pass': [() => `${head(HOST)}\r\n`, 300, '401'],
  'forged passes': [
    () => `${head(HOST, `Cookie: __Host-skein-app=${'x'.repeat(3000)}.y\r\n`)}\r\n`,
    300,
    '401',
  ],
  'sockets of a neighbour': [
    () => upgrade(`${pass()}Origin: http://8080--evil--eve.localhost:${skein.port}\r\n`),
    300,
    '403',
  ],
  'two lengths': [
    () => `${head(HOST, `${pass()}Content-Length: 1\r\nContent-Length: 2\r\n`)}\r\nxx`,
    200,
    '400',
  ],
  'bodies that never come': [
    () => `${head(HOST, `${pass()}Content-Length: 1000\r\n`).replace('GET', 'POST')}\r\n`,
    60,
  ],
  'headers without end': [() => head(HOST, `A: ${'x'.repeat(60_000)}`), 100, '431'],
}

for (const [what, [bytes, times, status]] of Object.entries(floods)) {
  test(`${what} hold no visitor up`, async (t) => {
    const beforeMb = peerMegabytes()
    const ending = new AbortController()
    const visiting = visits(ending.signal)
    const flood = Promise.all(Array.from({ length: times }, () => exchange(bytes())))
    const answers = await flood.finally(() => ending.abort())
    const waited = await visiting
    t.diagnostic(`visits of another: ${waited}; peer ${beforeMb} → ${peerMegabytes()} MB`)
    assert.ok(waited.p99Ms < MAX_P99_MS, `visits took ${waited}`)
    assert.ok(waited.maxMs < WORST_MS, `visits took ${waited}`)
    assert.ok(peerMegabytes() - beforeMb < MAX_GROWTH_MB)
    // A close while we still send may take the answer with it, but not all of them.
    const told = answers.filter((answer) => answer !== '')
    if (status !== undefined) assert.deepEqual([...new Set(told)], [status])
  })
}

/** Visits the app on and on; resolves to how long the answers took. */
async function visits(signal: AbortSignal): Promise<Latency> {
  const waited = new Latency()
  for (let i = 0; i === 0 || !signal.aborted; i++) {
    await waited.of(async () => assert.equal((await visitor.get(HOST, '/')).status, 200))
  }
  return waited
}

/** The status of the answer; empty when none came while the connection was held. */
function exchange(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(skein.port, '127.0.0.1')
    let answer = ''
    socket.setTimeout(ANSWER_MS, () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      answer ||= chunk.toString('latin1')
      socket.end()
    })
    // The server may close while we still send.
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(answer.split(' ')[1] ?? ''))
    socket.write(bytes)
  })
}

function peerMegabytes(): number {
  const status = readFileSync(`/proc/${skein.peerPid}/status`, 'utf8')
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(status) ?? []
  return Math.round(Number(kilobytes) / 1024)
}
