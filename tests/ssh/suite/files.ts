// Trees of files by every program that people use for them: equal at the other end, by checksum.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { amount } from '../../support/amount.ts'
import { eventually } from '../../support/eventually.ts'
import { run } from '../../support/ssh/client.ts'
import { aside, HOST, type Reach, sshCommand } from './reach.ts'

const MEBIBYTE = 1024 * 1024
/** 20 or 200 MB: many small files, and large ones that outlast every window. */
const SMALL_FILES = amount({ usual: 100, whole: 1000 })
const SMALL_BYTES = 20 * 1024
const LARGE_FILES = 6
const LARGE_BYTES = amount({ usual: 3, whole: 30 }) * MEBIBYTE
/** One line for each file, its checksum and name, in one order everywhere. */
const SUMS = 'find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum'

export function files(reach: () => Reach): void {
  describe('files', () => {
    let folder = ''
    let sums = ''

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'skein-ssh-files-'))
      plant(join(folder, 'tree'))
      sums = await sumsHere(join(folder, 'tree'))
    })
    after(() => rmSync(folder, { recursive: true, force: true }))

    const sumsThere = async (path: string) => (await aside(reach(), `cd ${path} && ${SUMS}`)).stdout
    const transfers = async (argv: readonly [string, ...string[]]) => {
      const ran = await run(argv)
      assert.equal(ran.status, 0, ran.stderr)
    }

    test('scp takes a tree there', async () => {
      await aside(reach(), 'rm -rf /tmp/scp')
      await transfers([
        'scp',
        '-q',
        '-r',
        '-F',
        reach().config,
        `${folder}/tree`,
        `${HOST}:/tmp/scp`,
      ])
      assert.equal(await sumsThere('/tmp/scp'), sums)
    })

    test('sftp brings it back', async () => {
      const commands = join(folder, 'commands')
      writeFileSync(commands, `get -r /tmp/scp ${folder}/sftp\n`)
      await transfers(['sftp', '-q', '-F', reach().config, '-b', commands, HOST])
      assert.equal(await sumsHere(join(folder, 'sftp')), sums)
      rmSync(join(folder, 'sftp'), { recursive: true })
    })

    test('rsync takes it there, and then only what has changed', async () => {
      await aside(reach(), 'rm -rf /tmp/scp /tmp/rsync')
      const sync = ['rsync', '-a', '--stats', '-e', sshCommand(reach())] as const
      const there = [`${folder}/tree/`, `${HOST}:/tmp/rsync/`] as const
      await disturbedSync(reach(), [...sync, '--out-format=%n', '--outbuf=N', ...there])
      assert.equal(await sumsThere('/tmp/rsync'), sums)
      writeFileSync(join(folder, 'tree', 'small-0', '0'), 'changed')
      const { stdout } = await run([...sync, ...there])
      assert.match(stdout, /files transferred: 1\n/)
      assert.equal(await sumsThere('/tmp/rsync'), await sumsHere(join(folder, 'tree')))
      await aside(reach(), 'rm -rf /tmp/rsync')
    })

    test('git clones over ssh and pushes back', async () => {
      await repository(reach(), folder)
    })

    test('sshfs shows a folder of the space as one here', { skip: cannotMount() }, async () => {
      await mounted(reach(), folder)
    })
  })
}

function plant(folder: string): void {
  const small = randomBytes(SMALL_BYTES)
  for (let i = 0; i < SMALL_FILES; i++) {
    const parent = join(folder, `small-${i % 20}`)
    mkdirSync(parent, { recursive: true })
    small.writeUInt32LE(i)
    writeFileSync(join(parent, String(i)), small)
  }
  const large = randomBytes(LARGE_BYTES)
  for (let i = 0; i < LARGE_FILES; i++) {
    large.writeUInt32LE(i)
    writeFileSync(join(folder, `large ${i}`), large)
  }
}

async function sumsHere(folder: string): Promise<string> {
  return (await run(['sh', '-c', SUMS], { cwd: folder })).stdout
}

async function repository(reach: Reach, folder: string): Promise<void> {
  const there = 'git init -q --bare -b main /tmp/repository.git'
  await aside(reach, `rm -rf /tmp/repository.git; ${there}`)
  const env = {
    GIT_SSH_COMMAND: sshCommand(reach),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  }
  const cwd = join(folder, 'clone')
  const git = async (...words: string[]) => {
    const ran = await run(['git', ...words], { env, ...(existsSync(cwd) && { cwd }) })
    assert.equal(ran.status, 0, ran.stderr)
    return ran.stdout
  }
  const url = `ssh://${HOST}/tmp/repository.git`
  await git('clone', '-q', url, cwd)
  writeFileSync(join(cwd, 'large'), randomBytes(5 * MEBIBYTE))
  await git('checkout', '-q', '-B', 'main')
  await git('add', '.')
  await git('commit', '-q', '-m', 'A large file')
  await git('push', '-q', 'origin', 'main')
  const again = join(folder, 'again')
  await git('clone', '-q', '-b', 'main', url, again)
  assert.ok(readFileSync(join(cwd, 'large')).equals(readFileSync(join(again, 'large'))))
}

/** The reason, where this machine lets nobody mount. */
function cannotMount(): string | false {
  if (!existsSync('/dev/fuse')) return 'this machine has no /dev/fuse'
  return process.getuid?.() === 0 ? false : 'only root is sure to be allowed'
}

async function mounted(reach: Reach, folder: string): Promise<void> {
  const mount = join(folder, 'mount')
  mkdirSync(mount)
  await aside(reach, 'mkdir -p /tmp/shared && echo from there > /tmp/shared/letter')
  const ran = await run(['sshfs', '-F', reach.config, `${HOST}:/tmp/shared`, mount])
  assert.equal(ran.status, 0, ran.stderr)
  try {
    assert.equal(readFileSync(join(mount, 'letter'), 'utf8'), 'from there\n')
    writeFileSync(join(mount, 'answer'), 'from here\n')
    await eventually(
      async () => (await aside(reach, 'cat /tmp/shared/answer')).stdout === 'from here\n',
      { timeoutMs: 10_000, what: 'the answer' },
    )
  } finally {
    await run(['fusermount3', '-u', mount])
  }
}

/** Runs rsync; after two of its large files the way is broken, with most of the tree still to go. */
async function disturbedSync(reach: Reach, argv: readonly [string, ...string[]]): Promise<void> {
  let names = ''
  let disturbed: Promise<void> | undefined
  const onOutput = (text: string) => {
    names += text
    const [large, small] = [/large/g, /small-\d+\/\d+/g].map((of) => names.match(of)?.length ?? 0)
    if (disturbed || large !== 2 || small !== 0) return
    disturbed = reach.disturb?.()
    disturbed?.catch(() => undefined)
  }
  const ran = await run(argv, { onOutput })
  assert.equal(ran.status, 0, ran.stderr)
  await disturbed
  if (reach.disturb) assert.ok(disturbed, `nothing was under way: ${names.slice(0, 500)}`)
}
