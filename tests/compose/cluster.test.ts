// The README's way with Docker Compose, three peers: joined by themselves, one set-up and one log-in for all.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { PeerInfo } from '#protocol/api/peers.ts'
import { newId } from '#protocol/ids.ts'
import type { Api } from '../support/api.ts'
import { docker } from '../support/docker.ts'
import { eventually } from '../support/eventually.ts'
import { TestTerminal } from '../support/terminal.ts'
import { Project, TEMPLATE } from './project.ts'

let project: Project
let first: Api
let second: Api
let terminal: TestTerminal | undefined

before(async () => {
  project = await Project.up(['cluster'])
  first = project.api('PEER_1')
  second = project.api('PEER_2')
  await project.untilHealthy('peer-1', 'peer-2', 'peer-3')
  await first.setUp(await project.setupToken('peer-1'))
})

after(async () => {
  terminal?.close()
  await second?.deleteSpaces()
  await project?.down()
})

const alive = async (api: Api): Promise<string[]> => {
  const { peers } = await api.call<{ peers: PeerInfo[] }>('GET', '/peers')
  return peers.filter(({ state }) => state === 'alive').map(({ name }) => name)
}

const within = (what: string) => ({ what, timeoutMs: 120_000 })

test('three peers find one another, and whoever was set up at one signs in at the next', async () => {
  await eventually(async () => {
    await second.signIn('ada')
    return true
  }, within('a log-in at the second'))
  await eventually(async () => (await alive(second)).length === 3, within('three peers'))
})

test('a space is made at the second, and any other peer’s container may die', async () => {
  const spaceId = newId<'space'>()
  const template = await second.createTemplate(TEMPLATE)
  await second.createSpace({ id: spaceId, name: 'boxed', templateId: template.id })
  await second.until(spaceId, 'running')
  terminal = await TestTerminal.open(second, spaceId)
  terminal.type('kept=4711\n')
  for (const name of ['peer-1', 'peer-3']) {
    await docker('kill', project.container(name))
    // Whoever held its link: the agent finds the next peer's socket in the folder that all share.
    terminal.type(`echo ${name} kept-$kept\n`)
    await terminal.until(new RegExp(`${name} kept-4711`), 60_000)
    await eventually(async () => !(await alive(second)).includes(name), within('its death'))
    await project.compose('start', name)
    await eventually(async () => (await alive(second)).length === 3, within('its return'))
    await project.untilHealthy(name)
  }
  assert.equal(terminal.lostBytes, 0)
})
