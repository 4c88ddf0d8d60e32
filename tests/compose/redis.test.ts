// Docker Compose's three peers on the Redis of the same file: what is written at one is read at the next, also when the
// database's container is killed in between. The image of Redis is made here of Debian's, since no registry answers.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { PeerInfo } from '#protocol/api/peers.ts'
import type { Api } from '../support/api.ts'
import { docker } from '../support/docker.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/skein.ts'
import { Project, TEMPLATE } from './project.ts'
import { makeRedisImage } from './redis-image.ts'

const PASSWORD = 'of-a-test'

let project: Project
let first: Api
let second: Api

before(async () => {
  const port = await freePort()
  project = await Project.up(['cluster', 'redis'], {
    REDIS_IMAGE: await makeRedisImage(),
    REDIS_PORT: String(port),
    REDIS_PASSWORD: PASSWORD,
    PEER_STORE: `redis://:${PASSWORD}@127.0.0.1:${port}`,
  })
  first = project.api('PEER_1')
  second = project.api('PEER_2')
  await project.untilHealthy('redis', 'peer-1', 'peer-2', 'peer-3')
  await first.setUp(await project.setupToken('peer-1'))
})

after(() => project?.down())

const within = (what: string) => ({ what, timeoutMs: 120_000 })

test('three peers share one database: they write under one origin, and each reads what another wrote', async () => {
  await eventually(() => second.signIn('ada').then(() => true), within('a log-in at the second'))
  await second.createTemplate(TEMPLATE)
  await eventually(async () => (await first.templates()).length === 1, within('the template'))
  const origins = await eventually(async () => {
    const { peers } = await second.call<{ peers: PeerInfo[] }>('GET', '/peers')
    const known = peers.flatMap(({ origin }) => origin ?? [])
    return known.length === 3 && known
  }, within('three peers'))
  assert.equal(new Set(origins).size, 1)
})

test('the database is killed, and everything is there when it is back', async () => {
  await docker('kill', project.container('redis'))
  assert.equal((await second.templates()).length, 1)
  await project.compose('start', 'redis')
  const later = TEMPLATE.replace('boxed', 'later')
  await eventually(() => second.createTemplate(later), within('a change'))
  await eventually(async () => (await first.templates()).length === 2, within('it at the first'))
})
