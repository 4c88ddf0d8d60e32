// A certificate that is renewed under a running peer: the next browser sees the new one, and nobody's terminal notices.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import tls from 'node:tls'
import { newId } from '#protocol/ids.ts'
import { Api } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { TestTerminal } from '../support/terminal.ts'
import { byFiles, type FilesEntrance } from './entrances.ts'
import { PUBLIC_NAME, resolveTestNames, trust } from './names.ts'

/** Two looks of five seconds, and a machine with more to do. */
const RELOAD_MS = 40_000
/** Less than --drain-seconds, after which a peer cuts what it waits for. */
const UNDRAINED_MS = 9_000
/** For a process that begins on a machine with more to do. */
const START_MS = 60_000
const TEMPLATE = 'name: door\nmain: main\nservices:\n  main:\n    image: skein/debian-test:1\n'

let entrance: FilesEntrance
let api: Api
const spaceId = newId<'space'>()

before(async () => {
  resolveTestNames()
  entrance = await byFiles()
  trust(...entrance.authorities)
  api = new Api(entrance.skein.url)
  await api.setUp(await entrance.skein.setupToken())
  const template = await api.createTemplate(TEMPLATE)
  await api.createSpace({ id: spaceId, name: 'box', templateId: template.id })
  await api.until(spaceId, 'running')
})
after(async () => {
  if (api?.cookie) await api.deleteSpaces()
  await entrance?.close()
})

async function shownSerial(): Promise<string> {
  const { port } = entrance.skein
  const socket = tls.connect({ port, host: '127.0.0.1', servername: PUBLIC_NAME })
  await once(socket, 'secureConnect')
  const { serialNumber } = socket.getPeerCertificate()
  socket.destroy()
  return serialNumber
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a new pair of files is served, and a terminal that is open stays open', async () => {
  const terminal = await TestTerminal.open(api, spaceId)
  const { serialNumber } = new X509Certificate(entrance.renew().cert)
  await eventually(async () => (await shownSerial()) === serialNumber, {
    timeoutMs: RELOAD_MS,
    what: 'the new certificate',
  })
  terminal.type("echo still-''here\n")
  await terminal.until(/still-here/)
  assert.equal(terminal.connections, 1)
  terminal.close()
})

test('a drain with a linked agent and an open terminal takes no longer than it must', async () => {
  const { skein } = entrance
  const terminal = await TestTerminal.open(api, spaceId)
  const pid = skein.peerPid
  process.kill(pid, 'SIGTERM')
  await eventually(() => !isRunning(pid), { timeoutMs: UNDRAINED_MS, what: 'the peer to end' })
  await eventually(() => skein.peerPid !== pid, { timeoutMs: START_MS, what: 'the next peer' })
  await skein.ready()
  terminal.type("echo after-''wards\n")
  await terminal.until(/after-wards/, 30_000)
  terminal.close()
})
