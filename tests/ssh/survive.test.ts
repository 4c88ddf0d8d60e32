// The gateway and the peer are killed and reloaded: neither takes the other with it, and the next login works.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type NetConnectOpts } from 'node:net'
import { PassThrough } from 'node:stream'
import { after, before, test } from 'node:test'
import { gatewaySocketPath, readChild } from '../../server/supervisor/child-state.ts'
import { eventually } from '../support/eventually.ts'
import { run, start } from '../support/ssh/client.ts'
import { Site } from '../support/ssh/site.ts'
import { TestTerminal } from '../support/terminal.ts'
import { ssh } from './suite/reach.ts'

const TIMEOUT_MS = 30_000

let site: Site
let spaceId = ''

before(async () => {
  site = await Site.open()
  spaceId = await site.space('site')
})
after(() => site?.close())

const reach = () => site.reach('site')
const logsIn = async () => {
  const { status, stdout, stderr } = await run(ssh(reach(), 'echo in'))
  assert.deepEqual([status, stdout], [0, 'in\n'], stderr)
  return true
}

/** A program that says something and then waits. */
async function waiting() {
  const child = start(ssh(reach(), 'echo began; cat'))
  await new Promise((resolve) => child.stdout?.once('data', resolve))
  return child
}

test('a killed gateway ends its ssh and nothing else, and the next serves', async () => {
  const peer = site.skein.peerPid
  const terminal = await TestTerminal.open(site.api, spaceId)
  const child = await waiting()
  const gateway = site.skein.gatewayPid
  process.kill(gateway, 'SIGKILL')
  await once(child, 'exit')
  await eventually(logsIn, { timeoutMs: TIMEOUT_MS, what: 'a login' })
  assert.notEqual(site.skein.gatewayPid, gateway)
  assert.equal(site.skein.peerPid, peer)
  assert.equal(terminal.connections, 1)
  terminal.close()
})

test('a killed peer ends the ssh through it, and the gateway serves as soon as the next is there', async () => {
  const gateway = site.skein.gatewayPid
  const child = await waiting()
  process.kill(site.skein.peerPid, 'SIGKILL')
  await once(child, 'exit')
  // The login that comes while nobody is there waits for a moment.
  await eventually(logsIn, { timeoutMs: TIMEOUT_MS, what: 'a login' })
  assert.equal(site.skein.gatewayPid, gateway)
  await site.skein.ready()
})

test('without a peer a login says so in one sentence; a new supervisor adopts the gateway', async () => {
  const gateway = site.skein.gatewayPid
  const peer = site.skein.peerPid
  await site.skein.killSupervisor()
  process.kill(peer, 'SIGKILL')
  // The kill takes a moment to have happened.
  const isGone = () => readChild(site.skein.data, 'peer-1') === undefined
  await eventually(isGone, { timeoutMs: TIMEOUT_MS, what: 'the end of the peer' })
  const { status, stderr } = await run(ssh(reach(), 'true'))
  assert.equal(status, 255)
  assert.match(stderr, /^skein: This peer is away\./m)
  await site.skein.startSupervisor()
  await eventually(logsIn, { timeoutMs: TIMEOUT_MS, what: 'a login' })
  assert.equal(site.skein.gatewayPid, gateway)
})

test('a reload lets a command end, and the host key stays what it was', async () => {
  const { gatewayPid, peerPid } = site.skein
  // Ends when it is told to, however slow the reload is.
  const input = new PassThrough()
  let said = ''
  const onOutput = (text: string) => {
    said += text
  }
  const command = 'echo began; read word; echo "$word"; exit 9'
  const running = run(ssh(reach(), command), { input, onOutput })
  const begins = () => said.includes('began')
  await eventually(begins, { timeoutMs: TIMEOUT_MS, what: 'the command' })
  process.kill(site.skein.supervisorPid, 'SIGHUP')
  // Whichever of the two comes first takes nobody new while it waits.
  const doors = [{ path: gatewaySocketPath(site.skein.data) }, { port: site.skein.sshPort }]
  const isEnding = async () => (await Promise.all(doors.map(listens))).includes(false)
  await eventually(isEnding, { timeoutMs: TIMEOUT_MS, what: 'the reload' })
  input.end('ended\n')
  assert.deepEqual(await running, { status: 9, stdout: 'began\nended\n', stderr: '' })
  const replaced = () => site.skein.peerPid !== peerPid && site.skein.gatewayPid !== gatewayPid
  await eventually(replaced, { timeoutMs: TIMEOUT_MS, what: 'new processes' })
  await eventually(logsIn, { timeoutMs: TIMEOUT_MS, what: 'a login' })
})

const listens = (door: NetConnectOpts): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(door, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
