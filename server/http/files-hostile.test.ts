// An agent that its user took over answers about files what it likes: each nonsense is refused with its code, little of
// it is kept, and a download that it breaks off is cut and not ended.

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { eventually } from '../../tests/support/eventually.ts'
import type { Answer, Client } from '../../tests/support/http/client.ts'
import type { FarEnd } from '../../tests/support/http/link-pair.ts'
import { World } from '../../tests/support/http/world.ts'

let world: World
let client: Client
let base = ''
let opened: unknown = {}

before(async () => {
  world = await World.open({ answer: () => opened })
  client = await world.setUp({ starters: ['shell'] })
  const [template] = world.records.list('template')
  const id = newId()
  await client.post('/spaces', { id, name: 'home', templateId: template?.id })
  base = `/spaces/${id}/files`
})
after(() => world.close())

const head = { path: '/srv', writable: true }
const entry = { name: 'a', kind: 'file', sizeBytes: 1, mode: 0o644, modifiedMs: 0 }

/** Asks, and plays the agent's part once the stream is open. */
async function play(
  ask: () => Promise<Answer>,
  answer: unknown,
  agent: (far: FarEnd) => void,
): Promise<Answer> {
  opened = answer
  const before = world.streams.opened.length
  const asked = ask()
  const far = await eventually(() => world.streams.opened[before], {
    timeoutMs: 5000,
    what: 'the stream',
  })
  agent(far)
  return await asked
}

const list = () => client.get(base)
const lines = (values: readonly unknown[]) =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('')

test('a list of nonsense is refused, however it is wrong', async () => {
  const cases: Record<string, string> = {
    'no JSON': 'nonsense\n',
    'a wrong kind': lines([{ ...entry, kind: 'virus' }]),
    'a time that is none': lines([{ ...entry, modifiedMs: 1e300 }]),
    'half a line': '{"name":"a"',
    'a prototype': '{"__proto__":{"name":"a"}}\n',
    'more than was asked for': lines(Array.from({ length: 10_001 }, () => entry)),
  }
  for (const [what, text] of Object.entries(cases)) {
    const { status, body } = await play(list, head, (far) => {
      far.duplex.end(text)
      far.fin({ ok: true })
    })
    assert.deepEqual([status, body.error?.code], [400, 'frame_invalid'], what)
  }
  const { body } = await play(list, { path: 1 }, (far) => far.fin({ ok: true }))
  assert.equal(body.error?.code, 'frame_invalid')
})

test('a line without an end is not kept', async () => {
  let sent = 0
  const { body } = await play(list, head, ({ duplex }) => {
    const more = (): void => {
      while (sent < 10_000 && duplex.write(Buffer.alloc(64 * 1024, 'x'))) sent++
    }
    duplex.on('drain', more)
    more()
  })
  assert.equal(body.error?.code, 'frame_invalid')
  assert.ok(sent < 20, `${sent} pieces were taken`)
})

test('a list that is whole is given, whatever its names hold', async () => {
  const name = 'a\u2028b\u2029\r"'
  const { status, body } = await play(list, head, (far) => {
    far.duplex.write(lines([{ ...entry, name, unknown: 1 }, { truncated: true }]))
    far.fin({ ok: true })
  })
  assert.equal(status, 200)
  assert.deepEqual(body, { ...head, entries: [{ ...entry, name }], truncated: true })
})

test('a download that the agent breaks off is not a whole one', async () => {
  const facts = { sizeBytes: 100, mode: 0o644, modifiedMs: 0, version: 'v', writable: true }
  const get = () => client.get(`${base}/content?path=x`)
  for (const end of [(far: FarEnd) => far.lose(), (far: FarEnd) => far.fin({ ok: false })]) {
    const broken = play(get, facts, (far) => {
      far.duplex.write('some of it')
      end(far)
    })
    await assert.rejects(broken)
  }
  const bad = await play(get, { ...facts, version: 'v"\r\nset-cookie: x' }, () => undefined)
  assert.equal(bad.body.error?.code, 'frame_invalid')
  assert.ok(world.streams.opened.at(-1)?.duplex.destroyed, 'its stream is ended')
})

test('a download of another length than the agent said is cut before it can be read as something else', async () => {
  const port = await world.listen()
  const facts = { sizeBytes: 2, mode: 0o644, modifiedMs: 0, version: 'v', writable: true }
  const smuggled = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'
  for (const pieces of [['ok', smuggled], [`ok${smuggled}`], ['o']]) {
    const answer = play(
      async () => ({ status: 0, body: await raw(port) }) as unknown as Answer,
      facts,
      (far) => {
        for (const piece of pieces) far.duplex.write(piece)
        far.fin({ ok: true })
      },
    )
    const text = String((await answer).body)
    assert.ok(!text.includes('evil'), text)
    assert.ok(!text.includes('"ok":true'), 'the connection carries no other answer')
  }
})

/** What comes over a connection that asks for the file and then for something else, until it is closed. */
async function raw(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  // A cut may come as a reset.
  socket.on('error', () => undefined)
  let heard = ''
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1')
  })
  const host = `Host: localhost:${port}\r\n`
  const first = `GET /api/v1${base}/content?path=x HTTP/1.1\r\n${host}Cookie: ${client.cookie}\r\n\r\n`
  socket.write(`${first}GET /healthz HTTP/1.1\r\n${host}\r\n`)
  await eventually(() => socket.closed, { timeoutMs: 5000, what: 'the connection to be cut' })
  return heard
}

test('a verdict that never ends, or says nothing, is no success', async () => {
  const remove = () => client.delete(`${base}?path=x`)
  const silent = await play(remove, {}, (far) => far.fin({ ok: true }))
  assert.equal(silent.body.error?.code, 'frame_invalid')
  const long = await play(remove, {}, (far) => {
    far.duplex.on('drain', () => undefined)
    for (let i = 0; i < 20; i++) far.duplex.write(Buffer.alloc(64 * 1024, ' '))
    far.duplex.write('{"removed":1}')
    far.fin({ ok: true })
  })
  assert.equal(long.body.error?.code, 'frame_invalid')
})
