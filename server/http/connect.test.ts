import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import type { NewToken } from '#protocol/api/access.ts'
import { SkeinError } from '#protocol/errors.ts'
import { ExecChannel, ExecReader, encodeExecPiece } from '#protocol/exec.ts'
import { newId } from '#protocol/ids.ts'
import { FrameReader, NumberedType } from '#protocol/numbered/frames.ts'
import { eventually } from '../../tests/support/eventually.ts'
import type { Client } from '../../tests/support/http/client.ts'
import type { FarEnd } from '../../tests/support/http/link-pair.ts'
import { opened, TestSocket } from '../../tests/support/http/socket.ts'
import { World } from '../../tests/support/http/world.ts'
import { readTarget } from './connect.ts'

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

async function far(count: number): Promise<FarEnd> {
  return eventually(() => world.streams.opened[count], {
    timeoutMs: 3000,
    what: 'the stream to be opened',
  })
}

const connect = (to: string, headers = { cookie: client.cookie } as Record<string, string>) =>
  TestSocket.open(port, `/spaces/${space}/connect?to=${to}`, headers)

async function program(wish: unknown): Promise<{ socket: TestSocket; end: FarEnd }> {
  const count = world.streams.opened.length
  const socket = await opened(port, `/spaces/${space}/exec`, { cookie: client.cookie })
  socket.socket.send(JSON.stringify(wish))
  return { socket, end: await far(count) }
}

test('a target is ssh or a port, and nothing that only looks like one', () => {
  assert.deepEqual(readTarget(['ssh']).open, { kind: 'resumable', to: { type: 'ssh' } })
  assert.deepEqual(readTarget(['udp:53']).open, {
    kind: 'resumable',
    to: { type: 'udp', port: 53 },
  })
  const tricks = '02280,+2280,2280 ,0x8e8,2280.0,２２８０,-1,65536,0,1e3,22:22,'.split(',')
  for (const trick of tricks) {
    assert.throws(() => readTarget([`tcp:${trick}`]), { code: 'port_invalid' }, trick)
  }
  for (const bad of ['', 'SSH', 'ssh:', 'tcp', 'unix:/x', 'tcp:[::1]:80']) {
    assert.throws(() => readTarget([bad]), { code: 'port_invalid' }, bad)
  }
  assert.throws(() => readTarget(['ssh', 'ssh']), { code: 'bad_request' })
})

test('bytes to a port go through verbatim both ways, and the entry is audited once', async () => {
  const count = world.streams.opened.length
  const socket = await connect('tcp:8080')
  assert.ok(socket instanceof TestSocket)
  const end = await far(count)
  assert.deepEqual(end.open, { kind: 'resumable', to: { type: 'tcp', port: 8080 } })
  const [down, up] = [randomBytes(200_000), randomBytes(200_000)]
  end.duplex.write(down)
  await socket.until(({ bytes }) => bytes.equals(down), 'all bytes down')
  const came: Buffer[] = []
  end.duplex.on('data', (chunk: Buffer) => came.push(chunk))
  socket.socket.send(up)
  await eventually(() => Buffer.concat(came).equals(up), { timeoutMs: 3000, what: 'all bytes up' })
  socket.close()
  const again = await connect('tcp:8080')
  if (again instanceof TestSocket) again.close()
  const { body } = await client.get('/audit')
  assert.equal(JSON.stringify(body).match(/"port\.open"/g)?.length, 1)
})

test('every way in is written down: who, into what, from where and by which credential', async () => {
  const made = await client.post('/me/tokens', { name: 'ways' })
  const { token, secret } = made.body as unknown as NewToken
  const headers = { authorization: `Bearer ${secret}`, origin: '' }
  const way = async (path: string) => {
    const count = world.streams.opened.length
    const socket = await opened(port, `/spaces/${space}/${path}`, headers)
    if (path === 'exec') socket.socket.send(JSON.stringify({ command: ['make', '--secret=x'] }))
    await far(count)
    socket.close()
  }
  for (const path of ['terminals/main/attach', 'exec', 'connect?to=tcp:9090', 'connect?to=ssh']) {
    await way(path)
  }
  const own = await eventually(
    async () => {
      const entries = await world.records.read('audit', { subject: space, limit: 100 })
      const found = entries.filter(({ body }) => body.credential?.id === token.id)
      return found.length === 4 ? found : undefined
    },
    { timeoutMs: 5000, what: 'four entries' },
  )
  const seen = own.map(({ body: { action, detail } }) => [action, detail])
  assert.deepEqual(
    seen.toReversed().map(([action]) => action),
    ['terminal.attach', 'exec.run', 'port.open', 'ssh.attach'],
  )
  for (const { body } of own) {
    assert.equal(body.actor.name, 'ada')
    assert.deepEqual(body.target, { kind: 'space', id: space, name: 'home' })
    assert.match(body.address ?? '', /127\.0\.0\.1|::1/)
    assert.deepEqual(body.credential, { kind: 'token', id: token.id })
    assert.ok(!JSON.stringify(body).includes('--secret'))
  }
})

test('a token opens it without an origin; a cookie from another site, a stranger and nobody do not', async () => {
  const { secret } = (await client.post('/me/tokens', { name: 'laptop' }))
    .body as unknown as NewToken
  const byToken = await connect('ssh', { authorization: `Bearer ${secret}`, origin: '' })
  assert.ok(byToken instanceof TestSocket)
  byToken.close()
  const { cookie } = client
  assert.equal(await connect('ssh', { cookie, origin: 'https://evil.example' }), 403)
  assert.equal(await connect('ssh', { cookie, origin: 'null' }), 403)
  assert.equal(await connect('ssh', { cookie, origin: '' }), 403)
  assert.equal(await connect('ssh', {}), 401)
  assert.equal(await connect('ssh', { authorization: `Bearer ${secret}x`, origin: '' }), 401)
  const stan = await world.member(client, 'stan')
  assert.equal(await connect('ssh', { cookie: stan.cookie }), 404)
  assert.equal(await TestSocket.open(port, `/spaces/${space}/exec`, { cookie: stan.cookie }), 404)
  assert.equal(await connect('tcp:0', { cookie }), 400)
})

test('a space that cannot be reached is told as an error frame', async () => {
  answer = () => {
    throw new SkeinError('agent_not_linked')
  }
  const socket = await connect('ssh')
  answer = () => undefined
  assert.ok(socket instanceof TestSocket)
  await socket.until(({ bytes }) => bytes.length > 0, 'the error')
  const [frame] = new FrameReader().push(socket.bytes)
  assert.equal(frame?.type, NumberedType.error)
})

test('a program’s words, input, outputs and status go through', async () => {
  const { socket, end } = await program({ command: ['tr', 'a', 'b'], cwd: '/tmp', env: { A: '1' } })
  assert.deepEqual(end.open, {
    kind: 'exec',
    command: ['tr', 'a', 'b'],
    cwd: '/tmp',
    env: { A: '1' },
  })
  const came: Buffer[] = []
  end.duplex.on('data', (chunk: Buffer) => came.push(chunk))
  socket.socket.send(Buffer.from('input'))
  socket.socket.send('{"end":true}')
  assert.deepEqual(await end.finished, { ok: true })
  assert.equal(Buffer.concat(came).toString(), 'input')
  const out = encodeExecPiece(ExecChannel.stdout, Buffer.from('output'))
  end.duplex.write(out.subarray(0, 3))
  end.duplex.write(out.subarray(3))
  end.fin({ ok: false, status: 3 })
  await socket.until(({ socket: { readyState } }) => readyState === 3, 'the close')
  const whole = new ExecReader().push(Buffer.concat(socket.messages.slice(0, -1)))
  assert.equal(Buffer.from(whole[0]?.bytes ?? []).toString(), 'output')
  assert.deepEqual(JSON.parse(socket.messages.at(-1)?.toString() ?? ''), { ok: false, status: 3 })
})

test('input and its end that arrive in one segment with the wish reach the program', async () => {
  const count = world.streams.opened.length
  const { socket } = await opened(port, `/spaces/${space}/exec`, { cookie: client.cookie })
  const wire = (socket as unknown as { _socket: Socket })._socket
  wire.cork()
  socket.send('{"command":["cat"]}')
  for (const piece of ['one ', 'two ', 'three']) socket.send(Buffer.from(piece))
  socket.send('{"end":true}')
  wire.uncork()
  const end = await far(count)
  assert.equal((await buffer(end.duplex)).toString(), 'one two three')
  assert.deepEqual(await end.finished, { ok: true })
  socket.terminate()
})

test('who goes away takes the program along', async () => {
  const { socket, end } = await program({ command: ['sleep', '1000'] })
  socket.close()
  await assert.rejects(end.finished)
})

test('a wish that is none is refused, and so is silence', async () => {
  const wishes = [
    'x',
    '{}',
    '{"command":[]}',
    '{"command":"ls"}',
    '{"command":["ls"],"tty":1}',
    Buffer.from('{"command":["ls"]}'),
  ]
  for (const wish of [...wishes, undefined]) {
    const socket = await opened(port, `/spaces/${space}/exec`, { cookie: client.cookie })
    if (wish !== undefined) socket.socket.send(wish)
    else await world.clock.advance(10_000)
    await socket.until(({ socket: { readyState } }) => readyState === 3, 'the close')
    const code = JSON.parse(socket.messages.at(-1)?.toString() ?? '').error.code
    assert.equal(code, wish === undefined ? 'timeout' : 'bad_request')
  }
})

test('a host key that is none is not passed on', async () => {
  const key = `ssh-ed25519 ${randomBytes(51).toString('base64')}`
  answer = () => ({ key })
  assert.deepEqual((await client.get(`/spaces/${space}/ssh-host-key`)).body, { key })
  for (const bad of ['ssh-ed25519 x\n* ssh-rsa AAAA', `@cert-authority ${key}`, `* ${key}`, '']) {
    answer = () => ({ key: bad })
    const { body } = await client.get(`/spaces/${space}/ssh-host-key`)
    assert.equal(body.error?.code, 'frame_invalid')
  }
  answer = () => undefined
})
