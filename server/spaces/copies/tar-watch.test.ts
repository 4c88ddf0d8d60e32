// What passes of an archive and what ends it, in pieces of any size, byte for byte.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { pack } from 'tar-stream'
import { Inventory } from './inventory.ts'
import { readSeal, sameTotals, sealedEnd } from './seal.ts'
import { ARCHIVE_END } from './tar-block.ts'
import { type Entry, TarWatch } from './tar-watch.ts'

interface Made {
  readonly name: string
  readonly type?: 'file' | 'link' | 'symlink' | 'directory' | 'fifo' | 'block-device'
  readonly linkname?: string
  readonly content?: string
  readonly pax?: Record<string, string>
}

async function archive(...entries: Made[]): Promise<Buffer> {
  const packed = pack()
  const chunks: Buffer[] = []
  packed.on('data', (chunk) => chunks.push(chunk as Buffer))
  const ended = once(packed, 'end')
  for (const { content = '', ...header } of entries) {
    const whole = { ...header, size: Buffer.byteLength(content), mode: 0o640, mtime: new Date(0) }
    await new Promise((resolve) => {
      packed.entry(whole, resolve).end(content === '' ? undefined : Buffer.from(content))
    })
  }
  packed.finalize()
  await ended
  return Buffer.concat(chunks)
}

function watch(bytes: Buffer, pieceBytes = bytes.length) {
  const entries: Entry[] = []
  const watched = new TarWatch((entry) => entries.push(entry))
  const out: Buffer[] = []
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    out.push(...watched.push(bytes.subarray(at, at + pieceBytes)))
  }
  return { entries, out: Buffer.concat(out), watched }
}

const long = `${'deep/'.repeat(60)}file`

describe('an archive of a volume', () => {
  it('passes byte for byte without its end, whatever the pieces', async () => {
    const bytes = await archive(
      { name: './', type: 'directory' },
      { name: './a', content: 'x'.repeat(1500) },
      { name: `./${long}`, content: 'deep' },
      { name: './café', content: 'é' },
      { name: './l', type: 'symlink', linkname: '/anywhere/at/all' },
      { name: './h', type: 'link', linkname: './a' },
      { name: './attributes', content: 'y', pax: { 'SCHILY.xattr.user.a': 'b' } },
    )
    const wanted = bytes.subarray(0, bytes.length - ARCHIVE_END.length)
    const totals = watch(bytes).watched.finish()
    for (const pieceBytes of [1, 7, 511, 512, 513, 4096, bytes.length]) {
      const { out, watched, entries } = watch(bytes, pieceBytes)
      assert(out.equals(wanted), `in pieces of ${pieceBytes}`)
      assert.deepEqual(watched.finish(), totals)
      assert.deepEqual(entries.map(({ name }) => name).slice(0, 3), ['', 'a', long])
    }
    assert.equal(totals.entries, 7)
    assert.equal(totals.skipped, 0)
  })

  it('loses its devices and pipes, with the headers that belong to them', async () => {
    const kept = [
      { name: 'a', content: 'x' },
      { name: 'b', content: 'y' },
    ]
    const [a = assert.fail(), b = assert.fail()] = kept
    const bytes = await archive(
      a,
      { name: `${'long/'.repeat(40)}pipe`, type: 'fifo' },
      { name: 'disk', type: 'block-device' },
      b,
    )
    const { out, watched } = watch(bytes)
    assert(Buffer.concat([out, ARCHIVE_END]).equals(await archive(...kept)))
    const { entries, skipped } = watched.finish()
    assert.deepEqual({ entries, skipped }, { entries: 2, skipped: 2 })
  })

  const hostile: [string, Made][] = [
    ['a name that climbs', { name: '../out', content: 'x' }],
    ['a name that climbs in its middle', { name: 'a/../../out', content: 'x' }],
    ['an absolute name', { name: '/etc/passwd', content: 'x' }],
    ['a long name that climbs', { name: `${'a/'.repeat(90)}../../out`, content: 'x' }],
    ['a hard link to what is outside', { name: 'h', type: 'link', linkname: '../../etc/passwd' }],
    ['a hard link to an absolute name', { name: 'h', type: 'link', linkname: '/etc/passwd' }],
    ['a name in a pax header that climbs', { name: 'fine', content: 'x', pax: { path: '../out' } }],
    ['a size in a pax header that is none', { name: 'fine', content: 'x', pax: { size: '-5' } }],
  ]
  for (const [what, entry] of hostile) {
    it(`is refused for ${what}`, async () => {
      const bytes = await archive({ name: 'before', content: 'x' }, entry)
      assert.throws(() => watch(bytes, 100), { code: 'archive_refused' })
    })
  }

  it('is refused when it is cut off anywhere', async () => {
    const bytes = await archive({ name: 'a', content: 'x'.repeat(700) })
    for (const end of [0, 100, 512, 800, 1536, 2048]) {
      const { watched } = watch(bytes.subarray(0, end), 512)
      assert.throws(() => watched.finish(), { code: 'archive_refused' }, `after ${end} bytes`)
    }
  })

  it('is refused when a header is damaged, endless, or behind the end', async () => {
    const bytes = await archive({ name: 'a', content: 'x' })
    const bent = Buffer.from(bytes)
    bent[3] = 0x41
    assert.throws(() => watch(bent), { code: 'archive_refused' })
    assert.throws(() => watch(Buffer.concat([bytes, bytes])), { code: 'archive_refused' })
    const noise = Buffer.alloc(4096, 0x55)
    assert.throws(() => watch(noise), { code: 'archive_refused' })
    const endless = await archive({ name: 'a', content: 'x', pax: { a: 'b'.repeat(2_000_000) } })
    assert.throws(() => watch(endless, 65_536), { code: 'archive_refused' })
  })

  it('ends with a seal that is found again, and with none in an archive of another program', async () => {
    const bytes = await archive({ name: 'a', content: 'x' })
    const { out, watched } = watch(bytes)
    const totals = watched.finish()
    const sealed = watch(Buffer.concat([out, sealedEnd(totals)]), 333)
    const again = sealed.watched.finish()
    assert(sameTotals(readSeal(sealed.watched.comment) ?? assert.fail(), again))
    assert(sealed.out.equals(out), 'the seal itself does not go on')
    assert.equal(readSeal(watched.comment), undefined)
  })
})

describe('what a volume is compared with', () => {
  const file = { name: 'a', type: 'file', target: '', mode: 0o644, uid: 1, gid: 2 } as const
  const one: Entry = { ...file, sizeBytes: 1, sha256: Buffer.alloc(32) }

  it('is all that came, and no more', () => {
    const inventory = new Inventory()
    inventory.add(one)
    inventory.check({ ...one, name: 'was there before' })
    assert.throws(() => inventory.finish(), { code: 'volume_unverified' })
    inventory.check(one)
    inventory.finish()
  })

  for (const other of [
    { mode: 0o600 },
    { uid: 0 },
    { sizeBytes: 2 },
    { sha256: Buffer.alloc(32, 1) },
  ]) {
    it(`notices another ${Object.keys(other)}`, () => {
      const inventory = new Inventory()
      inventory.add(one)
      assert.throws(() => inventory.check({ ...one, ...other }), { code: 'volume_unverified' })
    })
  }
})
