// Bodies of gigabytes through an app's host name, whole and in ranges, with their checksums; the peer's memory stays
// what it was.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { buffer, json } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { amount } from '../support/amount.ts'
import type { Api } from '../support/api.ts'
import { type AppVisitor, visitorOf } from '../support/apps.ts'
import { Skein } from '../support/skein.ts'
import {
  APP_PORT,
  appsTemplate,
  PIECE_BYTES,
  pieceOf,
  startProgram,
  startSpace,
} from './program.ts'

/** What there is to take; ranges are taken all over it. */
const ALL_BYTES = 2 * 1024 ** 3
const DOWN_BYTES = amount({ usual: 256 * 1024 ** 2, whole: ALL_BYTES })
const UP_BYTES = 256 * 1024 ** 2
/** What both together may leave in the peer, MB: buffers of the sockets on the way, and V8's delay. */
const MAX_GROWTH_MB = 150
const HOST = `${APP_PORT}--large--ada.localhost`

let skein: Skein
let api: Api
let visitor: AppVisitor

before(async () => {
  ;({ skein, api } = await Skein.start())
  const id = await startSpace(api, await appsTemplate(api), 'large')
  await startProgram(api, id)
  visitor = visitorOf(api)
  assert.equal((await visitor.go(HOST, '/')).status, 200)
})

after(async () => {
  await api?.deleteSpaces()
  await skein?.close()
})

test(`${DOWN_BYTES / 1024 ** 2} MB come down whole, and the peer holds none of them`, async (t) => {
  const beforeMb = peerMegabytes()
  const expected = createHash('sha256')
  for (let i = 0; i < DOWN_BYTES / PIECE_BYTES; i++) expected.update(pieceOf(i))
  const beganMs = performance.now()
  const response = await visitor.open(HOST, `/large?bytes=${DOWN_BYTES}`)
  assert.equal(response.headers['content-length'], String(DOWN_BYTES))
  const hash = createHash('sha256')
  let mostMb = 0
  let next = 0
  let bytes = 0
  for await (const chunk of response) {
    hash.update(chunk)
    bytes += (chunk as Buffer).length
    if (bytes < next) continue
    next += 64 * PIECE_BYTES
    mostMb = Math.max(mostMb, peerMegabytes())
  }
  const seconds = (performance.now() - beganMs) / 1000
  t.diagnostic(`${(bytes / 1e6 / seconds).toFixed(0)} MB/s; peer ${beforeMb} → ${mostMb} MB`)
  assert.equal(hash.digest('hex'), expected.digest('hex'))
  assert.ok(mostMb - beforeMb < MAX_GROWTH_MB, `the peer grew from ${beforeMb} to ${mostMb} MB`)
})

test('any range of it is what the whole has there', async () => {
  const ranges = [
    [0, 0],
    [PIECE_BYTES - 3, PIECE_BYTES + 3],
    [ALL_BYTES - 5, ALL_BYTES - 1],
    [1_000_000_007, 1_003_000_000],
  ] as const
  for (const [from, to] of ranges) {
    const headers = { range: `bytes=${from}-${to}` }
    const got = await visitor.get(HOST, `/large?bytes=${ALL_BYTES}`, { headers })
    assert.equal(got.status, 206)
    assert.equal(got.headers['content-range'], `bytes ${from}-${to}/${ALL_BYTES}`)
    assert.ok(got.body.equals(expectedRange(from, to)), `${from}-${to}`)
  }
})

test('a quarter of a gigabyte goes up whole, and the peer holds none of it', async (t) => {
  const beforeMb = peerMegabytes()
  const headers = { host: `${HOST}:${skein.port}`, cookie: visitor.cookieOf(HOST) }
  const options = { host: '127.0.0.1', port: skein.port, path: '/upload', method: 'POST', headers }
  const asked = request(options)
  const answered = once(asked, 'response')
  const hash = createHash('sha256')
  let mostMb = 0
  const beganMs = performance.now()
  for (let i = 0; i < UP_BYTES / PIECE_BYTES; i++) {
    const piece = pieceOf(i)
    hash.update(piece)
    if (!asked.write(piece)) await once(asked, 'drain')
    if (i % 64 === 0) mostMb = Math.max(mostMb, peerMegabytes())
  }
  asked.end()
  const [response] = (await answered) as [IncomingMessage]
  const told = (await json(response)) as { bytes: number; sha256: string }
  const seconds = (performance.now() - beganMs) / 1000
  t.diagnostic(`${(UP_BYTES / 1e6 / seconds).toFixed(0)} MB/s; peer ${beforeMb} → ${mostMb} MB`)
  assert.deepEqual(told, { bytes: UP_BYTES, sha256: hash.digest('hex') })
  assert.ok(mostMb - beforeMb < MAX_GROWTH_MB, `the peer grew from ${beforeMb} to ${mostMb} MB`)
})

test('a call of gRPC’s kind keeps its bytes and its trailers', async () => {
  const body = Buffer.from([0, 0, 0, 0, 3, 1, 2, 255]).toString('latin1')
  const headers = { 'content-type': 'application/grpc-web+proto', te: 'trailers' }
  const response = await visitor.open(HOST, '/grpc', { method: 'POST', headers, body })
  const sent = Buffer.from(body)
  assert.deepEqual(await buffer(response), Buffer.from(sent).reverse())
  assert.deepEqual(response.trailers, { 'grpc-status': '0', 'grpc-message': 'OK' })
})

function expectedRange(from: number, to: number): Buffer {
  const pieces: Buffer[] = []
  const first = Math.floor(from / PIECE_BYTES)
  for (let i = first; i * PIECE_BYTES <= to; i++) pieces.push(pieceOf(i))
  return Buffer.concat(pieces).subarray(from - first * PIECE_BYTES, to + 1 - first * PIECE_BYTES)
}

function peerMegabytes(): number {
  const status = readFileSync(`/proc/${skein.peerPid}/status`, 'utf8')
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(status) ?? []
  return Math.round(Number(kilobytes) / 1024)
}
