// Stock ssh by way of `skein`: what is running goes on while the peer is killed and started again.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { amount } from '../support/amount.ts'
import { eventually } from '../support/eventually.ts'
import type { Skein } from '../support/skein.ts'
import { Desk } from './desk.ts'
import { finished, type Laptop, saying } from './laptop.ts'

/** A hundred pieces, a fifth of a second apart: longer than two kills. */
const PIECES = 100
const PIECE_KB = amount({ usual: 320, whole: 1024 })
const PIECE = `dd if=/tmp/big bs=${PIECE_KB}K skip=$i count=1 status=none`
const SLOW_CAT = `for i in $(seq 0 ${PIECES - 1}); do ${PIECE}; sleep 0.2; done`
/** So much comes before each kill, bytes: two pieces at the least. */
const BEFORE_KILL = 2 * PIECE_KB * 1024

let skein: Skein
let laptop: Laptop
let desk: Desk
let config: string

before(async () => {
  desk = await Desk.open({ space: 'alpha' })
  ;({ skein, laptop } = desk)
  config = laptop.path('ssh-config')
})
after(() => desk?.close())

test('a command runs by ssh with its words, status and outputs', async () => {
  const ran = await laptop.skein(['ssh', 'alpha', 'cat; echo err >&2; exit 7'], { input: 'in' })
  assert.deepEqual([ran.status, ran.stdout.toString()], [7, 'in'])
  assert.match(ran.stderr, /err/)
})

test('a long copy has every byte, and a shell is the same, through two killed peers', async () => {
  const make = `head -c ${PIECES * PIECE_KB}K /dev/urandom > /tmp/big; sha256sum < /tmp/big`
  const wanted = (await laptop.skein(['ssh', 'alpha', make])).stdout.toString().slice(0, 64)
  const shell = laptop.start(['ssh', 'alpha', '-tt'])
  const said = saying(shell)
  const pid = async (mark: string): Promise<string> => {
    shell.stdin?.write(`echo ${mark}-$$-${mark}\n`)
    return (await said(new RegExp(`${mark}-(\\d+)-${mark}`)))[1] ?? ''
  }
  const first = await pid('before')
  const copy = laptop.start(['ssh', 'alpha', SLOW_CAT])
  const sum = createHash('sha256')
  let length = 0
  copy.stdout?.on('data', (chunk: Buffer) => {
    sum.update(chunk)
    length += chunk.length
  })
  const copied = finished(copy)
  for (const kill of ['one', 'two']) {
    const before = length
    await eventually(() => length > before + BEFORE_KILL, { timeoutMs: 30_000, what: 'bytes' })
    await skein.killPeer()
    assert.equal(await pid(kill), first)
  }
  const { status, stderr } = await copied
  assert.deepEqual([status, sum.digest('hex')], [0, wanted])
  assert.equal(stderr.match(/connected again; nothing was lost/g)?.length, 2)
  shell.stdin?.write('exit 5\n')
  assert.equal((await finished(shell)).status, 5)
})

test('ssh-config makes the space a host of stock ssh and scp, and takes it away again', async () => {
  writeFileSync(config, 'Host other\n  User bob\n', { mode: 0o640 })
  const write = () => laptop.skein(['ssh-config', '--file', config, '--json'])
  const wrote = JSON.parse((await write()).stdout.toString())
  assert.deepEqual(wrote, { file: config, changed: true, hosts: ['alpha.skein'] })
  const text = readFileSync(config, 'utf8')
  assert.equal(JSON.parse((await write()).stdout.toString()).changed, false)
  assert.equal(statSync(config).mode & 0o777, 0o640)
  const ran = await laptop.run('ssh', ['-F', config, 'alpha.skein', 'hostname; id -un'])
  assert.equal(ran.status, 0, ran.stderr)
  const copied = await laptop.run('scp', ['-F', config, config, 'alpha.skein:/tmp/copied'])
  assert.equal(copied.status, 0, copied.stderr)
  const back = await laptop.run('ssh', ['-F', config, 'alpha.skein', 'cat /tmp/copied'])
  assert.equal(back.stdout.toString(), text)
  await laptop.skein(['ssh-config', '--file', config, '--remove'])
  assert.equal(readFileSync(config, 'utf8'), 'Host other\n  User bob\n')
})

test('a key that is not the space’s is refused by ssh', async () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2nC1cDZVbQjY8Y2ZQzT0m0m0m0m0m0m0m0m0m0m0m0'
  const print = await laptop.skein(['ssh-config', '--print'])
  const other = laptop.path('known-hosts')
  writeFileSync(other, `#!/bin/sh\necho 'alpha.skein ${key}'\n`, { mode: 0o755 })
  const forged = print.stdout
    .toString()
    .replace(/KnownHostsCommand .*/, `KnownHostsCommand ${other}`)
  writeFileSync(config, forged)
  const ran = await laptop.run('ssh', ['-F', config, 'alpha.skein', 'true'])
  assert.equal(ran.status, 255)
  assert.match(ran.stderr, /host key/i)
})

test('a stopped space says how it is started', async () => {
  assert.equal((await laptop.skein(['spaces', 'stop', 'alpha'])).status, 0)
  const ran = await laptop.skein(['ssh', 'alpha', 'true'])
  assert.equal(ran.status, 69)
  assert.match(ran.stderr, /space_not_running/)
})
