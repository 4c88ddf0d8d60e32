// Two whole servers, the second joined to the first: what each says of itself reaches the other and ends with it, and
// the audit of both can be verified.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { AuditReport } from '#protocol/api/audit.ts'
import type { PeerInfo } from '#protocol/api/peers.ts'
import { SkeinError } from '#protocol/errors.ts'
import { Api } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { freePath, Skein } from '../support/skein.ts'

const BIN = new URL('../../cli/bin.js', import.meta.url).pathname
const run = promisify(execFile)
const servers: Skein[] = []
after(() => Promise.all(servers.map((server) => server.close())))

async function start(...flags: string[]): Promise<{ skein: Skein; api: Api }> {
  const docker = ['--docker', freePath('no-engine.sock')]
  const bare = flags.length > 0
  const started = await Skein.start({ flags: [...docker, ...flags], bare })
  servers.push(started.skein)
  return started
}

async function skein(server: Skein, ...words: string[]): Promise<string> {
  return (await run(process.execPath, [BIN, ...words, '--data', server.data])).stdout.trim()
}

const others = async (api: Api): Promise<PeerInfo[]> =>
  (await api.call<{ peers: PeerInfo[] }>('GET', '/peers')).peers.filter(({ isSelf }) => !isSelf)

const within = (what: string) => ({ what, timeoutMs: 30_000 })

test('a server hears what another says of itself, until that is killed', async () => {
  const { skein: first, api } = await start()
  const token = await skein(first, 'peers', 'token')
  const { skein: second } = await start('--join', token)
  const told = async () => (await others(api))[0]?.usage
  assert.deepEqual(await eventually(told, within('its load')), {
    ...{ agents: 0, terminals: 0, cpuPercent: 0, memoryBytes: 0 },
  })
  process.kill(second.supervisorPid, 'SIGKILL')
  process.kill(second.peerPid, 'SIGKILL')
  const silent = async () => (await others(api)).some(({ usage }) => usage === undefined)
  await eventually(silent, within('the end of what it said'))
})

test('a password that is guessed at one server is guessed at all', async () => {
  const { skein: first, api } = await start()
  const { skein: second } = await start('--join', await skein(first, 'peers', 'token'))
  const there = new Api(second.url)
  await eventually(() => there.signIn('ada').then(() => true), within('signed in there, too'))
  const guess = (at: Api) => at.signIn('ada', 'not the password').catch(codeOf)
  // What a name may be tried at once, at one server.
  for (let i = 0; i < 10; i++) assert.equal(await guess(new Api(api.url)), 'bad_credentials')
  const codes: unknown[] = []
  // Alone the other one would refuse the eleventh.
  for (let i = 0; i < 4 && !codes.includes('rate_limited'); i++) {
    await sleep(250)
    codes.push(await guess(new Api(second.url)))
  }
  assert.ok(codes.includes('rate_limited'), String(codes))
})

const codeOf = (error: unknown) => (error instanceof SkeinError ? error.code : error)

test('the audit is verified over the API and at the machine', async () => {
  const { skein: server, api } = await start()
  const report = await api.call<AuditReport>('GET', '/audit/verify')
  assert.ok(report.isWhole)
  assert.deepEqual(
    report.chains.map(({ isOwn, sealed }) => [isOwn, sealed]),
    [[true, 0]],
  )
  assert.ok((report.chains[0]?.entries ?? 0) > 0)
  const printed = JSON.parse(await skein(server, 'audit', 'verify', '--json')) as AuditReport
  assert.equal(printed.key, report.key)
  assert.match(await skein(server, 'audit', 'verify'), /The audit is whole\./)
})
