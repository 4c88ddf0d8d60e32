import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { World } from '../../tests/support/http/world.ts'

const page = '<!doctype html><title>Skein</title><script>one()</script><script>two()</script>'
const script = `console.log(${'"x",'.repeat(2000)}1)`
let folder: string
let world: World
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skein-web-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), page)
  await writeFile(join(folder, 'assets', 'main-abc123.js'), script)
  await writeFile(join(folder, 'favicon.svg'), '<svg/>')
  world = await World.open({ webFolder: folder })
})
after(async () => {
  await world.close()
  await rm(folder, { recursive: true })
})

const get = (path: string, headers: Record<string, string> = {}) =>
  world.http.fetch(new Request(`http://localhost${path}`, { headers }))

test('the page is served for every address that is made in the browser', async () => {
  for (const path of [
    '/',
    '/spaces/1',
    '/setup',
    '/a%00b',
    '/..%2f..%2fetc/passwd',
    '/index.html',
  ]) {
    const answer = await get(path)
    assert.equal(answer.status, 200, path)
    assert.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8')
    assert.equal(answer.headers.get('cache-control'), 'no-cache')
    assert.match(await answer.text(), /<title>Skein/)
  }
})

test('an asset is kept for ever and goes compressed in what the browser takes', async () => {
  const path = '/assets/main-abc123.js'
  const br = await get(path, { 'accept-encoding': 'gzip, deflate, br;q=0.9' })
  assert.equal(br.headers.get('content-encoding'), 'br')
  assert.equal(br.headers.get('cache-control'), 'public, max-age=31536000, immutable')
  assert.equal(brotliDecompressSync(Buffer.from(await br.arrayBuffer())).toString(), script)
  const gz = await get(path, { 'accept-encoding': 'gzip, br;q=0' })
  assert.equal(gunzipSync(Buffer.from(await gz.arrayBuffer())).toString(), script)
  const plain = await get(path)
  assert.equal(plain.headers.get('content-encoding'), null)
  assert.equal(await plain.text(), script)
})

test('what the browser has already is not sent again', async () => {
  const first = await get('/favicon.svg')
  const etag = first.headers.get('etag') ?? ''
  const again = await get('/favicon.svg', { 'if-none-match': `"other", ${etag}` })
  assert.equal(again.status, 304)
  assert.equal(await again.text(), '')
  assert.match(again.headers.get('content-security-policy') ?? '', /default-src 'none'/)
})

test('the policy lets the page’s own scripts run, by their hashes, and no other', async () => {
  const policy = (await get('/spaces')).headers.get('content-security-policy') ?? ''
  const hashes = ['one()', 'two()'].map(
    (source) => `'sha256-${createHash('sha256').update(source).digest('base64')}'`,
  )
  assert.equal(/script-src ([^;]*)/.exec(policy)?.[1], `'self' ${hashes.join(' ')}`)
  const other = (await get('/favicon.svg')).headers.get('content-security-policy') ?? ''
  assert.match(other, /script-src 'self';/)
})

test('an asset of an older version is missing, not a page', async () => {
  const answer = await get('/assets/main-old.js')
  assert.equal(answer.status, 404)
})

test('pages are served to our own names only, and only read', async () => {
  assert.equal((await get('/', { host: 'evil.example' })).status, 421)
  const post = await world.http.fetch(new Request('http://localhost/', { method: 'POST' }))
  assert.equal(post.status, 405)
})
