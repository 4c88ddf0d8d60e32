import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, before, beforeEach, test } from 'node:test'
import type { AuditPage } from '#protocol/api/audit.ts'
import type { FileFacts, Folder } from '#protocol/api/files.ts'
import { SkeinError } from '#protocol/errors.ts'
import { newId } from '#protocol/ids.ts'
import type { Client } from '../../tests/support/http/client.ts'
import { FilesAgent } from '../../tests/support/http/files-agent.ts'
import { World } from '../../tests/support/http/world.ts'

let world: World
let client: Client
let agent: FilesAgent
let home = ''
let base = ''
let port = 0

before(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'skein-files-'))
  agent = new FilesAgent(home)
  world = await World.open({ streams: agent })
  client = await world.setUp({ starters: ['shell'] })
  const [template] = world.records.list('template')
  const id = newId()
  await client.post('/spaces', { id, name: 'home', templateId: template?.id })
  base = `/spaces/${id}/files`
  port = await world.listen()
})
after(async () => {
  await world.close()
  await rm(home, { recursive: true, force: true })
})
beforeEach(async () => {
  await rm(home, { recursive: true, force: true })
  await mkdir(home)
})

const at = (file: string, more = '') => `?path=${encodeURIComponent(file)}${more}`
const content = (file: string, more = '') => `${base}/content${at(file, more)}`
const put = (file: string, raw: string, headers: Record<string, string> = {}, more = '') =>
  client.put(content(file, more), undefined, { raw, headers })
const inHome = (file: string) => readFile(path.join(home, file), 'utf8')

test('a folder is listed with what each thing in it is', async () => {
  await writeFile(path.join(home, 'file'), 'hello', { mode: 0o640 })
  await mkdir(path.join(home, 'folder'))
  await symlink('folder', path.join(home, 'link'))
  const { status, body } = await client.get(base)
  assert.equal(status, 200)
  const folder = body as unknown as Folder
  assert.equal(folder.path, home)
  assert.equal(folder.truncated, false)
  const facts = folder.entries.map(({ name, kind, leads }) => [name, kind, leads])
  assert.deepEqual(facts.sort(), [
    ['file', 'file', undefined],
    ['folder', 'folder', undefined],
    ['link', 'link', 'folder'],
  ])
  const missing = await client.get(`${base}${at('nowhere')}`)
  assert.deepEqual([missing.status, missing.body.error?.code], [404, 'path_missing'])
})

test('a file is given whole, in part, or not at all, as it was asked for', async () => {
  await writeFile(path.join(home, 'file'), '0123456789')
  const whole = await client.get(content('file'))
  assert.deepEqual([whole.status, whole.body.text], [200, '0123456789'])
  assert.equal(whole.headers.get('content-length'), '10')
  const etag = whole.headers.get('etag') ?? ''
  const ask = async (headers: Record<string, string>) => {
    const { status, body, headers: got } = await client.get(content('file'), { headers })
    return [status, body.text ?? body.error?.code, got.get('content-range')]
  }
  assert.deepEqual(await ask({ range: 'bytes=2-4' }), [206, '234', 'bytes 2-4/10'])
  assert.deepEqual(await ask({ range: 'bytes=-3' }), [206, '789', 'bytes 7-9/10'])
  assert.deepEqual(await ask({ range: 'bytes=8-' }), [206, '89', 'bytes 8-9/10'])
  assert.deepEqual(await ask({ range: 'bytes=20-' }), [416, 'range_invalid', 'bytes */10'])
  assert.deepEqual(await ask({ range: 'bytes=0-1,3-4' }), [200, '0123456789', null])
  assert.deepEqual(await ask({ range: 'bytes=2-4', 'if-range': etag }), [
    206,
    '234',
    'bytes 2-4/10',
  ])
  assert.deepEqual(await ask({ range: 'bytes=2-4', 'if-range': '"other"' }), [
    200,
    '0123456789',
    null,
  ])
  assert.equal(
    (await client.get(content('file'), { headers: { 'if-none-match': etag } })).status,
    304,
  )
  const head = await client.send('HEAD', content('file'))
  assert.deepEqual([head.status, head.headers.get('content-length')], [200, '10'])
  assert.deepEqual([head.headers.get('etag'), head.headers.get('skein-writable')], [etag, 'true'])
})

test('what a user wrote is never a page of ours', async () => {
  const name = 'evil\r\nset-cookie: a=b";.html'
  await writeFile(path.join(home, name), '<script>alert(1)</script>')
  for (const method of ['GET', 'HEAD']) {
    const { headers } = await client.send(method, content(name))
    assert.equal(headers.get('content-type'), 'application/octet-stream')
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('content-security-policy'), "default-src 'none'; sandbox")
    assert.match(headers.get('content-disposition') ?? '', /^attachment; filename="evil/)
    assert.equal(headers.get('set-cookie'), null)
  }
  const tar = await client.get(`${base}/tar${at('.')}`)
  assert.equal(tar.headers.get('content-security-policy'), "default-src 'none'; sandbox")
})

test('a save is refused when somebody else was faster, and keeps the mode', async () => {
  await writeFile(path.join(home, 'file'), 'one', { mode: 0o750 })
  const { headers } = await client.get(content('file'))
  const seen = headers.get('etag') ?? ''
  const saved = await put('file', 'two', { 'if-match': seen })
  assert.equal(saved.status, 200)
  assert.equal(saved.headers.get('etag'), `"${(saved.body as unknown as FileFacts).version}"`)
  const late = await put('file', 'three', { 'if-match': seen })
  assert.deepEqual([late.status, late.body.error?.code], [412, 'file_changed'])
  const weak = await put('file', 'three', { 'if-match': `W/${seen}` })
  assert.equal(weak.status, 412)
  const again = await put('file', 'three', { 'if-none-match': '*' })
  assert.deepEqual([again.status, again.body.error?.code], [409, 'path_exists'])
  assert.equal(await inHome('file'), 'two')
  assert.equal((await stat(path.join(home, 'file'))).mode & 0o777, 0o750)
})

test('an upload makes the folders above it and may come in pieces', async () => {
  assert.equal((await put('a/b/c', 'deep', {}, '&parents=1')).status, 200)
  assert.equal(await inHome('a/b/c'), 'deep')
  assert.equal((await put('x/y', 'no')).body.error?.code, 'path_missing')
  const piece = (offset: number, text: string, final = 0) =>
    put('big', text, {}, `&upload=piece-by-piece&offset=${offset}&final=${final}`)
  assert.deepEqual((await piece(0, 'hello ')).body, { receivedBytes: 6 })
  const gap = await piece(9, 'x')
  assert.deepEqual([gap.status, gap.body.error?.details.size], [409, 6])
  assert.equal((await piece(6, 'world', 1)).body.sizeBytes, 11)
  assert.equal(await inHome('big'), 'hello world')
})

test('folders are made, things renamed and removed, and nothing is lost by accident', async () => {
  const { post } = client
  assert.equal((await post(`${base}/folder`, { path: 'd' })).status, 204)
  assert.equal((await post(`${base}/folder`, { path: 'd' })).body.error?.code, 'path_exists')
  await writeFile(path.join(home, 'a'), 'a')
  await writeFile(path.join(home, 'b'), 'b')
  const taken = await post(`${base}/rename`, { path: 'a', to: 'b' })
  assert.equal(taken.body.error?.code, 'path_exists')
  assert.equal((await post(`${base}/rename`, { path: 'a', to: 'd/a' })).status, 204)
  const removed = await client.delete(`${base}${at('d')}`)
  assert.deepEqual([removed.status, removed.body.removed], [200, 2])
  assert.deepEqual(await readdir(home), ['b'])
})

test('a folder goes out as an archive and comes in again, saying what was left out', async () => {
  await mkdir(path.join(home, 'from'))
  await writeFile(path.join(home, 'from/one'), '1')
  await writeFile(path.join(home, 'from/two'), '2')
  await symlink('/etc/passwd', path.join(home, 'from/out'))
  const archive = await raw(port, 'GET', `${base}/tar${at('from', '&name=one&name=out')}`)
  assert.equal(archive.headers['content-type'], 'application/x-tar')
  const untar = await raw(port, 'PUT', `${base}/tar${at('to')}`, archive.body)
  assert.deepEqual(JSON.parse(untar.body.toString()), {
    entries: 2,
    bytes: 1,
    skipped: [{ name: 'out', reason: 'it links out of the folder' }],
    skippedCount: 1,
  })
  assert.deepEqual(await readdir(path.join(home, 'to')), ['one'])
})

test('a body that breaks off leaves nothing, and a download that breaks off is seen to', async () => {
  await writeFile(path.join(home, 'file'), 'old')
  const request = httpRequest(options(port, 'PUT', content('file'), 1_000_000))
  request.on('error', () => undefined)
  request.write('half')
  while (agent.serving === 0) await new Promise(setImmediate)
  request.destroy()
  while (agent.serving > 0) await new Promise(setImmediate)
  assert.equal(await inHome('file'), 'old')
  assert.deepEqual(await readdir(home), ['file'])

  await writeFile(path.join(home, 'deep'), 'x'.repeat(20_000_000))
  const shrunk = new Promise((_, reject) => {
    const asked = httpRequest(options(port, 'GET', content('deep')), (response) => {
      response.on('error', reject)
      response.once('data', () => void writeFile(path.join(home, 'deep'), ''))
      response.on('aborted', () => reject(new Error('aborted')))
      setTimeout(() => response.resume(), 0)
    })
    asked.end()
  })
  await assert.rejects(shrunk)
})

test('paths that are none are refused by name, whatever is in them', async () => {
  const long = 'n'.repeat(5000)
  for (const query of ['?path=', '?path=a%00b', `?path=${long}`]) {
    const { status, body } = await client.get(`${base}/content${query}`)
    assert.deepEqual([status, body.error?.code], [400, 'bad_request'], query.slice(0, 20))
  }
  for (const name of ['%', '..%2f..%2fnowhere', '\udc80', '__proto__', 'a\nb', '%ff']) {
    const { status } = await client.get(
      `${base}/content?path=${encodeURIComponent(name.toWellFormed())}`,
    )
    assert.equal(status, 404, name)
  }
  // Bytes that are no UTF-8 mean no file; the name of one that is none either goes by its text.
  await writeFile(Buffer.concat([Buffer.from(`${home}/`), Buffer.of(0xff)]), 'bytes')
  assert.equal((await client.get(`${base}/content?path=%ff`)).status, 404)
  assert.equal((await client.get(content('\uefff'))).body.text, 'bytes')
  const tag = await client.put(content('x', '&mode=9'), undefined, { raw: 'x' })
  assert.equal(tag.body.error?.code, 'bad_request')
})

test('what is read and written is audited once a visit', async () => {
  await put('audited', '1')
  await put('audited', '2')
  await client.get(content('audited'))
  await client.get(content('audited'))
  const { body } = await client.get('/audit')
  const { events } = body as unknown as AuditPage
  const own = events.filter(({ detail }) => detail?.path === 'audited')
  assert.deepEqual(own.map(({ action }) => action).sort(), ['file.read', 'file.write'])
  for (const { actor, address, credential, target } of own) {
    assert.ok(address)
    assert.deepEqual([actor.kind, credential?.kind, target?.kind], ['user', 'session', 'space'])
  }
})

test('a space that does not run says so', async () => {
  const away = await World.open({
    answer: () => {
      throw new SkeinError('agent_not_linked')
    },
  })
  const ada = await away.setUp({ starters: ['shell'] })
  const [template] = away.records.list('template')
  const id = newId()
  await ada.post('/spaces', { id, name: 'home', templateId: template?.id })
  const { body } = await ada.get(`/spaces/${id}/files`)
  assert.equal(body.error?.code, 'space_not_running')
  await away.close()
})

const options = (port: number, method: string, path: string, length?: number) => ({
  port,
  host: '127.0.0.1',
  method,
  path: `/api/v1${path}`,
  headers: {
    host: 'localhost:7534',
    origin: client.origin,
    cookie: client.cookie,
    ...(length === undefined ? {} : { 'content-length': length }),
  },
})

async function raw(port: number, method: string, path: string, body?: Buffer) {
  const request = httpRequest(options(port, method, path, body?.length))
  const answered = new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    request.once('response', resolve)
    request.once('error', reject)
  })
  request.end(body)
  const response = await answered
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) }
}
