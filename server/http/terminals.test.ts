import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import type { StreamOpen } from '#protocol/link.ts'
import type { Client } from '../../tests/support/http/client.ts'
import { World } from '../../tests/support/http/world.ts'

const terminal = { name: 'main', title: '', cols: 80, rows: 24, viewers: 1, startedAt: new Date(0) }

let world: World
let client: Client
let space: string
let answer: (open: StreamOpen) => unknown
const asked: StreamOpen[] = []
before(async () => {
  world = await World.open({
    answer: (open) => {
      asked.push(open)
      return answer(open)
    },
  })
  client = await world.setUp({ starters: ['shell'] })
  space = newId()
  const templateId = world.records.list('template')[0]?.id
  await client.post('/spaces', { id: space, name: 'home', templateId })
})
after(() => world.close())

test('the terminals of a space are what its agent says', async () => {
  answer = () => JSON.parse(JSON.stringify({ terminals: [terminal] }))
  const { body } = await client.get(`/spaces/${space}/terminals`)
  assert.deepEqual(body, { terminals: [{ ...terminal, startedAt: '1970-01-01T00:00:00.000Z' }] })
})

test('closing a terminal names it to the agent', async () => {
  answer = () => ({})
  assert.equal((await client.delete(`/spaces/${space}/terminals/build-1`)).status, 204)
  assert.deepEqual(asked.at(-1), { kind: 'ask', question: 'close-terminal', name: 'build-1' })
  const bad = await client.delete(`/spaces/${space}/terminals/a%20b`)
  assert.equal(bad.body.error?.code, 'name_invalid')
})

test('an agent that answers nonsense is not passed on', async () => {
  const endless = Array.from({ length: 10_000 }, () => terminal)
  for (const nonsense of [undefined, null, 7, {}, { terminals: [{}] }, { terminals: endless }]) {
    answer = () => nonsense
    const { body } = await client.get(`/spaces/${space}/terminals`)
    assert.equal(body.error?.code, 'frame_invalid')
  }
})

test('an agent that does not answer is given up after five seconds', async () => {
  const never = Promise.withResolvers<void>()
  answer = () => never.promise
  const asking = client.get(`/spaces/${space}/startup-log`)
  while (world.clock.waiting < 2) await new Promise((resolve) => setImmediate(resolve))
  await world.clock.advance(5000)
  assert.equal((await asking).body.error?.code, 'timeout')
})
