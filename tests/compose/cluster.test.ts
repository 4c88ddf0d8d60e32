// The README's way with Docker Compose, three peers: joined by themselves, one set-up and one log-in for all.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { PeerInfo } from '#protocol/api/peers.ts'
import { newId } from '#protocol/ids.ts'
import type { Api } from '../support/api.ts'
import { docker } from '../support/docker.ts'
import { eventually } from '../support/eventually.ts'
import { Project } from './project.ts'

const TEMPLATE = `name: boxed
main: main
services:
  main:
    image: skein/debian-test:1
`

let project: Project
let first: Api
let second: Api

before(async () => {
  project = await Project.up('cluster')
  first = project.api('PEER_1')
  second = project.api('PEER_2')
  await project.untilHealthy('peer-1', 'peer-2', 'peer-3')
  await first.setUp(await project.setupToken('peer-1'))
})

after(async () => {
  await second?.deleteSpaces()
  await project?.down()
})

const alive = async (api: Api): Promise<string[]> => {
  const { peers } = await api.call<{ peers: PeerInfo[] }>('GET', '/peers')
  return peers.filter(({ state }) => state === 'alive').map(({ name }) => name)
}

const within = (what: string) => ({ what, timeoutMs: 60_000 })

test('three peers find one another, and whoever was set up at one signs in at the next', async () => {
  await eventually(async () => {
    await second.signIn('ada')
    return true
  }, within('a log-in at the second'))
  await eventually(async () => (await alive(second)).length === 3, within('three peers'))
})

test('a space is made at the second, and one peer’s container may die', async () => {
  const spaceId = newId<'space'>()
  const template = await second.createTemplate(TEMPLATE)
  await second.createSpace({ id: spaceId, name: 'boxed', templateId: template.id })
  await second.until(spaceId, 'running')
  await docker('kill', project.container('peer-3'))
  const names = ['peer-1', 'peer-2']
  const isMissed = async () => (await alive(second)).toSorted().join() === names.join()
  await eventually(isMissed, within('the third to be missed'))
  await project.compose('start', 'peer-3')
  await eventually(async () => (await alive(second)).length === 3, within('the third’s return'))
  assert.equal((await second.space(spaceId)).state, 'running')
})
