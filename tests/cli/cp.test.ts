// Files and folders both ways between a laptop and a space.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Desk } from './desk.ts'
import type { Laptop } from './laptop.ts'

let laptop: Laptop
let desk: Desk

before(async () => {
  desk = await Desk.open({ space: 'alpha' })
  ;({ laptop } = desk)
})
after(() => desk?.close())

async function cp(from: string, to: string): Promise<void> {
  const ran = await laptop.skein(['cp', from, to])
  assert.equal(ran.status, 0, ran.stderr)
}
async function inSpace(script: string): Promise<string> {
  const ran = await laptop.skein(['exec', 'alpha', '--', 'sh', '-c', script])
  assert.equal(ran.status, 0, ran.stderr)
  return ran.stdout.toString()
}
const sums = 'find . -type f -print0 | sort -z | xargs -0 sha256sum'

/** A tree with what trees have: depth, an empty folder, modes, links, odd names. */
function makeTree(): string {
  const root = laptop.path('project')
  mkdirSync(join(root, 'src/deep/er'), { recursive: true })
  mkdirSync(join(root, 'empty'))
  writeFileSync(join(root, 'src/deep/er/big'), randomBytes(20_000_000))
  writeFileSync(join(root, 'name with spaces, “quotes” and ünïcode'), 'x')
  writeFileSync(join(root, `long-${'n'.repeat(200)}`), 'y')
  writeFileSync(join(root, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 })
  writeFileSync(join(root, 'secret'), 's', { mode: 0o600 })
  symlinkSync('src/deep', join(root, 'link'))
  for (let i = 0; i < 300; i++) writeFileSync(join(root, `src/${i}`), `${i}`)
  return root
}

test('a folder goes in and comes back with every byte, mode and link', async () => {
  const root = makeTree()
  await cp(root, 'alpha:')
  const local = (await laptop.run('sh', ['-c', `cd "${root}" && ${sums}`])).stdout.toString()
  assert.equal(await inSpace(`cd ~/project && ${sums}`), local)
  assert.equal(
    await inSpace('cd ~/project && stat -c %a run.sh secret && readlink link'),
    '755\n600\nsrc/deep\n',
  )
  await cp('alpha:project', laptop.path('back'))
  const back = (await laptop.run('sh', ['-c', `cd "${laptop.path('back')}" && ${sums}`])).stdout
  assert.equal(back.toString(), local)
  assert.equal(statSync(laptop.path('back/run.sh')).mode & 0o777, 0o755)
  assert.equal(statSync(laptop.path('back/secret')).mode & 0o777, 0o600)
  assert.equal(readlinkSync(laptop.path('back/link')), 'src/deep')
  assert.ok(lstatSync(laptop.path('back/empty')).isDirectory())
})

test('a file goes to a name, into a folder, and over what was there', async () => {
  const bytes = randomBytes(3_000_000)
  const file = laptop.path('a file')
  writeFileSync(file, bytes)
  chmodSync(file, 0o741)
  await cp(file, 'alpha:/tmp/renamed')
  await cp(file, 'alpha:/tmp')
  await cp(file, 'alpha:')
  assert.equal(
    await inSpace(
      'cmp /tmp/renamed "/tmp/a file" && cmp /tmp/renamed ~/"a file" && stat -c %a /tmp/renamed',
    ),
    '741\n',
  )
  mkdirSync(laptop.path('into'))
  await cp('alpha:/tmp/renamed', laptop.path('into'))
  await cp('alpha:/tmp/renamed', laptop.path('into/other'))
  await cp('alpha:/tmp/renamed', laptop.path('into/other'))
  assert.ok(readFileSync(laptop.path('into/renamed')).equals(bytes))
  assert.equal(statSync(laptop.path('into/other')).mode & 0o777, 0o741)
})

test('what a space’s archive holds cannot leave the folder it is copied to', async () => {
  await inSpace(
    'mkdir -p /tmp/trap/x && ln -s /etc /tmp/trap/out && ln -s ../../../etc/passwd /tmp/trap/up && mkfifo /tmp/trap/pipe && echo ok > /tmp/trap/x/fine',
  )
  const ran = await laptop.skein(['cp', 'alpha:/tmp/trap', laptop.path('caught')])
  assert.equal(ran.status, 0, ran.stderr)
  assert.match(ran.stderr, /left out: out: it links out of the folder/)
  assert.equal(existsSync(laptop.path('caught/out')), false)
  assert.equal(existsSync(laptop.path('caught/up')), false)
  assert.equal(readFileSync(laptop.path('caught/x/fine'), 'utf8'), 'ok\n')
})

test('what is not there, or may not be written, is said so and leaves nothing behind', async () => {
  const missing = await laptop.skein(['cp', 'alpha:/no/such', laptop.path('x')])
  assert.deepEqual([missing.status, existsSync(laptop.path('x'))], [67, false])
  assert.equal((await laptop.skein(['cp', laptop.path('no'), 'alpha:'])).status, 67)
  const forbidden = await laptop.skein(['cp', laptop.path('a file'), 'alpha:/proc/x'])
  assert.notEqual(forbidden.status, 0)
  assert.equal((await laptop.skein(['cp', 'a', 'b'])).status, 64)
})
