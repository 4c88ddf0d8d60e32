// Three real peers on one machine, and any of them serves any space: whichever peer started it, drives its engine or holds
// its agent's link. And when the one with the link is killed, what passed through another goes on there by itself.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { SshAccess } from '#protocol/api/ssh.ts'
import { newId } from '#protocol/ids.ts'
import { amount } from '../support/amount.ts'
import type { Api } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { expectedFlood, startFlood } from '../support/flood.ts'
import type { Skein } from '../support/skein.ts'
import { run, SshHome } from '../support/ssh/client.ts'
import { TestTerminal } from '../support/terminal.ts'
import { administrator, idOf, startPeers } from './support.ts'

const TEMPLATE = 'name: passing\nservices: {main: {image: "skein/base:1"}}'
/** They take longer than the kill in their midst. */
const LINES = amount({ usual: 1_000_000, whole: 2_000_000 })
const soon = (what: string) => ({ timeoutMs: 30_000, what })

let peers: readonly Skein[] = []
let apis: readonly Api[] = []
const home = new SshHome()
const spaceId = newId<'space'>()
const [A, B, C] = [0, 1, 2] as const
const api = (at: number): Api => apis[at] ?? assert.fail('no such peer')
const peer = (at: number): Skein => peers[at] ?? assert.fail('no such peer')

before(async () => {
  peers = await startPeers(3, { ssh: true })
  apis = await administrator(peers)
  await api(A).call('POST', '/me/keys', { line: home.publicLine() })
  const { id: templateId } = await api(A).createTemplate(TEMPLATE)
  await api(A).createSpace({ id: spaceId, name: 'any', templateId })
  await api(A).until(spaceId, 'running')
})

after(async () => {
  for (const each of apis) await each.deleteSpaces().catch(() => undefined)
  await Promise.all(peers.map((skein) => skein.close()))
  home.remove()
})

/** Which of the peers holds the agent's link, as `at` sees it. */
async function holder(at: number): Promise<number> {
  const route = async () => {
    const { agent } = await api(at).space(spaceId)
    return agent?.state === 'linked' ? agent.route : undefined
  }
  const told = await eventually(route, soon('the link'))
  const found = peers.findIndex((skein) => told?.includes(idOf(skein)))
  assert.notEqual(found, -1, told)
  return found
}

test('a terminal is served by each of them, by the one with the link and by the others', async () => {
  for (const at of [A, B, C]) {
    const terminal = await TestTerminal.open(api(at), spaceId, 'same')
    terminal.type(`echo at-''${at}\n`)
    await terminal.until(new RegExp(`at-${at}\r\n`))
    terminal.close()
  }
  assert.equal((await api(B).terminals(spaceId)).length, 1)
})

test('ssh, files and a command work through a peer that has no link', async () => {
  const through = ((await holder(A)) + 1) % 3
  const { hostKeys } = await api(through).call<SshAccess>('GET', '/ssh')
  const at = `[127.0.0.1]:${peer(through).sshPort}`
  const known = home.write('known', hostKeys.map(({ line }) => `${at} ${line}\n`).join(''))
  const lines = ['HostName 127.0.0.1', `Port ${peer(through).sshPort}`, 'User any']
  const safe = [...lines, `UserKnownHostsFile ${known}`, 'StrictHostKeyChecking yes']
  const config = home.configure('any', safe, [home.key])
  const said = await run(['ssh', '-F', config, 'any', 'seq 1 100000 | sha256sum; exit 7'])
  assert.equal(said.status, 7, said.stderr)
  assert.match(said.stdout, /^[0-9a-f]{64} /)
})

test('a peer that is told to end has sent its agents to another before it does', async () => {
  const ending = await holder(A)
  const next = (ending + 1) % 3
  const terminal = await TestTerminal.open(api(next), spaceId, 'drained')
  const ended = peer(ending).end()
  await eventually(async () => (await holder(next)) !== ending, soon('another link'))
  terminal.type("echo typed-''on\n")
  await terminal.until(/typed-on\r\n/)
  await ended
  assert.ok(terminal.connections <= 2, `${terminal.connections} connections`)
  terminal.close()
  await peer(ending).startSupervisor()
})

test('when the peer with the link is killed, a flood through another goes on with no byte lost or doubled', async () => {
  const killed = await holder(A)
  const [next, last] = [(killed + 1) % 3, (killed + 2) % 3]
  const options = { others: [api(last)] }
  const flood = await TestTerminal.open(api(next), spaceId, 'flood', options)
  const typed = await TestTerminal.open(api(last), spaceId, 'typed', { others: [api(next)] })
  const begin = await startFlood(flood, LINES)
  await peer(killed).kill()
  typed.type("echo typed-''again\n")
  await typed.until(/typed-again\r\n/)
  await eventually(async () => (await holder(next)) !== killed, soon('another link'))
  await eventually(() => flood.text.includes('flood-ended'), {
    timeoutMs: 120_000,
    what: 'the flood to end',
  })
  assert.equal(flood.snapshots, 0)
  assert.equal(begin.digest(), expectedFlood(LINES))
  flood.close()
  typed.close()
  await api(next).act(spaceId, 'stop')
  await api(last).until(spaceId, 'stopped')
})
