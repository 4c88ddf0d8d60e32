import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseSubnet } from '../../server/spaces/runtime/subnets.ts'
import { engineInfo, judgeEngine, judgeUnreachable } from './engine.ts'
import { checkClock, checkFolder, checkMemory, checkNode, judgeDisk } from './machine.ts'
import { checkExposure, checkListen, checkSsh, checkSubnets } from './network.ts'

const GIBIBYTE = 1024 ** 3
const NOW_MS = Date.parse('2026-11-21T12:00:00Z')
const good = engineInfo.parse({
  ServerVersion: '28.0.0',
  LiveRestoreEnabled: true,
  Driver: 'overlay2',
  SystemTime: '2026-11-21T12:00:00.5Z',
})

test('an engine as it should be has nothing to mend', () => {
  const levels = judgeEngine(good, '1.48', NOW_MS).map(({ level }) => level)
  assert.deepEqual(new Set(levels), new Set(['ok']))
})

test('each flaw of an engine is found, with what to do', () => {
  const flaws = {
    ...good,
    LiveRestoreEnabled: false,
    Driver: 'vfs',
    PidsLimit: false,
    SystemTime: '2026-11-21T13:00:00Z',
  }
  const findings = judgeEngine(flaws, '1.40', NOW_MS)
  assert.deepEqual(
    findings.map(({ check, level }) => `${check}: ${level}`),
    ['engine: fail', 'live-restore: warn', 'limits: warn', 'storage: warn', 'engine clock: warn'],
  )
  assert.ok(findings.every(({ advice }) => advice !== undefined))
})

test('an engine that refuses the user is told from one that is not there', () => {
  assert.match(judgeUnreachable('unix:///x', 'EACCES').advice ?? '', /group/)
  assert.match(judgeUnreachable('unix:///x', 'ENOENT').advice ?? '', /Start Docker/)
})

test('the machine: Node, memory, clock and disk', () => {
  assert.equal(checkNode('24.1.0').level, 'ok')
  assert.equal(checkNode('22.1.0').level, 'fail')
  assert.equal(checkMemory('MemAvailable:   8000000 kB\n').level, 'ok')
  assert.equal(checkMemory('MemAvailable:    100000 kB\n').level, 'warn')
  assert.equal(checkClock(2, 1).level, 'ok')
  assert.equal(checkClock(1, 2).level, 'fail')
  const levels = [10, 1, 0.01].map((count) => judgeDisk(count * GIBIBYTE, '/x').level)
  assert.deepEqual(levels, ['ok', 'warn', 'fail'])
})

test('a data folder is private, or still to be made', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-doctor-'))
  try {
    assert.equal(checkFolder(folder).level, 'ok')
    assert.match(checkFolder(join(folder, 'a', 'b')).message, /will be made/)
    chmodSync(folder, 0o755)
    assert.equal(checkFolder(folder).level, 'warn')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('an address that something listens at fails, unless that is this server', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  const listen = { host: '127.0.0.1', port: address.port }
  assert.equal((await checkListen(listen, false)).level, 'fail')
  assert.equal((await checkListen(listen, true)).level, 'ok')
  server.close()
  await once(server, 'close')
  assert.equal((await checkListen(listen, false)).level, 'ok')
})

test('ssh’s address is looked at likewise, and may be off', async () => {
  assert.deepEqual(await checkSsh(undefined, false), { check: 'ssh', level: 'ok', message: 'off' })
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const address = taken.address()
  assert.ok(address !== null && typeof address === 'object')
  const finding = await checkSsh({ host: '127.0.0.1', port: address.port }, false)
  assert.match(`${finding.level} ${finding.advice}`, /fail .*--ssh-listen/)
  taken.close()
})

test('plain HTTP beyond this machine is a warning', () => {
  assert.equal(checkExposure({ host: '127.0.0.1', port: 1 }, undefined).level, 'ok')
  assert.equal(checkExposure({ host: '0.0.0.0', port: 1 }, undefined).level, 'warn')
})

test('a range that this machine routes fails; a route inside it is only skipped', () => {
  const routes = (...networks: string[]) => networks.flatMap((text) => parseSubnet(text) ?? [])
  assert.equal(checkSubnets('10.213.0.0/16', routes('10.0.0.0/8')).level, 'fail')
  assert.equal(checkSubnets('10.213.0.0/16', routes('10.213.0.0/28', '10.1.0.0/16')).level, 'ok')
})
