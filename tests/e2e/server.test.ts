// `skein server` from outside: how it begins, what it refuses, how it ends, and how the person at the machine gets in.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { readChild } from '../../server/supervisor/child-state.ts'
import { ExitStatus } from '../../server/supervisor/exit.ts'
import { Api } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { Skein } from '../support/skein.ts'

const BIN = join(import.meta.dirname, '../../cli/bin.js')
const TIMEOUT_MS = 30_000

let skein: Skein
let api: Api

before(async () => {
  ;({ skein, api } = await Skein.start())
})

after(() => skein.close())

interface Ended {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

function run(...words: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [BIN, ...words],
      { timeout: TIMEOUT_MS },
      (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr })
      },
    )
  })
}

test('a second server on the same data folder is refused, and says which process has it', async () => {
  const ended = await run('server', '--data', skein.data, '--listen', '127.0.0.1:0')
  assert.equal(ended.status, ExitStatus.alreadyRunning)
  assert.match(ended.stderr, new RegExp(`already_running.*${skein.supervisorPid}`))
})

test('a server whose address is in use ends with the reason and what to do', async () => {
  const data = mkdtempSync(join(tmpdir(), 'skein-server-'))
  try {
    const taken = ['--listen', new URL(skein.url).host, '--ssh-listen', 'off']
    const ended = await run('server', '--data', data, ...taken)
    assert.equal(ended.status, ExitStatus.portInUse)
    assert.match(ended.stderr, /port_in_use: .*\n {2}Stop what listens there/)
    assert.equal(readChild(data, 'peer-1'), undefined, 'nothing is left half-running')
  } finally {
    rmSync(data, { recursive: true })
  }
})

test('a wrong setting ends the server before anything is made', async () => {
  const data = join(tmpdir(), `skein-server-${process.pid}-never`)
  const ended = await run('server', '--data', data, '--lisen', 'x')
  assert.equal(ended.status, ExitStatus.config)
  assert.match(ended.stderr, /config_unknown.*\n.*--listen/)
  assert.throws(() => statSync(data), /ENOENT/)
})

test('a data folder that cannot be made ends the server with the reason', async () => {
  const file = join(skein.data, 'cluster.key', 'below-a-file')
  const ended = await run('server', '--data', file, '--listen', '127.0.0.1:0')
  assert.equal(ended.status, ExitStatus.config)
  assert.match(ended.stderr, /^config_invalid: The setting data .*ENOTDIR.*\n.*--data/)
})

test('only its own user can read what the server keeps, the folder and each file in it', async () => {
  const open = mkdtempSync(join(tmpdir(), 'skein-server-'))
  const data = join(open, 'made')
  const { skein: other } = await Skein.start({ bare: true, flags: ['--data', data] })
  try {
    const files = readdirSync(data, { recursive: true, encoding: 'utf8' })
    const readable = files.filter((file) => (statSync(join(data, file)).mode & 0o044) !== 0)
    // Agents' containers mount it; the link's key decides who is let in.
    assert.deepEqual(readable.sort(), ['run/link', 'run/link/link.sock'])
    assert.equal(statSync(data).mode & 0o077, 0)
  } finally {
    await other.close()
    rmSync(open, { recursive: true })
  }
})

test('status names the processes and the address', async () => {
  const { status, stdout } = await run('status', '--data', skein.data, '--json')
  assert.equal(status, 0)
  const said = JSON.parse(stdout)
  assert.equal(said.supervisor, skein.supervisorPid)
  assert.equal(said.peer.pid, skein.peerPid)
  assert.equal(new URL(said.peer.url).port, String(skein.port))
})

test('a password that was reset signs in, the old one and its sessions no longer do', async () => {
  const { stdout } = await run('admin', 'reset', 'ada', '--data', skein.data, '--json')
  const { password } = JSON.parse(stdout)
  const isRefused = (error: unknown) => error instanceof SkeinError && error.status === 401
  await assert.rejects(api.call('GET', '/me'), isRefused)
  const again = new Api(skein.url)
  await assert.rejects(again.signIn('ada'), isRefused)
  await again.signIn('ada', password)
  assert.equal((await run('admin', 'reset', 'nobody', '--data', skein.data)).status, 1)
})

test('a reload replaces the peer, and the server answers again', async () => {
  const pid = skein.peerPid
  process.kill(skein.supervisorPid, 'SIGHUP')
  await eventually(() => skein.peerPid !== pid, { timeoutMs: TIMEOUT_MS, what: 'another peer' })
  await skein.ready()
})

test('a killed supervisor is followed by one that adopts the peer', async () => {
  const pid = skein.peerPid
  await skein.killSupervisor()
  await skein.ready()
  await skein.startSupervisor()
  assert.equal(skein.peerPid, pid)
  await skein.killPeer()
})

test('a server that is asked to end takes its peer with it, drained also when two ask at once', async () => {
  const { skein: other } = await Skein.start({ bare: true })
  const { data } = other
  assert.ok(readChild(data, 'peer-1'))
  process.kill(other.supervisorPid, 'SIGINT')
  process.kill(other.supervisorPid, 'SIGTERM')
  await eventually(() => readChild(data, 'peer-1') === undefined, {
    timeoutMs: TIMEOUT_MS,
    what: 'the end of the peer',
  })
  await other.close()
  assert.match(other.output.join('\n'), /"status":0,"signal":null,"msg":"the peer ended"/)
})
