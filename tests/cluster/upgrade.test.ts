// Real servers that are sent away, brought back and started anew by one command, onto a version beside the one that they
// run, and back from one that does not serve.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import type { PeerFacts } from '#protocol/api/peers.ts'
import type { Api } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { freePath, Skein } from '../support/skein.ts'

const ROOT = join(import.meta.dirname, '../..')
const BIN = join(ROOT, 'cli/bin.js')
/** Three tries of a start, the way back and a loaded machine. */
const UPGRADE_MS = 150_000
const run = promisify(execFile)
const versions = mkdtempSync(join(tmpdir(), 'skein-versions-'))
let first: Skein
let second: Skein
let api: Api
let other: Api

before(async () => {
  symlinkSync(ROOT, join(versions, 'next'))
  for (const folder of ['server/peer', 'dist/agent', 'dist/web', 'node_modules']) {
    mkdirSync(join(versions, 'broken', folder), { recursive: true })
  }
  for (const file of ['dist/agent/VERSION', 'dist/web/index.html']) {
    writeFileSync(join(versions, 'broken', file), '')
  }
  writeFileSync(join(versions, 'broken/server/peer/main.ts'), 'process.exit(1)')
  const common = ['--docker', freePath('no-engine.sock'), '--versions', versions]
  ;({ skein: first, api } = await Skein.start({ flags: [...common, '--name', 'a'] }))
  const token = await skein('peers', 'token')
  const joining = ['--name', 'b', '--join', token]
  ;({ skein: second, api: other } = await Skein.start({
    flags: [...common, ...joining],
    bare: true,
  }))
  await eventually(async () => {
    await other.signIn('ada')
    return (await peers(api)).every(({ isSelf, records }) => isSelf || records?.isLevel)
  }, within('the second to have all'))
})

after(async () => {
  await Promise.all([first?.close(), second?.close()])
  rmSync(versions, { recursive: true, force: true })
})

const within = (what: string) => ({ what, timeoutMs: 60_000 })

async function skein(...words: string[]): Promise<string> {
  const options = { timeout: UPGRADE_MS }
  const { stdout } = await run(process.execPath, [BIN, ...words, '--data', first.data], options)
  return stdout.trim()
}

const peers = async (from: Api): Promise<readonly PeerFacts[]> =>
  (await from.call<{ peers: PeerFacts[] }>('GET', '/peers')).peers

const programOf = ({ data }: Skein): { current: string } =>
  JSON.parse(readFileSync(join(data, 'program.json'), 'utf8'))

const readiness = async ({ url }: Skein): Promise<unknown> =>
  await (await fetch(`${url}/readyz`)).json()

test('a peer is sent away by name through another, and brought back by an administrator at a third door', async () => {
  assert.match(await skein('peers', 'drain', 'b'), /b takes nobody until/)
  assert.deepEqual(await readiness(second), { ready: false, reasons: ['draining'] })
  const seen = (await peers(api)).find(({ name }) => name === 'b')
  assert.deepEqual([seen?.duty?.isAway, seen?.duty?.by.name], [true, 'a'])
  const { urls } = await api.call<{ urls: { name: string }[] }>('GET', '/peers/urls')
  assert.deepEqual(
    urls.map(({ name }) => name),
    ['a'],
    'nobody is sent there',
  )
  await assert.rejects(api.call('POST', '/peers/a/wishes', { want: 'drain' }), {
    code: 'last_peer',
  })
  await other.call('POST', '/peers/b/wishes', { want: 'undrain' })
  const isBack = async () => (await fetch(`${second.url}/readyz`)).ok
  await eventually(isBack, within('the second to serve again'))
})

test('both are started anew, one after the other, on the version beside, and go back', async () => {
  const pids = [first.peerPid, second.peerPid]
  assert.match(await skein('peers', 'upgrade', '--to', 'next'), /done: b, a$/)
  for (const server of [first, second]) {
    assert.equal(programOf(server).current, join(versions, 'next'))
  }
  assert.notDeepEqual([first.peerPid, second.peerPid], pids)
  assert.match(await skein('peers', 'upgrade', '--back'), /done: b, a$/)
  assert.equal(programOf(second).current, ROOT)
})

test('a version that does not serve is left again, and the others are not touched', async () => {
  const pid = first.peerPid
  const failed = await skein('peers', 'upgrade', '--to', 'broken').catch((error) => error.stderr)
  assert.match(failed, /upgrade_stopped: .*at b: .*broken did not serve/)
  await second.ready()
  assert.equal(programOf(second).current, ROOT)
  assert.equal(first.peerPid, pid)
  await assert.rejects(skein('peers', 'upgrade', '--to', 'none'), /it is not a built copy of Skein/)
})
