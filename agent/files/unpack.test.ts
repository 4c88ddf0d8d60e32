import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, test } from 'node:test'
import { type Header, pack } from 'tar-stream'
import { SkeinError } from '#protocol/errors.ts'
import { amount } from '../../tests/support/amount.ts'
import { FILE_LIMITS } from './limits.ts'
import { packTree } from './pack.ts'
import { encodeHeader } from './tar-header.ts'
import { unpackTree } from './unpack.ts'

/** What is unpacked of a million entries. */
const ENTRIES = amount({ usual: 1500, whole: 5000 })

let folder = ''
let target = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'skein-files-'))
  target = path.join(folder, 'target')
  await mkdir(target)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

type Entry = Partial<Header> & { name: string; content?: string }

async function unpack(entries: Entry[], limits = FILE_LIMITS) {
  const archive = pack()
  for (const { content, ...header } of entries) archive.entry(header, content ?? '')
  archive.finalize()
  return unpackTree(Readable.from(archive as AsyncIterable<Buffer>), target, limits)
}

const coded = (code: string) => (error: unknown) =>
  error instanceof SkeinError && error.code === code

test('what was packed is what is unpacked, links, modes and long names included', async () => {
  const source = path.join(folder, 'source')
  const long = `${'deep-folder/'.repeat(12)}file-${'x'.repeat(120)}.txt`
  await mkdir(path.join(source, path.dirname(long)), { recursive: true })
  await writeFile(path.join(source, long), 'long')
  await writeFile(path.join(source, 'tool'), 'x'.repeat(700_000), { mode: 0o755 })
  await writeFile(path.join(source, 'empty'), '')
  await symlink('tool', path.join(source, 'link'))
  await symlink('y'.repeat(150), path.join(source, 'long-link'))
  execFileSync('mkfifo', [path.join(source, 'pipe')])
  await unpackTree(Readable.from(packTree(source)), target)
  assert.equal(await readFile(path.join(target, long), 'utf8'), 'long')
  assert.equal((await readFile(path.join(target, 'link'))).length, 700_000)
  assert.equal((await lstat(path.join(target, 'tool'))).mode & 0o777, 0o755)
  assert.deepEqual((await readdir(target)).sort(), [
    'deep-folder',
    'empty',
    'link',
    'long-link',
    'tool',
  ])
})

test('another tar program reads our archives', async () => {
  const source = path.join(folder, 'source')
  const name = `${'n'.repeat(90)}/${'é'.repeat(80)}`
  await mkdir(path.join(source, path.dirname(name)), { recursive: true })
  await writeFile(path.join(source, name), 'hello')
  const archive = await buffer(Readable.from(packTree(source)))
  execFileSync('tar', ['xf', '-', '-C', target], { input: archive })
  assert.equal(await readFile(path.join(target, name), 'utf8'), 'hello')
})

test('a name that leads out of the folder is refused', async () => {
  for (const name of ['../evil', '/etc/evil', 'a/../../evil']) {
    await assert.rejects(unpack([{ name, content: 'x' }]), coded('archive_refused'), name)
  }
  assert.deepEqual(await readdir(folder), ['target'])
})

test('a link that leads out of the folder is left out and told of, and nothing is written through any link', async () => {
  const link = (linkname: string): Entry => ({ name: 'd/link', type: 'symlink', linkname })
  const { skipped } = await unpack([
    link('/etc'),
    link('../../x'),
    { name: 'd/link/file', content: 'x' },
  ])
  assert.deepEqual(
    skipped.map(({ name }) => name),
    ['d/link', 'd/link'],
  )
  assert.equal(await readFile(path.join(target, 'd/link/file'), 'utf8'), 'x')
  // A link that stays inside is made, and still never written through.
  const inside: Entry = { name: 'way', type: 'symlink', linkname: 'd' }
  await assert.rejects(
    unpack([inside, { name: 'way/file', content: 'x' }]),
    coded('archive_refused'),
  )
  // A link that stood there before is not followed either, nor written through.
  await symlink(folder, path.join(target, 'old'))
  await assert.rejects(unpack([{ name: 'old/file', content: 'x' }]), coded('archive_refused'))
  await unpack([{ name: 'old', content: 'new' }])
  assert.ok((await lstat(path.join(target, 'old'))).isFile())
  assert.deepEqual((await readdir(folder)).sort(), ['target'])
})

test('links that lead out together, each inside by its words, are left out', async () => {
  await writeFile(path.join(folder, 'secret'), 'secret')
  const link = (name: string, linkname: string): Entry => ({ name, type: 'symlink', linkname })
  const { skipped } = await unpack([
    { name: 'a', type: 'directory' },
    link('a/y', '..'),
    link('a/z', 'y/../secret'),
    link('a/w', './/y/../../secret'),
    link('top', 'a/y/..'),
    link('up', '..'),
    link('a/honest', './../a/./file'),
    link('a/b/c/honest', '../../../a'),
    link('a/b/c/not', '../../../../a'),
  ])
  assert.deepEqual(
    skipped.map(({ name }) => name),
    ['a/z', 'a/w', 'top', 'up', 'a/b/c/not'],
  )
  assert.equal(await realpath(path.join(target, 'a/b/c/honest')), path.join(target, 'a'))
  for (const name of ['y', 'y/a/y/a']) {
    assert.ok((await realpath(path.join(target, 'a', name))).startsWith(target))
  }
  // Below a link that was unpacked before nothing is made, of any kind.
  for (const entry of [
    { name: 'a/y/x', type: 'directory' },
    link('a/y/x', '../secret'),
    { name: 'x', type: 'link', linkname: 'a/y/file' },
  ] satisfies Entry[]) {
    await assert.rejects(unpack([{ name: 'file' }, entry]), coded('archive_refused'))
  }
  assert.deepEqual((await readdir(folder)).sort(), ['secret', 'target'])
  assert.deepEqual((await readdir(target)).sort(), ['a', 'file'])
})

test('a hard link may lead to a file of the archive and nowhere else', async () => {
  const link = (linkname: string): Entry => ({ name: 'hard', type: 'link', linkname })
  await writeFile(path.join(folder, 'secret'), 'secret')
  await assert.rejects(unpack([link('../secret')]), coded('archive_refused'))
  await assert.rejects(unpack([link('/etc/passwd')]), coded('archive_refused'))
  await assert.rejects(unpack([link('missing')]), coded('archive_refused'))
  await unpack([{ name: 'file', content: 'one' }, link('file')])
  assert.equal(await readFile(path.join(target, 'hard'), 'utf8'), 'one')
})

test('devices and pipes are left out and told of, and set-user-id is dropped', async () => {
  for (const type of ['fifo', 'character-device', 'block-device'] as const) {
    const { skippedCount } = await unpack([{ name: 'x', type }])
    assert.equal(skippedCount, 1)
  }
  assert.deepEqual(await readdir(target), [])
  await unpack([{ name: 'tool', content: 'x', mode: 0o6755 }])
  assert.equal((await lstat(path.join(target, 'tool'))).mode & 0o7777, 0o755)
})

test('an archive that holds too much is refused', async () => {
  const limits = { ...FILE_LIMITS, entries: 10, archiveBytes: 1000, depth: 5 }
  const many = Array.from({ length: 11 }, (_, i) => ({ name: `f${i}` }))
  await assert.rejects(unpack(many, limits), coded('too_large'))
  await assert.rejects(
    unpack([{ name: 'big', content: 'x'.repeat(1001) }], limits),
    coded('too_large'),
  )
  await assert.rejects(unpack([{ name: 'a/b/c/d/e/f' }], limits), coded('archive_refused'))
})

test('bytes that are no archive, and one that is cut, are refused', async () => {
  const noise = Readable.from([Buffer.alloc(10_000, 'noise')])
  await assert.rejects(unpackTree(noise, target), coded('archive_refused'))
  const source = path.join(folder, 'source')
  await mkdir(source)
  await writeFile(path.join(source, 'file'), 'x'.repeat(100_000))
  const whole = await buffer(Readable.from(packTree(source)))
  const cut = Readable.from([whole.subarray(0, 50_000)])
  await assert.rejects(unpackTree(cut, target), coded('archive_refused'))
  assert.deepEqual(await readdir(target), [], 'no half of a file is left')
})

test('a million entries and ten gigabytes of zeros end at their limits, and memory stays flat', async () => {
  const header = encodeHeader({ name: 'f', type: 'file', mode: 0o644, modifiedMs: 0, sizeBytes: 0 })
  const many = function* () {
    const thousand = Buffer.concat(Array.from({ length: 1000 }, () => header))
    for (let i = 0; i < 1000; i++) yield thousand
  }
  const limits = { ...FILE_LIMITS, entries: ENTRIES }
  await assert.rejects(unpackTree(Readable.from(many()), target, limits), coded('too_large'))

  const zeros = Buffer.alloc(1024 * 1024)
  let sent = 0
  const bomb = function* () {
    const sizeBytes = 10 * 1024 ** 3
    yield encodeHeader({ name: 'zeros', type: 'file', mode: 0o644, modifiedMs: 0, sizeBytes })
    for (; sent < 10_000; sent++) yield zeros
  }
  await assert.rejects(unpackTree(Readable.from(bomb()), target), coded('too_large'))
  assert.ok(sent < 20, `${sent} MB were taken`)
  assert.deepEqual(await readdir(target), ['f'])
})

test('a header that says it is huge is refused before it fills the memory', async () => {
  const block = encodeHeader({ name: 'n', type: 'file', mode: 0, modifiedMs: 0, sizeBytes: 8e9 })
  // The same block as that of a GNU long name, with its checksum made anew.
  block.write('L', 156)
  block.write('        ', 148)
  const sum = block.reduce((all, byte) => all + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0`, 148)
  let sent = 0
  const bomb = function* () {
    yield block
    for (; sent < 10_000; sent++) yield Buffer.alloc(1024 * 1024, 'n')
  }
  await assert.rejects(unpackTree(Readable.from(bomb()), target), coded('archive_refused'))
  assert.ok(sent < 20, `${sent} MB were taken`)
})

test('names of any bytes travel in an archive both ways', async () => {
  const names = [Buffer.from('new\nline'), Buffer.of(0xff, 0x61), Buffer.from('a\uefff')]
  const source = Buffer.from(path.join(folder, 'source/'))
  await mkdir(source)
  for (const name of names) await writeFile(Buffer.concat([source, name]), name)
  const archive = await buffer(Readable.from(packTree(source.toString())))
  await unpackTree(Readable.from([archive]), target)
  const other = path.join(folder, 'other')
  await mkdir(other)
  execFileSync('tar', ['xf', '-', '-C', other], { input: archive })
  for (const place of [target, other]) {
    const found = await readdir(place, 'buffer' as unknown as { encoding: 'buffer' })
    assert.deepEqual(found.sort(Buffer.compare), names.toSorted(Buffer.compare), place)
  }
})
