// The README's way with Docker Compose, one peer: from nothing to a shell, and on through the death of its container.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import type { Api } from '../support/api.ts'
import { docker } from '../support/docker.ts'
import { eventually } from '../support/eventually.ts'
import { TestTerminal } from '../support/terminal.ts'
import { Project, TEMPLATE } from './project.ts'

let project: Project
let api: Api
const spaceId = newId<'space'>()
const terminals: TestTerminal[] = []

before(async () => {
  project = await Project.up(['single'])
  api = project.api('SINGLE')
  await project.untilHealthy('skein')
  await api.setUp(await project.setupToken('skein'))
})

after(async () => {
  for (const terminal of terminals) terminal.close()
  await api?.deleteSpaces()
  await project?.down()
})

async function open(): Promise<TestTerminal> {
  const terminal = await TestTerminal.open(api, spaceId)
  terminals.push(terminal)
  return terminal
}

test('a peer in a container is nobody on the host, and starts spaces on the host’s engine', async () => {
  assert.equal(await docker('exec', project.container('skein'), 'id', '-un'), 'skein')
  const template = await api.createTemplate(TEMPLATE)
  await api.createSpace({ id: spaceId, name: 'boxed', templateId: template.id })
  // The peer listens on loopback, so there is only its socket, in a volume of which the engine knows where it is.
  await api.until(spaceId, 'running')
  const terminal = await open()
  terminal.type('echo from-""the-box\n')
  await terminal.until(/from-the-box/)
})

test('a shell outlives its peer’s container, which Docker starts again', async () => {
  const terminal = await open()
  terminal.type('kept=4711\n')
  const pid = Number(await project.inspect('skein', '{{.State.Pid}}'))
  process.kill(pid, 'SIGKILL')
  const isAnother = async () => {
    const now = Number(await project.inspect('skein', '{{.State.Pid}}'))
    return now !== 0 && now !== pid
  }
  await eventually(isAnother, { timeoutMs: 30_000, what: 'the next container process' })
  terminal.type('echo kept-$kept\n')
  await terminal.until(/kept-4711/, 60_000)
  assert.equal(terminal.lostBytes, 0)
  await project.untilHealthy('skein')
})
