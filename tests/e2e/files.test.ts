// The files of a space through a real peer, agent and browser: what is dropped, edited, fetched and removed is so in the
// container, large files pass without being held, and a full disk leaves no halves.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { after, before, test } from 'node:test'
import type { Folder } from '#protocol/api/files.ts'
import { newId } from '#protocol/ids.ts'
import type { Api } from '../support/api.ts'
import { Skein } from '../support/skein.ts'

const TEMPLATE = `name: Shell
services:
  main:
    image: skein/debian-test:1
    user: '1000:1000'
    volumes: [home:/srv]
`

let skein: Skein
let api: Api
const spaceId = newId<'space'>()
const base = `/spaces/${spaceId}/files`
const at = (path: string, more = '') => `?path=${encodeURIComponent(path)}${more}`

before(async () => {
  ;({ skein, api } = await Skein.start())
  const template = await api.createTemplate(TEMPLATE)
  await api.createSpace({ id: spaceId, name: 'files', templateId: template.id })
  await api.until(spaceId, 'running')
})

after(async () => {
  await api?.deleteSpaces()
  await skein?.close()
})

const LARGE_BYTES = 2 * 1024 ** 3
const MB = 1024 * 1024

test('two gigabytes go in and out again whole, and the peer holds none of them', {
  timeout: 300_000,
}, async (t) => {
  const before = peerMemory()
  let most = 0
  const watch = setInterval(() => {
    most = Math.max(most, peerMemory())
  }, 100)
  const sent = createHash('sha256')
  const got = createHash('sha256')
  const startedMs = performance.now()
  let sentMs = 0
  try {
    const upload = send('PUT', `${base}/content${at('/srv/large')}`, LARGE_BYTES)
    await pipeline(Readable.from(noise(sent)), upload.request)
    const { status, text } = await upload.answer()
    assert.equal(status, 200, text)
    sentMs = performance.now()
    const download = send('GET', `${base}/content${at('/srv/large')}`)
    download.request.end()
    const pieces: AsyncIterable<Buffer> = await download.response
    for await (const piece of pieces) got.update(piece)
  } finally {
    clearInterval(watch)
  }
  const gotMs = performance.now()
  assert.equal(got.digest('hex'), sent.digest('hex'))
  const rate = (ms: number) => `${Math.round(LARGE_BYTES / MB / (ms / 1000))} MB/s`
  const grownMB = Math.round((most - before) / MB)
  t.diagnostic(`up ${rate(sentMs - startedMs)}, down ${rate(gotMs - sentMs)}, +${grownMB} MB`)
  assert.ok(grownMB < 100, `the peer grew by ${grownMB} MB`)
  await api.call('DELETE', `${base}${at('/srv/large')}`)
})

/** Bytes that differ from block to block, without the time that random ones take. */
function* noise(hash: ReturnType<typeof createHash>): Generator<Buffer> {
  for (let i = 0; i < LARGE_BYTES / MB; i++) {
    const block = Buffer.alloc(MB, `block ${i} `)
    hash.update(block)
    yield block
  }
}

function peerMemory(): number {
  const status = readFileSync(`/proc/${skein.peerPid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024
}

function send(method: string, path: string, length?: number) {
  const request = httpRequest(`${skein.url}/api/v1${path}`, {
    method,
    headers: {
      origin: skein.url,
      cookie: api.cookie,
      ...(length !== undefined && { 'content-length': length }),
    },
  })
  const response = once(request, 'response').then(([it]) => it as IncomingMessage)
  response.catch(() => undefined)
  const read = async () => {
    const it = await response
    const chunks: Buffer[] = []
    for await (const chunk of it) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    return { status: it.statusCode, text, body: text === '' ? undefined : JSON.parse(text) }
  }
  return { request, response, answer: read }
}

test('a full disk is told as one and leaves no half of anything', async () => {
  // Docker gives every container 64 MB there.
  const upload = send('PUT', `${base}/content${at('/dev/shm/too-large')}`, 200 * MB)
  upload.request.on('error', () => undefined)
  const zeros = Buffer.alloc(MB)
  Readable.from(Array.from({ length: 200 }, () => zeros)).pipe(upload.request)
  const { status, body } = await upload.answer()
  assert.deepEqual([status, body.error.code], [507, 'disk_full'])
  const { entries } = await api.call<Folder>('GET', `${base}${at('/dev/shm')}`)
  assert.deepEqual(entries, [])
})

test('what the space’s user may not reach is refused by name', async () => {
  const code = async (method: string, path: string) => {
    const { request, answer } = send(method, path, method === 'PUT' ? 1 : undefined)
    request.end(method === 'PUT' ? 'x' : undefined)
    const { status, body } = await answer()
    return [status, body?.error?.code]
  }
  assert.deepEqual(await code('GET', `${base}/content${at('/etc/shadow')}`), [
    403,
    'path_forbidden',
  ])
  assert.deepEqual(await code('GET', `${base}${at('/root')}`), [403, 'path_forbidden'])
  assert.deepEqual(await code('PUT', `${base}/content${at('/etc/hosts')}`), [403, 'path_forbidden'])
  assert.deepEqual(await code('DELETE', `${base}${at('/usr/bin')}`), [403, 'path_forbidden'])
  assert.deepEqual(await code('GET', `${base}/content${at('/dev/zero')}`), [502, 'file_failed'])
})
