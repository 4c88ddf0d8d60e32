import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { newId, type SpaceId } from '#protocol/ids.ts'
import type { Client } from '../../../tests/support/http/client.ts'
import { opened, type TestSocket } from '../../../tests/support/http/socket.ts'
import { PASSWORD, World } from '../../../tests/support/http/world.ts'

let world: World
let administrator: Client
let member: Client
let port: number
let space: SpaceId
const sockets: TestSocket[] = []
/** How many spaces there are: each needs a name of its own. */
let made = 0

before(async () => {
  world = await World.open()
  administrator = await world.setUp({ starters: ['shell'] })
  member = await world.member(administrator, 'mel')
  space = await newSpace(member)
  port = await world.listen()
  await windowEnds()
})
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close()
})
after(() => world.close())

async function newSpace(owner: Client): Promise<SpaceId> {
  const id = newId<'space'>()
  const templateId = world.records.list('template')[0]?.id
  const { status } = await owner.post('/spaces', { id, name: `s${made++}`, templateId })
  assert.equal(status, 202)
  return id
}

/** A tab that watches; resolves when the peer has taken the list. */
async function tab(client: Client, topics: readonly string[]): Promise<TestSocket> {
  const socket = await opened(port, '/live', { cookie: client.cookie })
  sockets.push(socket)
  say(socket, { type: 'watch', topics })
  say(socket, { type: 'ping', at: 1 })
  await socket.until(({ json }) => json.some(({ type }) => type === 'pong'), 'the pong')
  socket.messages.splice(1)
  return socket
}

const say = (socket: TestSocket, message: unknown) => socket.socket.send(JSON.stringify(message))
/** Lets the watchers hear of what was done, and then their window end. */
const windowEnds = async (): Promise<void> => {
  await setImmediate()
  await world.clock.advance(200)
}
const changes = ({ json }: TestSocket) =>
  json.filter(({ type }) => type === 'changed').map(({ topics }) => topics)

test('a tab is greeted with the run and the cursor, and a burst is one message with the next cursor', async () => {
  const all = ['spaces', `space:${space}`, `timeline:${space}`, 'templates']
  const socket = await tab(member, all)
  const [hello] = socket.json
  assert.equal(hello?.type, 'hello')
  for (const name of ['one', 'two', 'three']) await member.patch(`/spaces/${space}`, { name })
  await windowEnds()
  await socket.until(({ json }) => json.length === 2, 'one message')
  assert.deepEqual(changes(socket), [[`space:${space}`, 'spaces']])
  assert.equal(socket.json[1]?.cursor, Number(hello?.cursor) + 1)
})

test('timeline, terminals, usage and progress reach the topics of their space', async () => {
  const socket = await tab(member, [`space:${space}`, `timeline:${space}`, `terminals:${space}`])
  world.live.publish('usage', space, { at: 1, cpuPercent: 1, memoryBytes: 1 }, 60_000)
  world.live.publish('terminals', space, { count: 1, at: 1 }, 60_000)
  const progress = { spaceId: space, done: 1, unit: 'bytes' } as const
  world.live.publish('progress', 'step', progress, 60_000)
  await windowEnds()
  await socket.until(({ json }) => json.length === 2, 'one message')
  const [topics] = changes(socket)
  const expected = [`space:${space}`, `terminals:${space}`, `timeline:${space}`]
  assert.deepEqual((topics as string[]).toSorted(), expected)
})

test('nobody hears of what is not theirs to see', async () => {
  const stranger = await world.member(administrator, 'stan')
  const topics = ['spaces', `space:${space}`, `terminals:${space}`, 'users', 'hosts', 'templates']
  const theirs = await tab(stranger, topics)
  const governing = await tab(administrator, topics)
  await member.patch(`/spaces/${space}`, { name: 'secret' })
  world.live.publish('terminals', space, { count: 2, at: 2 }, 60_000)
  await administrator.post('/users', { username: 'new', password: PASSWORD })
  world.live.publish('host', newId(), { state: 'ready', advice: [] }, 60_000)
  await windowEnds()
  await governing.until(({ json }) => json.length > 1, 'the administrator to hear')
  // A later message shows that the stranger's socket was not merely slow.
  say(theirs, { type: 'ping', at: 2 })
  await theirs.until(({ json }) => json.some(({ type }) => type === 'pong'), 'the pong')
  assert.deepEqual(changes(theirs), [])
  const heard = changes(governing).flat() as string[]
  assert.deepEqual(new Set(heard), new Set([`space:${space}`, 'spaces', 'users', 'hosts']))
})

test('variables and registries are told to those who may list them, and one’s own to nobody', async () => {
  const topics = ['variables', 'group-variables', 'registries']
  const theirs = await tab(member, topics)
  const governing = await tab(administrator, topics)
  await member.put('/me/variables/EDITOR', { value: 'vim' })
  await windowEnds()
  await administrator.put('/variables/REGION', { value: 'eu-1' })
  await administrator.put('/registries/ghcr.io', { username: 'bot', secret: 'herring' })
  await windowEnds()
  await governing.until(({ json }) => json.length > 1, 'the administrator to hear')
  await administrator.delete('/variables/REGION')
  await windowEnds()
  await governing.until(({ json }) => json.length > 2, 'the administrator to hear of the end')
  say(theirs, { type: 'ping', at: 3 })
  await theirs.until(({ json }) => json.some(({ type }) => type === 'pong'), 'the pong')
  assert.deepEqual(changes(theirs), [])
  assert.deepEqual(changes(governing), [topics, topics.slice(0, 2)])
})

test('the end of a space is told to its owner', async () => {
  const id = await newSpace(member)
  const socket = await tab(member, ['spaces', `space:${id}`])
  await windowEnds()
  socket.messages.splice(1)
  await world.records.transact(() => ({
    changes: [{ op: 'delete', kind: 'space', id }],
    result: undefined,
  }))
  await windowEnds()
  await socket.until((one) => changes(one).flat().includes(`space:${id}`), 'the news')
})

test('what is unwatched is not told any more', async () => {
  const socket = await tab(member, ['spaces'])
  say(socket, { type: 'unwatch', topics: ['spaces'] })
  say(socket, { type: 'ping', at: 3 })
  await socket.until(({ json }) => json.some(({ at }) => at === 3), 'the pong')
  await member.patch(`/spaces/${space}`, { name: 'quiet' })
  await windowEnds()
  say(socket, { type: 'ping', at: 4 })
  await socket.until(({ json }) => json.some(({ at }) => at === 4), 'the pong')
  assert.deepEqual(changes(socket), [])
})

test('a message that is not understood ends the connection', async () => {
  for (const message of ['{', '{"type":"watch","topics":[1]}', '{"type":"launch"}']) {
    const socket = await tab(member, [])
    socket.socket.send(message)
    await socket.until(({ closed }) => closed === 1008, message)
  }
})

test('more topics than a tab may watch are not kept', async () => {
  const many = Array.from({ length: 200 }, () => `space:${newId()}`)
  const socket = await tab(member, many)
  say(socket, { type: 'watch', topics: ['spaces', '__proto__', 'constructor'] })
  say(socket, { type: 'ping', at: 9 })
  await socket.until(({ json }) => json.some(({ at }) => at === 9), 'the pong')
  await member.patch(`/spaces/${space}`, { name: 'one-more' })
  await windowEnds()
  assert.deepEqual(changes(socket), [])
})

test('a revoked session is told so and closed, here from another session of the same user', async () => {
  const other = world.client()
  await other.post('/session', { username: 'mel', password: PASSWORD })
  const socket = await tab(other, [])
  const { sessions } = (await other.get('/me/sessions')).body as {
    sessions: { id: string; current: boolean }[]
  }
  const id = sessions.find(({ current }) => current)?.id
  assert.equal((await member.delete(`/me/sessions/${id}`)).status, 204)
  await socket.until(({ closed }) => closed === 4401, 'the close')
  assert.equal(socket.json.at(-1)?.type, 'signed-out')
})

test('a disabled user loses all sockets', async () => {
  const client = await world.member(administrator, 'dan')
  const socket = await tab(client, [])
  const { user } = (await client.get('/me')).body as { user: { id: string } }
  await administrator.patch(`/users/${user.id}`, { disabled: true })
  await socket.until(({ closed }) => closed === 4401, 'the close')
  assert.equal((await client.get('/me')).status, 401)
})

test('a tab that shows no sign of life is given up', async () => {
  const socket = await tab(member, [])
  socket.socket.pause()
  await world.clock.advance(100_000)
  socket.socket.resume()
  await socket.until(({ closed }) => closed === 1006, 'the end')
})
