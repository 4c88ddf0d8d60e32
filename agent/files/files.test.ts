import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  lstat,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { agentConfig } from '../../tests/agent/agent-config.ts'
import { ManualClock } from '../../tests/agent/manual-clock.ts'
import { servedPair } from '../../tests/agent/served-pair.ts'
import { fileFailure } from './failure.ts'
import { type FilesOpen, serveFiles } from './files.ts'
import type { Listing } from './list.ts'
import { PART_LIFE_MS, Uploads } from './uploads.ts'

let home = ''
let clock = new ManualClock()
let uploads = new Uploads(clock)
beforeEach(async () => {
  clock = new ManualClock()
  uploads = new Uploads(clock)
  home = await mkdtemp(path.join(tmpdir(), 'skein-home-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

function begin(open: Omit<FilesOpen, 'kind'>) {
  const { served, peer } = servedPair({ kind: 'files', ...open })
  const config = agentConfig({ home })
  return { peer, done: serveFiles(served, { kind: 'files', ...open }, { config, uploads }) }
}

async function ask(open: Omit<FilesOpen, 'kind'>): Promise<unknown> {
  const { peer, done } = begin(open)
  await done
  return peer.opened
}

/** What the agent says at the end. */
async function done(open: Omit<FilesOpen, 'kind'>): Promise<unknown> {
  const { peer, done } = begin(open)
  await done
  return JSON.parse((await buffer(peer.duplex)).toString())
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

test('an upload in pieces is in its place only when its last piece has come', async () => {
  await writeFile(path.join(home, 'file'), 'old', { mode: 0o640 })
  const piece = async (offset: number, text: string, final: boolean) => {
    const wish = { op: 'write', path: 'file', upload: 'upload-1', offset, final } as const
    const { peer, done } = begin(wish)
    peer.duplex.end(text)
    await done
    return JSON.parse((await buffer(peer.duplex)).toString())
  }
  assert.deepEqual(await piece(0, 'hello w', false), { receivedBytes: 7 })
  assert.equal(await readFile(path.join(home, 'file'), 'utf8'), 'old')
  await assert.rejects(piece(9, 'x', true), coded('upload_gap'))
  await piece(6, 'world and more', false)
  assert.equal((await piece(11, '', true)).sizeBytes, 11)
  assert.equal(await readFile(path.join(home, 'file'), 'utf8'), 'hello world')
  assert.equal((await stat(path.join(home, 'file'))).mode & 0o777, 0o640)
  assert.deepEqual(await readdir(home), ['file'])
  await assert.rejects(piece(5, 'x', true), coded('upload_gap'))
})

test('a last piece that comes again, because its answer was lost, is answered as before', async () => {
  const piece = async (file: string, offset: number, text: string, final: boolean) => {
    const wish = { op: 'write', path: file, upload: 'upload-1', offset, final } as const
    const { peer, done } = begin({ ...wish, ifAbsent: true })
    peer.duplex.end(text)
    await done
    return JSON.parse((await buffer(peer.duplex)).toString())
  }
  // In pieces, and whole.
  await piece('pieces', 0, 'hello ', false)
  const facts = await piece('pieces', 6, 'world', true)
  assert.deepEqual(await piece('pieces', 6, 'world', true), facts)
  await assert.rejects(piece('pieces', 6, 'more than', true), coded('upload_gap'))
  await piece('whole', 0, 'all', true)
  assert.equal((await piece('whole', 0, 'all', true)).sizeBytes, 3)
  assert.deepEqual((await readdir(home)).sort(), ['pieces', 'whole'])
  // Somebody else's file of that name, another upload, and one of long ago are in the way as ever.
  await writeFile(path.join(home, 'whole'), 'theirs')
  await assert.rejects(piece('whole', 0, 'all', true), coded('path_exists'))
  await assert.rejects(piece('pieces', 0, 'again', false), coded('path_exists'))
  clock.advance(60 * 60_000)
  await assert.rejects(piece('pieces', 6, 'world', true), coded('path_exists'))
  assert.equal(await readFile(path.join(home, 'whole'), 'utf8'), 'theirs')
})

test('parts that nobody went on with for a day are swept by the next write there', async () => {
  const old = new Date(Date.now() - PART_LIFE_MS - 60_000)
  const names = ['.skein-abandoned.part', '.skein-underway.part', '.skein-x.part.txt', 'skein.part']
  for (const name of names) {
    await writeFile(path.join(home, name), 'half')
    if (name !== '.skein-underway.part') await utimes(path.join(home, name), old, old)
  }
  const write = async () => {
    const { peer, done } = begin({ op: 'write', path: 'file' })
    peer.duplex.end('new')
    await done
    return (await readdir(home)).sort()
  }
  assert.deepEqual(await write(), [...names.slice(1), 'file'].sort())
  await utimes(path.join(home, '.skein-underway.part'), old, old)
  assert.ok((await write()).includes('.skein-underway.part'), 'a folder is looked through at times')
  clock.advance(2 * 60 * 60_000)
  assert.ok(!(await write()).includes('.skein-underway.part'))
})

test('a broken upload leaves what was there and nothing beside it', async () => {
  await writeFile(path.join(home, 'file'), 'old')
  for (const end of ['fin', 'cut'] as const) {
    const { peer, done } = begin({ op: 'write', path: 'file' })
    peer.duplex.write('half of it')
    if (end === 'fin') peer.fin({ ok: false })
    else peer.duplex.destroy()
    await assert.rejects(done)
    assert.equal(await readFile(path.join(home, 'file'), 'utf8'), 'old')
    assert.deepEqual(await readdir(home), ['file'])
  }
})

test('a write never takes the place of what somebody else wrote meanwhile', async () => {
  const write = async (text: string, wish: Partial<FilesOpen>, meanwhile?: () => Promise<void>) => {
    const { peer, done } = begin({ op: 'write', path: 'file', ...wish })
    await Promise.race([peer.opened, done])
    await meanwhile?.()
    peer.duplex.end(text)
    await done
    return JSON.parse((await buffer(peer.duplex)).toString()) as { version: string }
  }
  const file = path.join(home, 'file')
  const first = await write('one', { ifAbsent: true })
  await assert.rejects(write('two', { ifAbsent: true }), coded('path_exists'))
  const second = await write('two', { ifVersion: first.version })
  await assert.rejects(write('three', { ifVersion: first.version }), coded('file_changed'))
  const race = () => writeFile(file, 'theirs')
  await assert.rejects(write('three', { ifVersion: second.version }, race), coded('file_changed'))
  assert.equal(await readFile(file, 'utf8'), 'theirs')
  await rm(file)
  await assert.rejects(write('mine', { ifAbsent: true }, race), coded('path_exists'))
  assert.deepEqual([await readFile(file, 'utf8'), await readdir(home)], ['theirs', ['file']])
})

test('a write follows a link and leaves it one', async () => {
  await writeFile(path.join(home, 'file'), 'old')
  await symlink('file', path.join(home, 'link'))
  const { peer, done } = begin({ op: 'write', path: 'link' })
  peer.duplex.end('new')
  await done
  assert.ok((await lstat(path.join(home, 'link'))).isSymbolicLink())
  assert.equal(await readFile(path.join(home, 'file'), 'utf8'), 'new')
})

test('a part of a file is read, and only of the version that was seen', async () => {
  await writeFile(path.join(home, 'file'), '0123456789')
  const read = async (wish: Partial<FilesOpen>) => {
    const { peer, done } = begin({ op: 'read', path: 'file', ...wish })
    const bytes = buffer(peer.duplex)
    await done
    return (await bytes).toString()
  }
  const { version } = (await ask({ op: 'stat', path: 'file' })) as { version: string }
  assert.equal(await read({ offset: 2, length: 3, ifVersion: version }), '234')
  assert.equal(await read({ offset: 20 }), '')
  assert.equal(await read({ length: 0 }), '')
  await writeFile(path.join(home, 'file'), '0123456780')
  await assert.rejects(read({ ifVersion: version }), coded('file_changed'))
})

test('a file of the kernel that says it is empty is read to its end', async () => {
  const { peer, done } = begin({ op: 'read', path: '/proc/self/status' })
  const bytes = buffer(peer.duplex)
  await done
  assert.match((await bytes).toString(), /^Name:/)
})

test('entries of any name are told in lines, and a folder with too many says so', async () => {
  const names = [Buffer.from('new\nline'), Buffer.of(0xff, 0x61), Buffer.from('plain')]
  for (const name of names) await writeFile(Buffer.concat([Buffer.from(`${home}/`), name]), 'x')
  await symlink('plain', path.join(home, 'to-file'))
  await symlink('nowhere', path.join(home, 'to-nothing'))
  const lines = async (limit?: number) => {
    const { peer, done } = begin({ op: 'entries', path: '.', ...(limit && { limit }) })
    const bytes = buffer(peer.duplex)
    await done
    const texts = (await bytes).toString().trim().split('\n')
    return texts.map((text) => JSON.parse(text) as Record<string, unknown>)
  }
  const all = await lines()
  assert.deepEqual(all.map(({ name }) => name).sort(), [
    'new\nline',
    'plain',
    'to-file',
    'to-nothing',
    '\uefffa',
  ])
  assert.equal(all.find(({ name }) => name === 'to-file')?.leads, 'file')
  assert.equal(all.find(({ name }) => name === 'to-nothing')?.leads, undefined)
  const some = await lines(3)
  assert.deepEqual([some.length, some.at(-1)], [4, { truncated: true }])
  await ask({ op: 'rename', path: '\uefffa', to: 'mended' })
  assert.equal(await readFile(path.join(home, 'mended'), 'utf8'), 'x')
  await assert.rejects(ask({ op: 'entries', path: 'plain' }), coded('path_not_folder'))
})

test('nothing is renamed onto something unless that is wanted', async () => {
  await writeFile(path.join(home, 'a'), 'a')
  await writeFile(path.join(home, 'b'), 'b')
  await assert.rejects(
    ask({ op: 'rename', path: 'a', to: 'b', ifAbsent: true }),
    coded('path_exists'),
  )
  await ask({ op: 'rename', path: 'a', to: 'b' })
  assert.deepEqual(
    [await readdir(home), await readFile(path.join(home, 'b'), 'utf8')],
    [['b'], 'a'],
  )
  await ask({ op: 'mkdir', path: 'd', ifAbsent: true })
  await assert.rejects(ask({ op: 'mkdir', path: 'd', ifAbsent: true }), coded('path_exists'))
  await assert.rejects(ask({ op: 'rename', path: 'd', to: 'd/e' }), coded('path_invalid'))
  await assert.rejects(ask({ op: 'rename', path: 'missing', to: 'x' }), coded('path_missing'))
})

test('a folder is removed with all that is in it, unless that is more than was meant', async () => {
  await ask({ op: 'mkdir', path: 'd/e' })
  for (const name of ['1', '2', '3']) await writeFile(path.join(home, 'd/e', name), '')
  await assert.rejects(done({ op: 'remove', path: 'd', limit: 4 }), coded('too_large'))
  assert.equal((await readdir(path.join(home, 'd/e'))).length, 3)
  assert.deepEqual(await done({ op: 'remove', path: 'd', limit: 5 }), { removed: 5 })
  assert.deepEqual(await readdir(home), [])
})

test('what the kernel refuses has a code of its own', async () => {
  await writeFile(path.join(home, 'file'), '')
  await symlink('loop', path.join(home, 'loop'))
  const cases = [
    [{ op: 'read', path: 'missing' }, 'path_missing'],
    [{ op: 'read', path: '.' }, 'path_is_folder'],
    [{ op: 'stat', path: 'file/x' }, 'path_not_folder'],
    [{ op: 'read', path: 'loop' }, 'path_loops'],
    [{ op: 'stat', path: 'n'.repeat(300) }, 'path_invalid'],
    [{ op: 'stat', path: 'a\0b' }, 'path_invalid'],
    [{ op: 'mkdir', path: 'file', ifAbsent: true }, 'path_exists'],
    [{ op: 'remove', path: 'missing' }, 'path_missing'],
  ] as const
  for (const [open, code] of cases) await assert.rejects(ask(open), coded(code), code)
  for (const [errno, code] of [
    ['ENOSPC', 'disk_full'],
    ['EACCES', 'path_forbidden'],
    ['EXDEV', 'other_disk'],
    ['EROFS', 'path_read_only'],
    ['EIO', 'file_failed'],
  ] as const) {
    const failure = fileFailure('/x', Object.assign(new Error(), { code: errno }))
    assert.equal(failure.code, code)
  }
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
    const code = file === '.' ? 'path_is_folder' : 'file_failed'
    await assert.rejects(ask({ op, path: file }), coded(code), `${op} ${file}`)
  }
})

test('what is not there or not allowed is refused by name', async () => {
  await assert.rejects(ask({ op: 'read', path: 'missing' }), coded('path_missing'))
  await assert.rejects(ask({ op: 'list', path: 'a\0b' }), coded('path_invalid'))
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
