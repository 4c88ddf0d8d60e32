// Hostile bytes at a real server, by the hundred, while somebody works: each ends in its refusal, the same peer goes
// on, what is typed is echoed in good time, and the peer's memory comes to rest. What each single refusal says is
// tested beside the code; here it is that nobody else notices.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { newId } from '#protocol/ids.ts'
import type { Api } from '../support/api.ts'
import { Skein } from '../support/skein.ts'
import { TestTerminal } from '../support/terminal.ts'

/** The attackers and the echo share two cores with everything else; a peer that is held up shows in seconds. */
const WORST_ECHO_MS = 1000
/** What a flood may leave in the peer, MB: V8 gives memory back late. */
const MAX_GROWTH_MB = 150
const ANSWER_MS = 4000

let skein: Skein
let api: Api
let terminal: TestTerminal
let peerPid = 0

before(async () => {
  ;({ skein, api } = await Skein.start())
  const source = 'name: attacked\nservices: {main: {image: "skein/debian-test:1"}}'
  const { id: templateId } = await api.createTemplate(source)
  const id = newId<'space'>()
  await api.createSpace({ id, name: 'attacked', templateId })
  await api.until(id, 'running')
  terminal = await TestTerminal.open(api, id)
  peerPid = skein.peerPid
})

after(async () => {
  terminal?.close()
  await api?.deleteSpaces()
  await skein?.close()
})

const upgrade = (path: string, protocol: string, more = '') =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${skein.port}\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n` +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`
const signedIn = () => `Cookie: ${api.cookie}\r\nOrigin: ${skein.url}\r\n`
const post = (path: string, body: string, more = '') =>
  `POST /api/v1${path} HTTP/1.1\r\nHost: 127.0.0.1:${skein.port}\r\nOrigin: ${skein.url}\r\n${more}` +
  `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`

/** What is sent, how often at once, and the status of every answer; none for a connection that is only held open. */
const floods: Record<string, [() => string | Buffer, number, string?]> = {
  'sockets of nobody': [
    () => upgrade('/api/v1/live', 'websocket', `Origin: ${skein.url}\r\n`),
    300,
    '401',
  ],
  'sockets of another site': [
    () => upgrade('/api/v1/live', 'websocket', `Cookie: ${api.cookie}\r\nOrigin: https://evil\r\n`),
    300,
    '403',
  ],
  'a thousand subprotocols': [
    () =>
      upgrade(
        '/api/v1/live',
        'websocket',
        `${signedIn()}Sec-WebSocket-Protocol: ${'a,'.repeat(7000)}\r\n`,
      ),
    100,
    '400',
  ],
  'requests that never end': [() => 'GET / HTTP/1.1\r\nHost: localhost\r\nA: ', 300],
  'links that say nothing': [() => upgrade('/link', 'skein-link/1'), 300, '101'],
  'links that speak nonsense': [
    () =>
      Buffer.concat([Buffer.from(upgrade('/link', 'skein-link/1')), Buffer.alloc(100_000, 0x16)]),
    100,
    '101',
  ],
  'strangers’ brackets': [() => post('/session', '['.repeat(16_000)), 200, '400'],
  'strangers’ megabytes': [() => post('/session', 'x'.repeat(1_000_000)), 50, '413'],
  'templates of brackets': [
    () =>
      post(
        '/templates/check',
        JSON.stringify({ source: '[1,'.repeat(60_000) }),
        `Cookie: ${api.cookie}\r\n`,
      ),
    100,
    '200',
  ],
}

for (const [what, [bytes, times, status]] of Object.entries(floods)) {
  test(`${what} hold nobody up`, async (t) => {
    const beforeMb = peerMegabytes()
    const echoes = new AbortController()
    const worst = worstEcho(echoes.signal)
    const flood = Promise.all(Array.from({ length: times }, () => exchange(bytes())))
    const answers = await flood.finally(() => echoes.abort())
    const worstMs = await worst
    t.diagnostic(`worst echo ${worstMs.toFixed(0)} ms, peer ${beforeMb} → ${peerMegabytes()} MB`)
    assert.ok(worstMs < WORST_ECHO_MS, `an echo took ${worstMs} ms`)
    assert.ok(peerMegabytes() - beforeMb < MAX_GROWTH_MB)
    assert.equal(skein.peerPid, peerPid)
    // A close while we still send may take the answer with it, but not all of them.
    const told = answers.filter((answer) => answer !== '')
    if (status !== undefined) assert.deepEqual([...new Set(told)], [status])
  })
}

/** Types on and on; resolves to the longest time until an echo, ms. */
async function worstEcho(signal: AbortSignal): Promise<number> {
  let worstMs = 0
  for (let i = 0; i === 0 || !signal.aborted; i++) {
    const word = `${newId()}`
    const typedMs = performance.now()
    terminal.type(`: ${word}\n`)
    while (!terminal.text.includes(word)) await delay(1)
    worstMs = Math.max(worstMs, performance.now() - typedMs)
    await delay(20)
  }
  return worstMs
}

/** The status of the answer; empty when none came while the connection was held. */
function exchange(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(skein.port, '127.0.0.1')
    let answer = ''
    socket.setTimeout(ANSWER_MS, () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      answer ||= chunk.toString('latin1')
      if (!answer.startsWith('HTTP/1.1 101')) socket.end()
    })
    // The server may close while we still send.
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(answer.split(' ')[1] ?? ''))
    socket.write(bytes)
  })
}

function peerMegabytes(): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${peerPid}/status`, 'utf8')) ?? []
  return Math.round(Number(kilobytes) / 1024)
}
