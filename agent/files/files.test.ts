import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { agentConfig } from '../../tests/agent/agent-config.ts'
import { servedPair } from '../../tests/agent/served-pair.ts'
import { type FilesOpen, serveFiles } from './files.ts'
import type { Listing } from './list.ts'

let home = ''
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'skein-home-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

function begin(open: Omit<FilesOpen, 'kind'>) {
  const { served, peer } = servedPair({ kind: 'files', ...open })
  return { peer, done: serveFiles(served, { kind: 'files', ...open }, agentConfig({ home })) }
}

async function ask(open: Omit<FilesOpen, 'kind'>): Promise<unknown> {
  const { peer, done } = begin(open)
  await done
  return peer.opened
}

const coded = (code: string) => (error: unknown) =>
  error instanceof SkeinError && error.code === code

test('a file is written, read from an offset, renamed and removed', async () => {
  const bytes = randomBytes(2_000_000)
  const writing = begin({ op: 'write', path: 'file', mode: 0o600 })
  writing.peer.duplex.end(bytes)
  await writing.done
  assert.deepEqual(await writing.peer.finished, { ok: true })
  assert.deepEqual(await readFile(path.join(home, 'file')), bytes)
  assert.equal((await stat(path.join(home, 'file'))).mode & 0o777, 0o600)

  const reading = begin({ op: 'read', path: path.join(home, 'file'), offset: 1_500_000 })
  assert.deepEqual(await buffer(reading.peer.duplex), bytes.subarray(1_500_000))
  assert.equal(((await reading.peer.opened) as { sizeBytes: number }).sizeBytes, 2_000_000)

  await ask({ op: 'rename', path: 'file', to: 'other' })
  await ask({ op: 'remove', path: 'other' })
  await assert.rejects(ask({ op: 'stat', path: 'other' }), coded('path_missing'))
})

test('an upload goes on from an offset without losing what is there', async () => {
  await writeFile(path.join(home, 'file'), 'hello w')
  const { peer, done } = begin({ op: 'write', path: 'file', offset: 6 })
  peer.duplex.end('world')
  await done
  assert.equal(await readFile(path.join(home, 'file'), 'utf8'), 'hello world')
})

test('a folder of many files is listed page by page', async () => {
  await ask({ op: 'mkdir', path: 'a/many' })
  const names = Array.from({ length: 1500 }, (_, i) => `file-${String(i).padStart(5, '0')}`)
  for (const name of names) await writeFile(path.join(home, 'a/many', name), '')
  const seen: string[] = []
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const page = (await ask({ op: 'list', path: 'a/many', offset })) as Listing
    assert.ok(JSON.stringify(page).length < 64 * 1024)
    seen.push(...page.entries.map(({ name }) => name))
    offset = page.next
  }
  assert.deepEqual(seen, names)
})

test('a stat tells a link from what it leads to', async () => {
  await symlink('/nowhere', path.join(home, 'link'))
  const entry = (await ask({ op: 'stat', path: 'link' })) as Record<string, unknown>
  assert.deepEqual([entry.kind, entry.target], ['link', '/nowhere'])
})

test('a named pipe or a device is refused at once instead of blocking the agent', async () => {
  execFileSync('mkfifo', [path.join(home, 'pipe')])
  for (const [op, file] of [
    ['read', 'pipe'],
    ['write', 'pipe'],
    ['read', '/dev/zero'],
    ['read', '.'],
  ] as const) {
    await assert.rejects(ask({ op, path: file }), coded('file_failed'), `${op} ${file}`)
  }
})

test('what is not there or not allowed is refused by name', async () => {
  await assert.rejects(ask({ op: 'read', path: 'missing' }), coded('path_missing'))
  await assert.rejects(ask({ op: 'list', path: 'a\0b' }), coded('path_missing'))
  await assert.rejects(ask({ op: 'remove', path: '/' }), coded('path_forbidden'))
})

test('a folder travels as an archive', async () => {
  await ask({ op: 'mkdir', path: 'from/sub' })
  await writeFile(path.join(home, 'from/sub/file'), 'hello')
  const tar = begin({ op: 'tar', path: 'from' })
  const archive = await buffer(tar.peer.duplex)
  await tar.done
  const untar = begin({ op: 'untar', path: 'to' })
  untar.peer.duplex.end(archive)
  await untar.done
  assert.equal(await readFile(path.join(home, 'to/sub/file'), 'utf8'), 'hello')
})

test('a refused archive leaves the stream open for the reason', async () => {
  const { peer, done } = begin({ op: 'untar', path: 'to' })
  peer.duplex.end(Buffer.alloc(5_000_000, 'noise'))
  await assert.rejects(done, coded('archive_refused'))
  assert.ok(!peer.duplex.destroyed)
})
