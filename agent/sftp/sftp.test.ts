import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { amount } from '../../tests/support/amount.ts'
import { eventually, stands } from '../../tests/support/eventually.ts'
import { MAX_DATA_BYTES, PacketType, packet, Status, text, u32, u64 } from './codec.ts'
import { MAX_HANDLES } from './handles.ts'
import { RawClient } from './testing/client.ts'

let home: string
beforeEach(async () => {
  home = await fs.mkdtemp(path.join(tmpdir(), 'skein-sftp-'))
})
afterEach(() => fs.rm(home, { recursive: true }))

const connect = () => new RawClient({ home })
const READ = 1
/** What may be held of answers that nobody reads, and how many are large: more than that. Then large requests stop a client. */
const HELD_BYTES = 64 * 1024 * 1024
const LARGE_READS = amount({ usual: 400, whole: 20_000 })
const CREATE = 2 | 8 | 16
const isInvalid = (error: unknown) => error instanceof SkeinError && error.code === 'frame_invalid'

async function end(client: RawClient): Promise<void> {
  client.peer.fin({ ok: true })
  await client.done
  assert.deepEqual(await client.peer.finished, { ok: true, status: 0 })
}

/** Descriptors of this process that lead below the home folder. */
async function openBelow(): Promise<string[]> {
  const files = await fs.readdir('/proc/self/fd')
  const links = await Promise.all(
    files.map((file) => fs.readlink(`/proc/self/fd/${file}`).catch(() => '')),
  )
  return links.filter((link) => link.startsWith(home))
}

test('a file that is written with many requests at once is read back the same', async () => {
  const client = connect()
  const bytes = randomBytes(6_000_000)
  const handle = await client.open('file', CREATE | READ)
  const offsets = Array.from({ length: Math.ceil(bytes.length / 100_000) }, (_, i) => i * 100_000)
  const statuses = await Promise.all(
    offsets.map((at) => client.write(handle, at, bytes.subarray(at, at + 100_000))),
  )
  assert.deepEqual(new Set(statuses), new Set([Status.ok]))
  const read = await Promise.all(offsets.map((at) => client.read(handle, at, 100_000)))
  assert.ok(Buffer.concat(read.map((part) => part ?? Buffer.alloc(0))).equals(bytes))
  assert.equal(await client.read(handle, bytes.length, 10), undefined)
  assert.equal(await client.status(PacketType.close, text(handle)), Status.ok)
  await end(client)
  assert.ok((await fs.readFile(path.join(home, 'file'))).equals(bytes))
})

test('requests that are sent without waiting see what those before them did', async () => {
  const client = connect()
  const handle = await client.open('file', CREATE | READ)
  const [, , read, , short] = await Promise.all([
    client.write(handle, 0, Buffer.from('aaaa')),
    client.write(handle, 2, Buffer.from('bb')),
    client.read(handle, 0, 10),
    client.status(PacketType.fsetstat, text(handle), u32(1), u64(3)),
    client.read(handle, 0, 10),
    client.status(PacketType.close, text(handle)),
  ])
  assert.equal(read?.toString(), 'aabb')
  assert.equal(short?.toString(), 'aab')
  await end(client)
})

test('answers come in the order of their requests, or OpenSSH’s client would cut the file off', async () => {
  const client = connect()
  const handle = await client.open('file', CREATE)
  const sizes = Array.from({ length: 300 }, (_, i) => (i % 7 === 0 ? 200_000 : 10))
  let at = 0
  const writes = sizes.map((size) => {
    const done = client.write(handle, at, Buffer.alloc(size))
    at += size
    return done
  })
  const stats = Array.from({ length: 20 }, () => client.ask(PacketType.stat, text('file')))
  await Promise.all([...writes, ...stats])
  assert.deepEqual(
    client.answered,
    client.answered.toSorted((a, b) => a - b),
  )
  await end(client)
})

test('what is appended stands in the order in which it was sent', async () => {
  const client = connect()
  const handle = await client.open('log', 2 | 4 | 8)
  const lines = Array.from({ length: 200 }, (_, i) => `${i}\n`)
  await Promise.all(lines.map((line) => client.write(handle, 0, Buffer.from(line))))
  await end(client)
  assert.equal(await fs.readFile(path.join(home, 'log'), 'utf8'), lines.join(''))
})

test('names that are no UTF-8 come back as they went', async () => {
  const client = connect()
  const name = Buffer.from([0x61, 0xff, 0xfe, 0x62])
  await client.open(name, CREATE)
  const target = Buffer.from([0xc3, 0x28])
  assert.equal(await client.status(PacketType.symlink, text(target), text('link')), Status.ok)
  const read = await client.ask(PacketType.readlink, text('link'))
  assert.equal(read.fields.u32(), 1)
  assert.deepEqual(read.fields.string(), target)
  const folder = (await client.ask(PacketType.opendir, text('.'))).fields.string()
  const listed = await client.ask(PacketType.readdir, text(folder))
  const names: string[] = []
  for (let left = listed.fields.u32(); left > 0; left--) {
    names.push(listed.fields.string().toString('latin1'))
    listed.fields.string()
    for (const skip of ['flags', 'high', 'low', 'uid', 'gid', 'mode', 'atime', 'mtime']) {
      assert.ok(listed.fields.u32() >= 0, skip)
    }
  }
  assert.deepEqual(names.sort(), ['.', '..', name.toString('latin1'), 'link'])
  assert.equal(await client.status(PacketType.readdir, text(folder)), Status.eof)
  const real = await client.ask(PacketType.realpath, text(name))
  real.fields.u32()
  assert.deepEqual(real.fields.string(), Buffer.concat([Buffer.from(`${home}/`), name]))
  assert.equal(await client.status(PacketType.remove, text(name)), Status.ok)
  await end(client)
})

test('a rename replaces nothing, but a POSIX one does', async () => {
  const client = connect()
  for (const name of ['a', 'b']) await fs.writeFile(path.join(home, name), name)
  assert.equal(await client.status(PacketType.rename, text('a'), text('b')), Status.failure)
  assert.equal(await client.status(PacketType.rename, text('a'), text('c')), Status.ok)
  const posix = text('posix-rename@openssh.com')
  assert.equal(await client.status(PacketType.extended, posix, text('c'), text('b')), Status.ok)
  assert.deepEqual(await fs.readdir(home), ['b'])
  assert.equal(await fs.readFile(path.join(home, 'b'), 'utf8'), 'a')
  await end(client)
})

test('what cannot be done is answered, and the next request is served', async () => {
  const client = connect()
  const ask = (type: number, ...fields: Buffer[]) => client.status(type, ...fields)
  const zero = text('a\0b')
  assert.equal(await ask(PacketType.stat, text('none')), Status.noSuchFile)
  assert.equal(await ask(PacketType.stat, zero), Status.noSuchFile)
  assert.equal(await ask(PacketType.symlink, zero, text('x')), Status.noSuchFile)
  assert.equal(await ask(PacketType.stat, text('x'.repeat(5000))), Status.badMessage)
  assert.equal(await ask(PacketType.close, text('nope')), Status.failure)
  assert.equal(await ask(PacketType.read, text(u32(9)), u64(0), u32(5)), Status.failure)
  assert.equal(await ask(PacketType.readdir, text(u32(9))), Status.failure)
  assert.equal(await ask(PacketType.stat, u32(1000)), Status.badMessage)
  assert.equal(await ask(PacketType.write), Status.badMessage)
  assert.equal(await ask(99), Status.unsupported)
  assert.equal(await ask(PacketType.extended, text('__proto__')), Status.unsupported)
  assert.equal(await ask(PacketType.setstat, text('none'), u32(1), u64(-1)), Status.failure)
  assert.equal(await ask(PacketType.remove, text('.')), Status.failure)
  const handle = await client.open('f', CREATE | READ)
  const far = u64(2n ** 53n - 300_000n)
  const statusOf = await ask(PacketType.write, text(handle), far, text('x'))
  assert.equal(statusOf, Status.failure)
  await end(client)
})

test('a pipe or a device that nobody serves keeps nobody waiting', async () => {
  const { execFileSync } = await import('node:child_process')
  execFileSync('mkfifo', [path.join(home, 'pipe')])
  const client = connect()
  const handles = await Promise.all(Array.from({ length: 8 }, () => client.open('pipe', READ)))
  const reads = handles.map((handle) => client.read(handle, 0, 10))
  assert.deepEqual(new Set(await Promise.all(reads)), new Set([undefined]))
  // Eight threads would be lost by now, and this would not be answered.
  assert.equal((await client.ask(PacketType.stat, text('.'))).type, PacketType.attrs)
  await end(client)
})

test('a client may have so many files open and no more, and all are closed with it', async () => {
  const client = connect()
  const path = text('f')
  await client.open('f', CREATE)
  const asked = Array.from({ length: MAX_HANDLES + 20 }, () =>
    client.ask(PacketType.open, path, u32(READ), u32(0)),
  )
  const answers = await Promise.all(asked)
  assert.equal(answers.filter(({ type }) => type === PacketType.handle).length, MAX_HANDLES - 1)
  assert.equal((await openBelow()).length, MAX_HANDLES)
  client.peer.duplex.destroy()
  await client.done.catch(() => undefined)
  assert.deepEqual(await openBelow(), [])
})

const noPackets: readonly [string, Buffer][] = [
  ['a packet longer than any may be', u32(0xffff_ffff)],
  ['an empty packet', u32(0)],
  ['a packet without its id', Buffer.concat([u32(2), Buffer.from([PacketType.stat, 0])])],
]

for (const [what, bytes] of noPackets) {
  test(`${what} ends the stream with a code`, async () => {
    const client = connect()
    client.send(bytes)
    await assert.rejects(client.done, isInvalid)
  })
}

test('a stream that does not begin as SFTP does is ended with a code', async () => {
  const client = new RawClient({ home }, { silent: true })
  client.send(packet(PacketType.stat, u32(1), text('.')))
  await assert.rejects(client.done, isInvalid)
})

test('bytes at random end the stream or are answered, and never more', async () => {
  for (let round = 0; round < 50; round++) {
    const client = connect()
    for (let i = 0; i < 20; i++) {
      const body = randomBytes(Math.floor(Math.random() * 60))
      const type = [3, 4, 5, 6, 9, 10, 11, 12, 16, 17, 19, 200][i % 12] ?? 0
      client.send(packet(type, u32(i), body))
    }
    client.send(randomBytes(100))
    client.peer.fin({ ok: true })
    await client.done.catch((error) => assert.ok(isInvalid(error), String(error)))
  }
})

test('a client that reads no answers is asked for no more, and gets them all later', async () => {
  await fs.writeFile(path.join(home, 'big'), Buffer.alloc(MAX_DATA_BYTES))
  const client = new RawClient({ home }, { silent: true })
  client.send(packet(PacketType.init, u32(3)))
  client.send(packet(PacketType.open, u32(0), text('big'), u32(READ), u32(0)))
  const handle = text(u32(1))
  const request = (id: number) =>
    id <= LARGE_READS
      ? packet(PacketType.read, u32(id), handle, u64(0), u32(MAX_DATA_BYTES))
      : packet(PacketType.stat, u32(id), text('./'.repeat(2000)))
  await eventually(async () => (await openBelow()).length === 1, {
    timeoutMs: 10_000,
    what: 'the open file',
  })
  const before = process.memoryUsage().arrayBuffers
  const still = { stillMs: 50, timeoutMs: 10_000, what: 'a server that waits or goes on' }
  let sent = 0
  let isStopped = false
  while (sent < 20_000 && !isStopped) {
    sent++
    if (!client.send(request(sent))) {
      isStopped = await stands(() => client.peer.duplex.writableNeedDrain, still)
    }
  }
  assert.ok(isStopped, 'the client was stopped')
  assert.ok(process.memoryUsage().arrayBuffers - before < HELD_BYTES)
  let bytes = 0
  client.peer.duplex.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  client.peer.fin({ ok: true })
  await client.done
  const large = Math.min(sent, LARGE_READS)
  assert.ok(large * MAX_DATA_BYTES > HELD_BYTES, 'a server that did not wait would be seen')
  await eventually(() => bytes > large * MAX_DATA_BYTES + sent - large, {
    timeoutMs: 20_000,
    what: 'all answers',
  })
})
