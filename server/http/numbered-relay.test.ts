import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { newId } from '#protocol/ids.ts'
import { FrameReader, NumberedType, readJson } from '#protocol/numbered/frames.ts'
import { eventually } from '../../tests/support/eventually.ts'
import type { Client } from '../../tests/support/http/client.ts'
import type { FarEnd } from '../../tests/support/http/link-pair.ts'
import { opened, TestSocket } from '../../tests/support/http/socket.ts'
import { World } from '../../tests/support/http/world.ts'

let world: World
let client: Client
let port: number
let space: string
let answer: () => unknown = () => undefined
before(async () => {
  world = await World.open({ answer: () => answer() })
  client = await world.setUp({ starters: ['shell'] })
  const templateId = world.records.list('template')[0]?.id
  space = newId()
  await client.post('/spaces', { id: space, name: 'home', templateId })
  port = await world.listen()
})
after(() => world.close())

const path = () => `/spaces/${space}/terminals/main/attach`
const open = () => opened(port, `${path()}?cols=100&rows=30`, { cookie: client.cookie })

async function pair(): Promise<{ socket: TestSocket; far: FarEnd }> {
  const before = world.streams.opened.length
  const socket = await open()
  const far = await eventually(() => world.streams.opened[before], {
    timeoutMs: 3000,
    what: 'the stream to be opened',
  })
  return { socket, far }
}

test('bytes go through verbatim both ways and the open names who, where and how large', async () => {
  const { socket, far } = await pair()
  assert.deepEqual(far.open, { kind: 'terminal', terminal: 'main', cols: 100, rows: 30 })
  assert.deepEqual(far.to, { space })
  assert.equal(far.options.actor.name, 'ada')
  const down = randomBytes(300_000)
  far.duplex.write(down)
  await socket.until(({ bytes }) => bytes.length === down.length, 'all bytes down')
  assert.ok(socket.bytes.equals(down))
  const up: Buffer[] = []
  far.duplex.on('data', (chunk: Buffer) => up.push(chunk))
  const typed = randomBytes(300_000)
  socket.socket.send(typed)
  await eventually(() => Buffer.concat(up).equals(typed), { timeoutMs: 3000, what: 'all bytes up' })
  socket.close()
})

test('a reader that does not read makes the agent wait and costs no memory', async () => {
  const { socket, far } = await pair()
  socket.socket.pause()
  const chunk = Buffer.alloc(64 * 1024, 'x')
  let written = 0
  // The agent writes for as long as it is let; past 20 MB nothing would hold it.
  while (written < 20 * 1024 * 1024) {
    written += chunk.length
    if (far.duplex.write(chunk)) continue
    const drained = once(far.duplex, 'drain').then(() => true)
    const stuck = new Promise<boolean>((resolve) => setTimeout(resolve, 300, false))
    if (!(await Promise.race([drained, stuck]))) break
  }
  // Two kernel buffers on loopback take a few megabytes; the rest is bounded by the relay.
  assert.ok(written < 12 * 1024 * 1024, `${written} bytes were taken`)
  socket.socket.resume()
  await socket.until(({ bytes }) => bytes.length === written, 'the rest after reading again')
  socket.close()
})

test('an agent that does not read makes the browser wait', async () => {
  const { socket, far } = await pair()
  const chunk = Buffer.alloc(256 * 1024, 'y')
  const total = 64
  for (let i = 0; i < total; i++) socket.socket.send(chunk)
  const heldUp = () =>
    far.duplex.readableLength <= 4 * chunk.length && socket.socket.bufferedAmount > 0
  await eventually(heldUp, { timeoutMs: 3000, what: 'the browser to be held up' })
  let read = 0
  far.duplex.on('data', (data: Buffer) => {
    read += data.length
  })
  await eventually(() => read === total * chunk.length, { timeoutMs: 5000, what: 'all input' })
  socket.close()
})

test('what was typed before the stream was open arrives after it', async () => {
  const gate = Promise.withResolvers<void>()
  answer = () => gate.promise
  const before = world.streams.opened.length
  const socket = await open()
  socket.socket.send(Buffer.from('early'))
  gate.resolve()
  answer = () => undefined
  const far = await eventually(() => world.streams.opened[before], {
    timeoutMs: 3000,
    what: 'open',
  })
  const [first] = (await once(far.duplex, 'data')) as [Buffer]
  assert.equal(first.toString(), 'early')
  socket.close()
})

test('a space whose agent is not there answers with an error frame and a close', async () => {
  answer = () => {
    throw new SkeinError('agent_not_linked')
  }
  const socket = await open()
  await socket.until(({ closed }) => closed !== undefined, 'the close')
  answer = () => undefined
  assert.equal(socket.closed, 1013)
  assert.equal(errorIn(socket), 'agent_not_linked')
})

test('a lost link ends the terminal’s connection with its code', async () => {
  const { socket, far } = await pair()
  far.lose()
  await socket.until(({ closed }) => closed !== undefined, 'the close')
  assert.equal(errorIn(socket), 'link_lost')
})

test('a stream that the agent ends with an error ends with its code, whatever the agent calls it', async () => {
  const refused = new SkeinError('too_many_terminals', { limit: 9 }).body
  const invented = { ...refused, code: 'toString' } as unknown as typeof refused
  for (const [error, code] of [
    [refused, 'too_many_terminals'],
    [invented, 'internal'],
  ] as const) {
    const { socket, far } = await pair()
    far.fin({ ok: false, error })
    await socket.until(({ closed }) => closed !== undefined, 'the close')
    assert.equal(errorIn(socket), code)
  }
})

test('the end of the terminal closes the connection after all that it said', async () => {
  const { socket, far } = await pair()
  far.duplex.write('last words')
  far.fin({ ok: true, status: 0 })
  await socket.until(({ closed }) => closed !== undefined, 'the close')
  assert.equal(socket.bytes.toString(), 'last words')
  assert.equal(socket.closed, 1000)
})

test('a browser that goes away leaves the terminal after what it typed last', async () => {
  const { socket, far } = await pair()
  const up: Buffer[] = []
  far.duplex.on('data', (chunk: Buffer) => up.push(chunk))
  socket.socket.send(Buffer.from('exit\n'))
  socket.socket.close()
  assert.deepEqual(await far.finished, { ok: true })
  await eventually(() => Buffer.concat(up).toString() === 'exit\n', {
    timeoutMs: 3000,
    what: 'input',
  })
})

test('a browser whose connection breaks is lost, not gone, so that the agent holds what it misses', async () => {
  const { socket, far } = await pair()
  const finished = far.finished.then(
    () => 'gone',
    () => 'lost',
  )
  far.duplex.resume()
  socket.socket.terminate()
  assert.equal(await finished, 'lost')
})

test('entering a terminal is written into the audit, coming back soon is not', async () => {
  const entries = await world.records.read('audit', { subject: space })
  assert.equal(entries.length, 1)
  const [newest] = entries
  assert.equal(newest?.body.action, 'terminal.attach')
  assert.equal(newest?.body.actor.name, 'ada')
  assert.deepEqual(newest?.body.detail, { terminal: 'main' })
})

test('an upgrade from elsewhere, by nobody or to nowhere is refused before anything is opened', async () => {
  const before = world.streams.opened.length
  const { cookie } = client
  const origin = (value: string) => ({ cookie, origin: value })
  const own = path()
  const cases: [string, string, Record<string, string>, number][] = [
    ['another site', own, origin('https://evil.example'), 403],
    ['null', own, origin('null'), 403],
    ['no origin', own, origin(''), 403],
    ['a sibling subdomain', own, origin(`http://8080--home.127.0.0.1:${port}`), 403],
    ['another port', own, origin('http://127.0.0.1:1'), 403],
    ['another case', own, origin(`HTTP://127.0.0.1:${port}`), 403],
    ['another scheme', own, origin(`https://127.0.0.1:${port}`), 403],
    ['no cookie', own, { cookie: '' }, 401],
    ['an invented cookie', own, { cookie: `${cookie}x` }, 401],
    ['another host', own, { cookie, host: 'evil.example' }, 421],
    ['an unknown space', own.replace(space, newId()), { cookie }, 404],
    ['a bad space id', own.replace(space, '%00'), { cookie }, 404],
    ['a bad terminal name', own.replace('main', 'a--b'), { cookie }, 400],
    ['a bad size', `${own}?cols=1`, { cookie }, 400],
    ['a size of 1e400', `${own}?cols=1e400`, { cookie }, 400],
    ['a size in hexadecimal', `${own}?cols=0x50`, { cookie }, 400],
    ['a size with a zero before it', `${own}?cols=080`, { cookie }, 400],
    ['no such route', '/nowhere', { cookie }, 404],
    ['a route that is no socket', '/me', { cookie }, 404],
  ]
  for (const [what, to, headers, status] of cases) {
    assert.equal(await TestSocket.open(port, to, headers), status, what)
  }
  assert.equal(world.streams.opened.length, before)
})

test('another user’s space is not there, and not even an administrator enters it', async () => {
  const member = await world.member(client, 'mel')
  assert.equal(await TestSocket.open(port, path(), { cookie: member.cookie }), 404)
  const id = newId()
  await member.post('/spaces', {
    id,
    name: 'own',
    templateId: world.records.list('template')[0]?.id,
  })
  const theirs = path().replace(space, id)
  assert.equal(await TestSocket.open(port, theirs, { cookie: client.cookie }), 403)
})

test('a signed-out session loses its terminals at once', async () => {
  const member = await world.member(client, 'moe')
  const id = newId()
  await member.post('/spaces', {
    id,
    name: 'own',
    templateId: world.records.list('template')[0]?.id,
  })
  const socket = await opened(port, path().replace(space, id), { cookie: member.cookie })
  await member.delete('/session')
  await socket.until(({ closed }) => closed === 4401, 'the close')
})

function errorIn(socket: TestSocket): unknown {
  const frame = new FrameReader().push(socket.bytes).at(-1)
  assert.equal(frame?.type, NumberedType.error)
  return (readJson(frame.body) as { code: string }).code
}
