// `skein backup`, `restore` and `volume` as the person at the machine runs them, against a server that is at work and a
// real engine.

import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pack } from 'tar-stream'
import { newId } from '#protocol/ids.ts'
import { askVolume, sendVolume } from '../../cli/volume/peer.ts'
import { Api } from '../support/api.ts'
import { docker } from '../support/docker.ts'
import { eventually } from '../support/eventually.ts'
import { Skein } from '../support/skein.ts'

const BIN = join(import.meta.dirname, '../../cli/bin.js')
const TIMEOUT_MS = 120_000
const TEMPLATE = `name: backup
main: main
services:
  main:
    image: skein/debian-test:1
    volumes: [home:/root]
home: /root
`

const folder = mkdtempSync(join(tmpdir(), 'skein-e2e-backup-'))
const [first, second] = [newId<'space'>(), newId<'space'>()]
let skein: Skein
let api: Api

before(async () => {
  ;({ skein, api } = await Skein.start())
  const template = await api.createTemplate(TEMPLATE)
  await api.createSpace({ id: first, name: 'first', templateId: template.id })
  await api.createSpace({ id: second, name: 'second', templateId: template.id })
  await api.until(first, 'running')
  await api.until(second, 'running')
})

after(async () => {
  await api?.deleteSpaces()
  await skein?.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Ended {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

function run(...words: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { timeout: TIMEOUT_MS, cwd: folder }
    execFile(process.execPath, [BIN, ...words], options, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

async function runJson(...words: string[]) {
  const ended = await run(...words, '--json')
  assert.equal(ended.status, 0, ended.stderr)
  return JSON.parse(ended.stdout)
}

async function refusedWith(code: string, ...words: string[]): Promise<void> {
  const ended = await run(...words)
  assert.notEqual(ended.status, 0)
  assert.match(ended.stderr, new RegExp(`^${code}`))
}

/** Of the first space alone: other tests may share the engine. */
const carriers = () => docker('ps', '-aq', '--filter', `name=skein-${first}-home-copying`)

const inSpace = (id: string, script: string) =>
  docker('exec', '--user', '0', `skein-${id}-main`, 'sh', '-c', script)

test('a server that is lost comes back from its backup: people, spaces, keys, and what agents trust', async () => {
  const key = join(folder, 'key')
  writeFileSync(key, 'a passphrase that lies in a file\n')
  const file = join(folder, 'all.backup')
  const made = await runJson('backup', file, '--data', skein.data, '--key-file', key)
  assert.equal(made.isEncrypted, true)
  assert.equal(made.counts.user, 1)
  assert.equal(made.counts.space, 2)
  assert(made.files.includes('cluster.key') && made.files.includes('peer.id'))
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const data = join(folder, 'restored')
  const restored = await runJson('restore', file, '--data', data, '--key-file', key)
  assert.notEqual(restored.origin, made.origin)
  assert.equal(restored.formerOrigin, made.origin)
  assert.deepEqual(restored.counts, made.counts)
  assert.deepEqual(
    readFileSync(join(data, 'cluster.key')),
    readFileSync(join(skein.data, 'cluster.key')),
  )
  // No engine, and sockets of its own: beside the first server, under the same id, it would take the first one's containers
  // for its own and stand where agents look for it.
  const apart = ['--docker', join(folder, 'no-engine.sock'), '--link-folder', join(folder, 'links')]
  const flags = ['--data', data, ...apart]
  const { skein: other } = await Skein.start({ bare: true, flags })
  try {
    const again = new Api(other.url)
    await again.signIn('ada')
    const names = (await again.spaces()).map(({ name }) => name)
    assert.deepEqual(names.toSorted(), ['first', 'second'])
    await again.createTemplate(TEMPLATE.replace('backup', 'written-after'))
    await refusedWith(
      'already_running',
      'restore',
      file,
      '--data',
      data,
      '--key-file',
      key,
      '--force',
    )
  } finally {
    await other.close()
  }
  const newest = await runJson('backup', join(folder, 'second.backup'), '--data', data)
  assert.equal(newest.origin, restored.origin)
  assert(newest.counts.template > made.counts.template)
})

test('a backup without a key is made, says what it does not hold, and warns', async () => {
  const { status, stdout, stderr } = await run('backup', '--data', skein.data)
  assert.equal(status, 0)
  assert.match(stdout, /does not hold:\n {2}the volumes of spaces/)
  assert.match(stdout, /encrypted {2}no/)
  assert.match(stderr, /Warning: it is not encrypted, and it holds the cluster’s keys/)
})

test('a wrong folder and a wrong key are told as what they are', async () => {
  await refusedWith('data_missing', 'backup', 'x', '--data', join(folder, 'nothing-here'))
  await refusedWith('backup_key_invalid', 'backup', 'x', '--data', skein.data, '--key-file', 'none')
  assert.equal((await run('backup', 'x', '--nonsense')).status, 64)
  assert(!existsSync(join(folder, 'x')))
})

const FILL = `
cd /root && rm -rf * && umask 022
mkdir -p deep/er && echo hello > deep/er/file && chmod 640 deep/er/file && chown 1234:5678 deep/er/file
ln -s ../nowhere deep/link && ln deep/er/file hard && mkfifo pipe
head -c 30000000 /dev/urandom > large && touch "$(printf 'n%0.s' $(seq 200))" && touch -d 2001-02-03 old
chmod 4755 old && mkdir sticky && chmod 1777 sticky && printf x > "$(printf 'caf\\303\\251 \\377')"
`
const LIST = `cd /root && find . -printf '%P %y %m %U %G %T@ %l\\n' | sort && find . -type f -exec sha256sum {} + | sort`

test('a home volume goes out into a file and into another space, with owners, modes, links and times', async () => {
  await inSpace(first, FILL)
  const file = join(folder, 'home.tar.zst')
  const made = await runJson('volume', 'export', 'first', file, '--data', skein.data)
  assert.equal(made.volume, 'home')
  assert.equal(made.skipped, 1, 'the pipe')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  await refusedWith('backup_exists', 'volume', 'export', 'first', file, '--data', skein.data)
  await inSpace(second, 'echo mine > /root/mine')
  const target = ['volume', 'import', 'ada/second', file, '--data', skein.data]
  await refusedWith('volume_in_use', ...target)
  const taken = await runJson(...target, '--stop')
  assert.equal(taken.isSealed, true)
  assert.equal(taken.sha256, made.sha256)
  assert.equal((await api.space(second)).state, 'stopped')
  await api.act(second, 'start')
  await api.until(second, 'running')
  assert.equal(await inSpace(second, 'cat /root/mine && rm /root/mine'), 'mine')
  await inSpace(first, 'rm /root/pipe')
  // Docker's archives count whole seconds, and the volume itself was written to since.
  const untimed = (list: string) =>
    list.replace(/\.\d{10}/g, '').replace(/^(d \d+ \d+ \d+) \d+/, '$1')
  assert.equal(untimed(await inSpace(second, LIST)), untimed(await inSpace(first, LIST)))
  assert.equal(await carriers(), '')
})

test('a copy that is broken off leaves nothing on the engine, and the next one goes through', async () => {
  const given = await askVolume(skein.data, { space: 'first' })
  for await (const _ of given.bytes) break
  await eventually(async () => (await carriers()) === '', {
    timeoutMs: 30_000,
    what: 'the carrier to be gone',
  })
  const whole = await askVolume(skein.data, { space: 'first' })
  for await (const chunk of whole.bytes) assert(chunk.length > 0)
  assert(whole.totals().entries > 5)
})

test('a peer that is killed in a copy leaves nothing that its successor does not take away', async () => {
  const given = await askVolume(skein.data, { space: 'first' })
  assert.notEqual(await carriers(), '')
  const broken = assert.rejects(given.bytes.toArray())
  await skein.killPeer()
  await broken
  await eventually(async () => (await carriers()) === '', {
    timeoutMs: 30_000,
    what: 'the carrier to be gone',
  })
})

test('the file of a volume is plain tar', async () => {
  const file = join(folder, 'home.tar.zst')
  const { zstdDecompressSync } = await import('node:zlib')
  const listed = execFileSync('tar', ['-t'], { input: zstdDecompressSync(readFileSync(file)) })
  assert.match(listed.toString(), /^\.\/deep\/er\/file$/m)
})

test('a volume’s file that is cut off or altered is refused before anything is touched', async () => {
  const whole = readFileSync(join(folder, 'home.tar.zst'))
  const bent = Buffer.from(whole)
  bent[20_000_000] = (bent[20_000_000] ?? 0) ^ 1
  for (const bytes of [whole.subarray(0, whole.length - 10), whole.subarray(0, 1000), bent]) {
    writeFileSync(join(folder, 'bad'), bytes)
    await refusedWith('archive_refused', 'volume', 'import', 'second', 'bad', '--data', skein.data)
  }
})

interface TarEntry {
  readonly name: string
  readonly type?: 'link' | 'directory' | 'character-device'
  readonly linkname?: string
}

/** Files hold one letter. */
async function archiveOf(name: string, entries: readonly TarEntry[]): Promise<void> {
  const archive = pack()
  const chunks: Buffer[] = []
  archive.on('data', (chunk) => chunks.push(chunk as Buffer))
  for (const entry of entries) {
    await new Promise((resolve) => {
      const isFile = entry.type === undefined
      const sink = archive.entry({ ...entry, size: isFile ? 1 : 0 }, resolve)
      sink.end(isFile ? Buffer.from('x') : undefined)
    })
  }
  archive.finalize()
  await once(archive, 'end')
  writeFileSync(join(folder, name), Buffer.concat(chunks))
}

test('an archive that leads out of its volume is refused by the server as well', async () => {
  const hostile: TarEntry[] = [
    { name: '../../etc/out' },
    { name: '/etc/out' },
    { name: 'a/../../out' },
    { name: 'hard', type: 'link', linkname: '../../etc/passwd' },
  ]
  await api.act(second, 'stop')
  await api.until(second, 'stopped')
  for (const entry of hostile) {
    await archiveOf('hostile.tar', [{ name: 'fine' }, entry])
    const words = ['volume', 'import', 'second', 'hostile.tar', '--data', skein.data]
    await refusedWith('archive_refused: .*it leads out of the volume', ...words)
    async function* bytes() {
      yield readFileSync(join(folder, 'hostile.tar'))
    }
    await assert.rejects(sendVolume(skein.data, { space: 'second' }, bytes()), {
      code: 'archive_refused',
      message: /leads out of the volume/,
    })
  }
  await archiveOf('plain.tar', [
    { name: 'through/', type: 'directory' },
    { name: 'device', type: 'character-device' },
    { name: 'plain' },
  ])
  const taken = await runJson('volume', 'import', 'second', 'plain.tar', '--data', skein.data)
  assert.equal(taken.isSealed, false)
  assert.equal(taken.entries, 2)
  assert.equal(taken.skipped, 1, 'the device')
})

test('volumes and spaces that are not there are named', async () => {
  const data = ['--data', skein.data]
  await refusedWith('not_found', 'volume', 'export', 'nobody', ...data)
  await refusedWith(
    'volume_missing',
    'volume',
    'export',
    'first',
    'y',
    '--volume',
    'other',
    ...data,
  )
  await refusedWith('unavailable', 'volume', 'export', 'first', 'y', '--data', join(folder, 'z'))
  assert(!existsSync(join(folder, 'y')))
})
