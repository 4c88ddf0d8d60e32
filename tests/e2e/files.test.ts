// The files of a space through a real peer, agent and browser: what is dropped, edited, fetched and removed is so in the
// container, large files pass without being held, and a full disk leaves no halves.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { Folder } from '#protocol/api/files.ts'
import { newId } from '#protocol/ids.ts'
import { amount } from '../support/amount.ts'
import type { Api } from '../support/api.ts'
import { launchBrowser, Visitor } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { Skein } from '../support/skein.ts'
import { signIn } from './walk.ts'

const TEMPLATE = `name: Shell
services:
  main:
    image: skein/debian-test:1
    user: '1000:1000'
    volumes: [home:/srv]
`

let skein: Skein
let api: Api
let browser: Browser
let ada: Visitor
const local = mkdtempSync(join(tmpdir(), 'skein-drop-'))
const spaceId = newId<'space'>()
const base = `/spaces/${spaceId}/files`
const at = (path: string, more = '') => `?path=${encodeURIComponent(path)}${more}`

before(async () => {
  ;({ skein, api } = await Skein.start())
  const template = await api.createTemplate(TEMPLATE)
  await api.createSpace({ id: spaceId, name: 'files', templateId: template.id })
  await api.until(spaceId, 'running')
  browser = await launchBrowser()
  ada = await Visitor.arrive(browser, skein.url)
  await signIn(ada.page, 'ada')
})

after(async () => {
  rmSync(local, { recursive: true, force: true })
  await browser?.close()
  await api?.deleteSpaces()
  await skein?.close()
})

const LARGE_BYTES = amount({ usual: 128, whole: 512 }) * 1024 ** 2
const MB = 1024 * 1024

test('a large file goes in and out again whole, and the peer holds none of it', {
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

/** A file in the space, as its programs see it. */
async function inSpace(path: string): Promise<string> {
  const { request, response } = send('GET', `${base}/content${at(path)}`)
  request.end()
  const it = await response
  let text = ''
  for await (const chunk of it) text += chunk
  return it.statusCode === 200 ? text : `status ${it.statusCode}`
}

async function putInSpace(path: string, text: string): Promise<void> {
  const { request, answer } = send('PUT', `${base}/content${at(path)}`, Buffer.byteLength(text))
  request.end(text)
  assert.equal((await answer()).status, 200)
}

/** What a hand does with files of its desktop. */
async function drop(page: Page, paths: readonly string[]): Promise<void> {
  const cdp = await page.context().newCDPSession(page)
  const box = await page.getByRole('grid').boundingBox()
  if (!box) throw new Error('nothing to drop onto')
  const data = { items: [], files: [...paths], dragOperationsMask: 1 }
  const place = { x: box.x + box.width / 2, y: box.y + box.height - 20 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await cdp.send('Input.dispatchDragEvent', { type, ...place, data })
  }
}

const open = (path: string, name?: string) =>
  ada.page.goto(
    `/spaces/${spaceId}/files?path=${encodeURIComponent(path)}${name === undefined ? '' : `&open=${name}`}`,
  )

const row = (name: string) => ada.page.getByRole('row', { name })

test('a folder is dropped, asks about what is there, and comes back as the same archive', async () => {
  const { page } = ada
  await putInSpace('/srv/first', 'first')
  const site = join(local, 'site')
  mkdirSync(join(site, 'deep/er'), { recursive: true })
  mkdirSync(join(site, 'empty'))
  writeFileSync(join(site, 'index.html'), '<h1>hello</h1>')
  writeFileSync(join(site, 'deep/er/grün 🪿.txt'), 'x'.repeat(100_000))
  writeFileSync(join(site, 'large'), Buffer.alloc(20 * MB, 'large'))
  await open('/srv')
  await row('first').waitFor()
  await drop(page, [site])
  await page.getByText('1 upload done').waitFor()
  await row('site').waitFor()
  assert.equal((await inSpace('/srv/site/deep/er/grün 🪿.txt')).length, 100_000)
  const packed = join(local, 'site.tar')
  await row('site').click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download', exact: true }).click(),
  ])
  assert.equal(download.suggestedFilename(), 'site.tar')
  await download.saveAs(packed)
  mkdirSync(join(local, 'again'))
  execFileSync('tar', ['xf', packed, '-C', join(local, 'again')])
  execFileSync('diff', ['-r', site, join(local, 'again')])

  writeFileSync(join(site, 'index.html'), 'newer')
  await drop(page, [join(site, 'index.html')])
  await page.getByText('2 uploads done').waitFor()
  writeFileSync(join(site, 'index.html'), 'newest')
  await drop(page, [join(site, 'index.html')])
  await page.getByRole('button', { name: 'Keep both' }).waitFor()
  assert.deepEqual(await ada.accessFaults('conflict'), [])
  await page.getByRole('button', { name: 'Keep both' }).click()
  await row('index (2).html').waitFor()
  assert.equal(await inSpace('/srv/index.html'), 'newer')
  assert.equal(await inSpace('/srv/index (2).html'), 'newest')
  assert.deepEqual(await ada.accessFaults('transfers'), [])
})

test('a text is edited and saved, and never over what somebody else wrote', async () => {
  const { page } = ada
  await putInSpace('/srv/notes.txt', 'one\r\ntwo\r\n')
  await open('/srv', 'notes.txt')
  const text = page.getByRole('textbox', { name: 'Text of notes.txt' })
  await text.click()
  await page.keyboard.press('Control+Home')
  await page.keyboard.type('zero\n')
  await page.keyboard.press('Control+s')
  await page.getByText('Saved', { exact: true }).waitFor()
  assert.equal(await inSpace('/srv/notes.txt'), 'zero\r\none\r\ntwo\r\n')
  await putInSpace('/srv/notes.txt', 'theirs\r\n')
  await page.keyboard.type('mine ')
  await page.keyboard.press('Control+s')
  await page.getByRole('heading', { name: 'Changed on disk' }).waitFor()
  assert.equal(await inSpace('/srv/notes.txt'), 'theirs\r\n')
  await page.getByRole('button', { name: 'Compare' }).click()
  await page.getByText('only on disk: ').first().waitFor({ state: 'attached' })
  assert.deepEqual(await ada.accessFaults('changed'), [])
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Back to the list' }).click()
  await page.getByRole('heading', { name: 'Leave without saving' }).waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('button', { name: 'Keep mine' }).click()
  await page.getByText('Saved', { exact: true }).waitFor()
  assert.match(await inSpace('/srv/notes.txt'), /^zero\r\nmine one/)
})

test('the list is worked by keys: into and out of folders, renaming, deleting', async () => {
  const { page } = ada
  await api.call('POST', `${base}/folder`, { path: '/srv/keys' })
  for (const name of ['apple', 'banana', 'blue']) await putInSpace(`/srv/keys/${name}`, name)
  await open('/srv')
  await row('keys').waitFor()
  await page.keyboard.type('keys')
  await page.keyboard.press('Enter')
  await row('apple').waitFor()
  await page.keyboard.type('bl')
  await page.keyboard.press('F2')
  await page.getByLabel('New name or path').waitFor()
  assert.deepEqual(await ada.accessFaults('rename'), [])
  await page.getByLabel('New name or path').fill('green')
  await page.keyboard.press('Enter')
  await row('green').waitFor()
  assert.equal(await inSpace('/srv/keys/green'), 'blue')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByRole('grid').focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Shift+ArrowDown')
  await page.getByText('2 selected').waitFor()
  await page.keyboard.press('Delete')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  const left = await api.call<Folder>('GET', `${base}${at('/srv/keys')}`)
  assert.deepEqual(
    left.entries.map(({ name }) => name),
    ['green'],
  )
  await page.getByRole('grid').focus()
  await page.keyboard.press('Backspace')
  await row('keys').waitFor()
  await page.getByRole('button', { name: 'Type a path' }).click()
  await page.getByRole('textbox', { name: 'Path' }).fill('keys/../keys')
  await page.keyboard.press('Enter')
  await row('green').waitFor()
})

test('an upload goes on after the peer was killed', async () => {
  const { page } = ada
  const file = join(local, 'long')
  writeFileSync(file, Buffer.alloc(120 * MB, 'long '))
  await open('/srv')
  await row('keys').waitFor()
  await ada.whileCutOff(async () => {
    await drop(page, [file])
    await page.getByRole('progressbar', { name: 'long' }).waitFor()
    await eventually(
      async () =>
        Number(await page.getByRole('progressbar').first().getAttribute('aria-valuenow')) >= 10,
      { timeoutMs: 20_000, what: 'a tenth of it' },
    )
    process.kill(skein.peerPid, 'SIGKILL')
    await page.getByText('1 upload done').waitFor({ timeout: 60_000 })
  })
  const got = createHash('sha256')
  const { request, response } = send('GET', `${base}/content${at('/srv/long')}`)
  request.end()
  for await (const piece of await response) got.update(piece as Buffer)
  assert.equal(got.digest('hex'), createHash('sha256').update(readFileSync(file)).digest('hex'))
  const { entries } = await api.call<Folder>('GET', `${base}${at('/srv')}`)
  assert.deepEqual(
    entries.filter(({ name }) => name.endsWith('.part')),
    [],
  )
})

test('what was typed stays when the space stops, and is saved when it runs again', async () => {
  const { page } = ada
  await putInSpace('/srv/kept.txt', 'before')
  await open('/srv', 'kept.txt')
  await page.getByRole('textbox', { name: 'Text of kept.txt' }).click()
  await page.keyboard.press('Control+Home')
  await page.keyboard.type('typed ')
  await api.act(spaceId, 'stop')
  await api.until(spaceId, 'stopped')
  await page.getByText('Stopped', { exact: true }).waitFor()
  await page.getByText('typed before').waitFor()
  await api.act(spaceId, 'start')
  await api.until(spaceId, 'running')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Saved', { exact: true }).waitFor()
  assert.equal(await inSpace('/srv/kept.txt'), 'typed before')
})
