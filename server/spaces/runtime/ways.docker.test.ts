// The same engine by each way on which one can be spoken to: its socket, TLS with certificates on both sides, and ssh.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createServer, type Server } from 'node:tls'
import { newId } from '#protocol/ids.ts'
import { TestAuthority } from '../../../tests/support/certificates.ts'
import { createHosts } from '../hosts.ts'
import type { EngineAddress } from './client.ts'
import { createEngine } from './docker.ts'
import { sshWords } from './ssh-agent.ts'

const SOCKET = '/var/run/docker.sock'
const authority = new TestAuthority()
const folder = mkdtempSync(join(tmpdir(), 'skein-ways-'))
const sockets = new Set<Socket>()
let front: Server

/** TLS before the engine's socket, as dockerd itself does it with `--tlsverify`. */
before(async () => {
  const pair = authority.issue(['localhost'])
  const asked = { ca: authority.cert, requestCert: true, rejectUnauthorized: false }
  front = createServer({ ...pair, ...asked }, (near) => {
    // The test's leaves are for servers, which is the only thing that may be wrong with one.
    const wrong = String(near.authorizationError ?? 'INVALID_PURPOSE')
    if (wrong !== 'INVALID_PURPOSE') {
      near.destroy()
      return
    }
    const far = connect(SOCKET)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy()).on('close', () => to.destroy())
      from.pipe(to)
    }
  })
  front.on('tlsClientError', (_error, socket) => socket.destroy())
  front.listen(0, 'localhost')
  await once(front, 'listening')
})
after(() => {
  front.close()
  for (const socket of sockets) socket.destroy()
  rmSync(folder, { recursive: true, force: true })
})

function program(name: string, ...lines: string[]): string {
  const path = join(folder, name)
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 })
  return path
}

const overTls = (pair = authority.issue(['peer'])): EngineAddress => ({
  ...{ host: 'localhost', port: (front.address() as AddressInfo).port },
  tls: { ca: authority.cert, ...pair },
})

async function idOf(address: EngineAddress): Promise<string> {
  const engine = createEngine(address)
  const hosts = createHosts()
  try {
    const { engineId } = await engine.describe()
    // Several calls at once, which need several connections.
    const list = () => hosts.act(newId<'host'>(), (owner) => engine.imageNames(owner))
    const lists = await Promise.all([list(), list(), list()])
    assert.ok(lists.every((names) => names.includes('skein/busybox-test:1')))
    return engineId
  } finally {
    hosts.close()
    engine.close()
  }
}

test('an engine is the same one by its socket, by TLS and by ssh', async () => {
  const own = await idOf({ socketPath: SOCKET })
  assert.equal(await idOf(overTls()), own)
  const ssh = program('ssh', 'exec docker system dial-stdio')
  assert.equal(await idOf({ ssh: { host: 'far', program: ssh } }), own)
})

test('by TLS a stranger is refused by the engine, and a strange engine by us', async () => {
  const stranger = new TestAuthority()
  await assert.rejects(idOf(overTls(stranger.issue(['peer']))), { code: 'engine_unreachable' })
  const address = overTls()
  const tls = { ca: stranger.cert, ...authority.issue(['peer']) }
  await assert.rejects(idOf({ ...address, tls }), { code: 'engine_unreachable' })
})

test('what ssh says when it cannot connect is told', async () => {
  const ssh = program('no-ssh', 'echo "Host key verification failed." >&2', 'exit 255')
  await assert.rejects(idOf({ ssh: { host: 'far', program: ssh } }), {
    code: 'engine_unreachable',
    message: /Host key verification failed/,
  })
  await assert.rejects(idOf({ ssh: { host: 'far', program: join(folder, 'none') } }), {
    code: 'engine_unreachable',
  })
})

test('ssh asks nobody, and takes no host for an option', () => {
  const words = sshWords({ host: 'far', port: 2200, user: 'ops' })
  assert.ok(words.includes('BatchMode=yes'))
  assert.deepEqual(words.slice(-9), [
    ...['-p', '2200', '-l', 'ops', '--', 'far', 'docker', 'system', 'dial-stdio'],
  ])
})
