import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { forgetPeers, otherPeersSchema, readPeers, writePeers } from './peers-file.ts'

const home = mkdtempSync(join(tmpdir(), 'skein-peers-'))
after(() => rmSync(home, { recursive: true, force: true }))
const env = { HOME: home }
const path = join(home, '.config', 'skein', 'peers.json')
const NORTH = 'https://north.example'
const urls = [{ url: NORTH }, { url: 'https://south.example', authority: 'PEM' }]

test('what a server said is kept for its owner alone, by server', async () => {
  assert.deepEqual(await readPeers(env, NORTH), { urls: [], isStale: true })
  await writePeers(env, NORTH, urls)
  await writePeers(env, 'https://other.example', [])
  assert.deepEqual(await readPeers(env, NORTH), { urls, isStale: false })
  assert.equal(statSync(path).mode & 0o777, 0o600)
  await forgetPeers(env, NORTH)
  assert.deepEqual(await readPeers(env, NORTH), { urls: [], isStale: true })
})

test('a file that is broken, old, of the future or none is asked for again', async () => {
  for (const text of ['', '{', '{"servers":[]}', '{"servers":{"https://north.example":1}}']) {
    mkdirSync(join(home, '.config', 'skein'), { recursive: true })
    writeFileSync(path, text)
    assert.deepEqual(await readPeers(env, NORTH), { urls: [], isStale: true })
  }
  for (const atMs of [0, Date.now() + 86_400_000]) {
    writeFileSync(path, JSON.stringify({ servers: { [NORTH]: { atMs, urls } } }))
    assert.deepEqual(await readPeers(env, NORTH), { urls, isStale: true })
  }
})

test('an answer with what is no address of a server is none', () => {
  const bad = ['file:///etc/passwd', 'https://a/b', 'https://u:p@a', 'https://a\nb', 'ssh://a', '']
  for (const url of bad)
    assert.equal(otherPeersSchema.safeParse({ urls: [{ url }] }).success, false)
  const many = Array.from({ length: 500 }, (_, i) => ({ url: `https://h${i}.example` }))
  assert.equal(otherPeersSchema.parse({ urls: many }).urls.length, 33)
})
