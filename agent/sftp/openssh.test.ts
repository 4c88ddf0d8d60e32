import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { promisify } from 'node:util'
import { amount } from '../../tests/support/amount.ts'

/** More than are told of at once. */
const FILES = amount({ usual: 130, whole: 250 })
const LARGE_BYTES = amount({ usual: 12_000_000, whole: 40_000_000 })

const run = promisify(execFile)
const server = path.join(import.meta.dirname, 'testing/stdio-server.ts')

let folder: string
let home: string
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), 'skein-sftp-'))
  home = path.join(folder, 'home')
  await fs.mkdir(home)
})
afterEach(() => fs.rm(folder, { recursive: true }))

/** Runs commands in OpenSSH's client with our handler as its server; answers what it printed. */
async function sftp(...lines: string[]): Promise<string> {
  const batch = path.join(folder, 'batch')
  await fs.writeFile(batch, lines.join('\n'))
  const options = { env: { ...process.env, HOME: home }, timeout: 60_000 }
  const argv = ['-b', batch, '-D', `${process.execPath} ${server}`]
  const { stdout } = await run('sftp', argv, options)
  return stdout
}

test('OpenSSH’s client carries a large file there and back', async () => {
  const here = path.join(folder, 'here')
  const bytes = randomBytes(LARGE_BYTES)
  await fs.writeFile(here, bytes, { mode: 0o640 })
  await sftp(`put -p ${here} there`, `get -p there ${here}.back`)
  assert.ok((await fs.readFile(path.join(home, 'there'))).equals(bytes))
  assert.ok((await fs.readFile(`${here}.back`)).equals(bytes))
  const [sent, back] = await Promise.all([fs.stat(here), fs.stat(`${here}.back`)])
  assert.equal(back.mode, sent.mode)
  assert.equal(Math.floor(back.mtimeMs / 1000), Math.floor(sent.mtimeMs / 1000))
})

test('OpenSSH’s client carries a folder with all that is in it', async () => {
  const tree = path.join(folder, 'tree')
  await fs.mkdir(path.join(tree, 'deep/er'), { recursive: true })
  for (let i = 0; i < FILES; i++) await fs.writeFile(path.join(tree, `deep/f${i}`), `${i}`)
  await sftp(`put -r ${tree} tree`, `get -r tree ${folder}/back`)
  const files = await fs.readdir(path.join(folder, 'back'), { recursive: true })
  assert.equal(files.length, FILES + 2)
  assert.equal(
    await fs.readFile(path.join(folder, `back/deep/f${FILES - 1}`), 'utf8'),
    `${FILES - 1}`,
  )
})

test('OpenSSH’s client begins at home and does all that it knows', async () => {
  await fs.writeFile(path.join(home, 'a'), 'hello')
  const printed = await sftp(
    'pwd',
    'rename a b',
    'ln -s b link',
    'ln b hard',
    'chmod 600 b',
    'mkdir sub',
    'mkdir gone',
    'rmdir gone',
    'rm hard',
    'ls -l',
    'df .',
    'cd sub',
    'pwd',
  )
  assert.ok(printed.includes(`Remote working directory: ${home}\n`))
  assert.ok(printed.includes(`Remote working directory: ${home}/sub\n`))
  assert.match(printed, /^-rw------- .* 5 \w{3} .* b$/m)
  assert.match(printed, /^lrwxrwxrwx .* link$/m)
  assert.match(printed, /%Capacity/)
  assert.equal(await fs.readlink(path.join(home, 'link')), 'b')
  assert.deepEqual((await fs.readdir(home)).sort(), ['b', 'link', 'sub'])
})

test('scp finds what stands below ~', async () => {
  await fs.writeFile(path.join(home, 'a'), 'hello')
  const program = path.join(folder, 'server')
  // Its status is scp's, and the server ends by a signal.
  const lines = ['#!/bin/sh', `${process.execPath} ${server}`, 'exit 0', '']
  await fs.writeFile(program, lines.join('\n'), { mode: 0o755 })
  const argv = ['-D', program, 'any:~/a', folder]
  await run('scp', argv, { env: { ...process.env, HOME: home }, timeout: 60_000 })
  assert.equal(await fs.readFile(path.join(folder, 'a'), 'utf8'), 'hello')
})

test('what fails at OpenSSH’s client says why', async () => {
  await assert.rejects(sftp('get nothing'), /not found/)
  await assert.rejects(sftp('mkdir .'), /Failure|exists/)
})
