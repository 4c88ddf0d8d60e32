// Backups through their own door: what comes back, what is refused, and that a refusal leaves no trace.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { quietLog, system, testId, userChange } from '../../tests/support/rows.ts'
import { systemClock, systemRandom } from '../clock.ts'
import { openRecords } from '../records/open.ts'
import { openSqliteStore } from '../store/sqlite/open.ts'
import { readKeyFile } from './key.ts'
import { BackupFile } from './read.ts'
import { type Restored, type RestoreOptions, restoreBackup } from './restore.ts'
import { type Backup, type BackupOptions, writeBackup } from './write.ts'

const WRITER = fileURLToPath(new URL('../../tests/support/write-forever.ts', import.meta.url))
const silent = () => undefined

interface Place {
  readonly folder: string
  readonly data: string
  readonly file: string
  backup(more?: Partial<BackupOptions>): Promise<Backup>
  restore(to: string, more?: Partial<RestoreOptions>): Promise<Restored>
}

async function inPlace(run: (place: Place) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'skein-backup-'))
  const [data, file] = [join(folder, 'data'), join(folder, 'a.backup')]
  const plain = { file, force: false, nowMs: Date.now(), onProgress: silent }
  try {
    await run({
      ...{ folder, data, file },
      backup: (more) => writeBackup({ ...plain, data, ...more }),
      restore: (to, more) =>
        restoreBackup({ ...plain, data: join(folder, to), random: systemRandom, ...more }),
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function withRecords<T>(
  folder: string,
  use: (records: Awaited<ReturnType<typeof openRecords>>) => Promise<T>,
): Promise<T> {
  const store = await openSqliteStore({ folder, log: quietLog })
  const records = await openRecords({
    ...{ store, clock: systemClock, random: systemRandom, log: quietLog },
  })
  try {
    return await use(records)
  } finally {
    await records.close()
    await store.close()
  }
}

const samples = mkdtempSync(join(tmpdir(), 'skein-samples-'))
after(() => rmSync(samples, { recursive: true }))

/** Made once for all tests. */
async function fill(data: string, users = 3): Promise<void> {
  const sample = join(samples, String(users))
  if (!existsSync(sample)) await make(sample, users)
  cpSync(sample, data, { recursive: true })
}

/** Users and as many audit entries, and keys as a peer makes them. */
async function make(data: string, users: number): Promise<void> {
  await withRecords(data, async (records) => {
    for (let i = 0; i < users; i++) {
      const id = testId<'user'>()
      const body = { actor: system, action: 'user.create' }
      await records.transact(() => ({
        changes: [userChange(id, `user${i}`), { op: 'append', stream: 'audit', subject: id, body }],
        result: undefined,
      }))
    }
  })
  mkdirSync(join(data, 'tls'))
  writeFileSync(join(data, 'cluster.key'), `${'ab'.repeat(32)}\n`)
  writeFileSync(join(data, 'peer.id'), 'an id\n')
  writeFileSync(join(data, 'peer.boot'), '4102444800\n')
  writeFileSync(join(data, 'tls/authority.key'), 'an authority')
}

async function keyFile(folder: string, content: Buffer | string): Promise<string> {
  const path = join(folder, `key-${readdirSync(folder).length}`)
  await writeFile(path, content)
  return path
}

const metaOf = (data: string) => {
  using file = new DatabaseSync(join(data, 'state.db'), { readOnly: true })
  const select = file.prepare('SELECT * FROM meta')
  select.setReadBigInts(true)
  return select.get()
}

/** Everything below a folder but what its processes and locks have there. */
function tree(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {}
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()
  const own = names.filter((name) => !/^(run|lock\.db|peer\.pid|state\.db-)/.test(name))
  const files = own.filter((name) => statSync(join(folder, name)).isFile())
  return Object.fromEntries(
    files.map((name) => [name, readFileSync(join(folder, name)).toString('hex')]),
  )
}

test('what is restored is what was backed up, records and keys, under a new origin', async () => {
  await inPlace(async ({ folder, data, file, backup, restore }) => {
    await fill(data)
    const { header } = await backup()
    assert.equal(statSync(file).mode & 0o777, 0o600)
    const { contents } = await restore('new')
    const restored = join(folder, 'new')
    assert.deepEqual(contents.counts, header.contents.counts)
    assert.equal(contents.counts.user, 3)
    assert.equal(contents.counts['audit entries'], 3)
    for (const name of ['cluster.key', 'peer.id', 'tls/authority.key']) {
      assert.deepEqual(readFileSync(join(restored, name)), readFileSync(join(data, name)))
      assert.equal(statSync(join(restored, name)).mode & 0o777, 0o600)
    }
    const [before, after] = [metaOf(data), metaOf(restored)]
    assert.notEqual(after?.origin, before?.origin)
    assert.equal(after?.seq, 0n)
    assert.equal(after?.hlc, before?.hlc)
    await withRecords(restored, async (records) => {
      const names = records.list('user').map(({ groups }) => groups.profile?.username)
      assert.deepEqual(names, ['user0', 'user1', 'user2'])
      await records.transact(() => ({ changes: [userChange()], result: undefined }))
      const [newest] = records.list('user').toReversed()
      assert.deepEqual(newest?.birth, { origin: after?.origin, seq: 1 })
      assert.equal((await records.read('audit')).length, 3)
    })
  })
})

test('the origin that wrote the backup is remembered as heard of, with its last transaction', async () => {
  await inPlace(async ({ folder, data, backup, restore }) => {
    await fill(data)
    const { header } = await backup()
    await restore('new')
    using file = new DatabaseSync(join(folder, 'new/state.db'), { readOnly: true })
    const { origin, seq } = header.contents
    const rows = file.prepare('SELECT origin, seq FROM former_origin').all()
    assert.deepEqual(
      rows.map((row) => ({ ...row })),
      [{ origin, seq }],
    )
    await withRecords(join(folder, 'new'), async ({ replica }) => {
      assert.ok(replica.has({ origin, seq }))
      assert.ok(!replica.has({ origin, seq: seq + 1 }))
    })
  })
})

test('a restored peer begins with a start that it never had, also when the clock is behind', async () => {
  await inPlace(async ({ folder, data, backup, restore }) => {
    await fill(data)
    await backup()
    await restore('new')
    assert.equal(readFileSync(join(folder, 'new/peer.boot'), 'utf8'), '4102444801\n')
  })
})

test('a backup that is made while another process writes is a state that there was', async () => {
  await inPlace(async ({ folder, data, backup, restore }) => {
    const writer = spawn(process.execPath, [WRITER, data], { stdio: ['ignore', 'pipe', 'inherit'] })
    const lines = createInterface({ input: writer.stdout })
    let written = 0
    lines.on('line', () => written++)
    await once(lines, 'line')
    try {
      const acknowledged = written
      const { header } = await backup()
      const { counts } = header.contents
      // Each transaction makes one setting and one entry.
      assert.equal(counts.setting, counts['audit entries'])
      assert((counts.setting ?? 0) >= acknowledged, 'what was acknowledged before is in it')
      const from = written
      await once(lines, 'line')
      assert(written > from, 'it writes on')
    } finally {
      writer.kill('SIGKILL')
      await once(writer, 'exit')
    }
    // Killed, it leaves what it wrote last in its log only.
    const { header } = await backup({ force: true })
    assert((header.contents.counts.setting ?? 0) >= written)
    await restore('new')
    await withRecords(join(folder, 'new'), async (records) => {
      assert(records.list('setting').length > 0)
    })
  })
})

test('a file of that name is kept, unless it shall be replaced', async () => {
  await inPlace(async ({ data, file, folder, backup }) => {
    await fill(data)
    writeFileSync(file, 'mine')
    await assert.rejects(backup(), { code: 'backup_exists' })
    assert.equal(readFileSync(file, 'utf8'), 'mine')
    await backup({ force: true })
    await (await BackupFile.open(file)).close()
    assert.deepEqual(readdirSync(folder).toSorted(), ['a.backup', 'data'], 'no part is left')
    assert.deepEqual(readdirSync(join(data, 'run')), [], 'and no copy')
  })
})

test('a backup into a folder that is not there fails and leaves nothing', async () => {
  await inPlace(async ({ data, folder, backup }) => {
    await fill(data)
    await assert.rejects(backup({ file: join(folder, 'none/a') }), { code: 'backup_failed' })
    assert.deepEqual(readdirSync(join(data, 'run')), [])
    await assert.rejects(backup({ data: join(folder, 'other') }), { code: 'data_missing' })
    assert(!existsSync(join(folder, 'other')))
  })
})

const keys = {
  '32 random bytes': Buffer.from('00ff'.repeat(16), 'hex'),
  '64 hexadecimal digits': `${'0f'.repeat(32)}\n`,
  'a passphrase': 'correct horse battery staple\n',
}
for (const [name, content] of Object.entries(keys)) {
  test(`a backup encrypted by ${name} opens with it and with no other`, async () => {
    await inPlace(async ({ folder, data, file, backup, restore }) => {
      await fill(data)
      const key = await readKeyFile(await keyFile(folder, content))
      await backup({ key })
      const bytes = readFileSync(file)
      assert(!bytes.includes('user1') && !bytes.includes('an authority'))
      await assert.rejects(restore('new'), { code: 'backup_key_missing' })
      for (const other of [Buffer.alloc(32, 7), 'correct horse battery stable']) {
        const wrong = await readKeyFile(await keyFile(folder, other))
        await assert.rejects(restore('new', { key: wrong }), { code: 'backup_key_wrong' })
      }
      assert(!existsSync(join(folder, 'new')), 'no folder was made')
      const { contents } = await restore('new', { key })
      assert.equal(contents.counts.user, 3)
    })
  })
}

test('a key file that is too short, or not there, is refused by its name', async () => {
  await inPlace(async ({ folder }) => {
    const short = await keyFile(folder, 'secret\n')
    await assert.rejects(readKeyFile(short), { code: 'backup_key_invalid' })
    await assert.rejects(readKeyFile(join(folder, 'none')), { code: 'backup_key_invalid' })
    const huge = await keyFile(folder, 'x'.repeat(5000))
    await assert.rejects(readKeyFile(huge), { code: 'backup_key_invalid' })
  })
})

/** A backup's bytes, what opens it, and what the folder held when it was written. */
async function written({ folder, data, file, backup }: Place, isSealed: boolean) {
  await fill(data)
  const random = () => keyFile(folder, keys['32 random bytes'])
  const key = isSealed ? await readKeyFile(await random()) : undefined
  await backup(key && { key })
  return { key, whole: readFileSync(file), held: tree(data) }
}

for (const isSealed of [false, true]) {
  const kind = isSealed ? 'an encrypted' : 'a plain'
  test(`${kind} backup that is cut off anywhere is refused as that, and the folder keeps what it had`, async () => {
    await inPlace(async (place) => {
      const { folder, data, restore } = place
      const { key, whole, held } = await written(place, isSealed)
      const cuts = [13, 500, whole.length - 1000, whole.length - 1]
      for (const cut of cuts) {
        writeFileSync(join(folder, 'cut'), whole.subarray(0, cut))
        const options = { file: join(folder, 'cut'), force: true, ...(key && { key }) }
        await assert.rejects(restore('data', options), { code: 'backup_cut' }, `cut at ${cut}`)
      }
      assert.deepEqual(tree(data), held)
    })
  })

  test(`${kind} backup with any byte changed is refused, and the folder keeps what it had`, async () => {
    await inPlace(async (place) => {
      const { folder, data, restore } = place
      const { key, whole, held } = await written(place, isSealed)
      const places = [0, 8, 11, 40, 300, whole.length - 800, whole.length - 20, whole.length - 1]
      for (const place of places) {
        const bent = Buffer.from(whole)
        bent[place] = (bent[place] ?? 0) ^ 0x10
        writeFileSync(join(folder, 'bent'), bent)
        const options = { file: join(folder, 'bent'), force: true, ...(key && { key }) }
        const refused = { code: /^backup_(damaged|unknown|cut)$/ }
        await assert.rejects(restore('data', options), refused, `byte ${place}`)
      }
      assert.deepEqual(tree(data), held)
    })
  })
}

test('a header that another backup had does not open the content of this one', async () => {
  await inPlace(async ({ folder, data, file, backup, restore }) => {
    await fill(data)
    const key = await readKeyFile(await keyFile(folder, keys['32 random bytes']))
    await backup({ key })
    const whole = readFileSync(file)
    const length = whole.readUInt32BE(8)
    const header = JSON.parse(whole.subarray(12, 12 + length).toString())
    const json = Buffer.from(JSON.stringify({ ...header, at: '2030-01-01T00:00:00.000Z' }))
    const hash = createHash('sha256').update(json).digest()
    const size = Buffer.alloc(4)
    size.writeUInt32BE(json.length)
    const rest = whole.subarray(12 + length + 32)
    writeFileSync(file, Buffer.concat([whole.subarray(0, 8), size, json, hash, rest]))
    await assert.rejects(restore('new', { key }), { code: 'backup_damaged' })
  })
})

test('a backup of a newer format, and one of a newer schema, are refused by what they need', async () => {
  await inPlace(async ({ folder, data, file, backup, restore }) => {
    await fill(data)
    await backup()
    const fewer = pathToFileURL(`${join(folder, 'migrations')}/`)
    mkdirSync(fewer)
    const first = new URL('../../migrations/sqlite/0001_records.sql', import.meta.url)
    await copyFile(first, new URL('0001_records.sql', fewer))
    await assert.rejects(restore('new', { migrations: fewer }), { code: 'schema_newer' })
    assert(!existsSync(join(folder, 'new')))
    const json = Buffer.from(JSON.stringify({ format: 9, version: '9.0.0' }))
    const size = Buffer.alloc(4)
    size.writeUInt32BE(json.length)
    const hash = createHash('sha256').update(json).digest()
    writeFileSync(file, Buffer.concat([Buffer.from('SKEINBAK'), size, json, hash]))
    const expected = { code: 'backup_newer', details: { format: 9, version: '9.0.0' } }
    await assert.rejects(restore('new'), expected)
  })
})

test('a folder with anything in it is refused; with force what was there is moved aside, not deleted', async () => {
  await inPlace(async ({ folder, data, backup, restore }) => {
    await fill(data)
    await backup()
    const other = join(folder, 'other')
    await fill(other, 1)
    writeFileSync(join(other, 'notes.txt'), 'mine')
    const held = tree(other)
    await assert.rejects(restore('other'), { code: 'restore_not_empty' })
    assert.deepEqual(tree(other), held)
    const { aside = assert.fail(), contents } = await restore('other', { force: true })
    assert.equal(contents.counts.user, 3)
    assert.deepEqual(tree(aside), held)
    await withRecords(other, async (records) => assert.equal(records.list('user').length, 3))
  })
})

test('a folder on which a server runs is refused, even with force', async () => {
  await inPlace(async ({ data, backup, restore }) => {
    await fill(data)
    await backup()
    await withRecords(data, async () => {
      await assert.rejects(restore('data', { force: true }), { code: 'already_running' })
    })
  })
})
