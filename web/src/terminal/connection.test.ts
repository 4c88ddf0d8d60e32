// The connection against a made-up far end: what it sends when, and what it never does.

import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { NumberedClient } from '#protocol/numbered/client.ts'
import {
  type Attach,
  encodeAt,
  encodeJson,
  FrameReader,
  NumberedType,
  readBytes,
  readJson,
  readResize,
} from '#protocol/numbered/frames.ts'
import { type Screen, type Socket, TerminalConnection } from './connection.ts'

const text = new TextEncoder()

class FarEnd implements Socket {
  binaryType = ''
  readyState = 1
  onopen: (() => void) | null = null
  onmessage: ((event: { readonly data: unknown }) => void) | null = null
  onclose: (() => void) | null = null
  readonly heard: Uint8Array[] = []

  send(bytes: Uint8Array): void {
    this.heard.push(bytes)
  }

  close(): void {
    this.readyState = 3
  }

  say(frame: Uint8Array): void {
    this.onmessage?.({ data: frame.slice().buffer })
  }

  attach(heard = 0, from = 0, mode = 'resume'): void {
    this.onopen?.()
    this.say(encodeJson(NumberedType.attached, { run: 'r', mode, from, heard, cols: 80, rows: 24 }))
  }

  frames() {
    return this.heard.flatMap((bytes) => new FrameReader().push(bytes))
  }

  typed(): string {
    const all = this.frames().filter(({ type }) => type === NumberedType.in)
    return all.map(({ body }) => Buffer.from(readBytes(body)).toString()).join('')
  }
}

let sockets: FarEnd[]
let drawn: string
let connection: TerminalConnection
const last = () => sockets.at(-1) as FarEnd

let size = { cols: 80, rows: 24 }
const screen: Screen = {
  size: () => size,
  draw(bytes, done) {
    drawn += Buffer.from(bytes).toString()
    done()
  },
  snapshot(bytes, _cols, _rows, done) {
    drawn = Buffer.from(bytes).toString()
    done()
  },
  resize: () => undefined,
}

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] })
  sockets = []
  drawn = ''
  size = { cols: 80, rows: 24 }
  connection = new TerminalConnection({
    client: () => new NumberedClient({ stream: 'main', client: 'c', now: () => Date.now() }),
    dial: () => {
      sockets.push(new FarEnd())
      return last()
    },
    screen,
    random: () => 0.5,
  })
})
afterEach(() => {
  connection.close()
  mock.timers.reset()
})

test('what is typed before the terminal is attached is sent once it is', () => {
  connection.type(text.encode('ls'))
  last().attach()
  assert.equal(last().typed(), 'ls')
  assert.equal(connection.state.get().kind, 'connected')
})

test('a size that was found while connecting is told once the terminal is attached', () => {
  size = { cols: 100, rows: 30 }
  last().attach()
  const told = last()
    .frames()
    .filter(({ type }) => type === NumberedType.resize)
  const sizes = told.map(({ body }) => readResize(body))
  assert.deepEqual(sizes, [{ at: 0, cols: 100, rows: 30 }])
})

test('a lost connection is made again at once, as the same client, and nothing typed is lost or doubled', () => {
  last().attach()
  connection.type(text.encode('ab'))
  last().say(encodeAt(NumberedType.out, 0, text.encode('hello')))
  last().onclose?.()
  connection.type(text.encode('cd'))
  mock.timers.tick(0)
  assert.equal(sockets.length, 2)
  last().onopen?.()
  const [first] = last().frames()
  const attach = readJson(first?.body ?? new Uint8Array()) as Attach
  assert.equal(attach.client, 'c')
  assert.equal(attach.seen, 5)
  last().attach(2, 5)
  assert.equal(last().typed(), 'cd')
  assert.equal(drawn, 'hello')
})

test('attempts wait longer and longer, and never longer than two seconds', () => {
  for (let n = 0; n < 12; n++) {
    last().onclose?.()
    mock.timers.tick(2_000)
    assert.equal(sockets.length, n + 2)
  }
})

test('a connection on which nothing comes any more is given up', () => {
  last().attach()
  mock.timers.tick(8_000)
  assert.ok(sockets.length > 1)
})

test('an ended terminal is not dialled again until someone asks for a new one', () => {
  last().attach()
  last().say(encodeAt(NumberedType.fin, 0, text.encode(JSON.stringify({ status: 3 }))))
  last().onclose?.()
  mock.timers.tick(10_000)
  assert.equal(sockets.length, 1)
  const state = connection.state.get()
  assert.ok(state.kind === 'ended' && state.ended.status === 3)
  connection.startAgain()
  last().attach()
  assert.equal(connection.state.get().kind, 'connected')
})

test('a process that is gone is told with what was typed in vain', () => {
  last().attach()
  connection.type(text.encode('lost'))
  last().onclose?.()
  mock.timers.tick(0)
  last().attach(0, 0, 'gone')
  const state = connection.state.get()
  assert.ok(state.kind === 'ended' && state.lostBytes === 4)
})

test('a refusal that passes is tried again, any other is told', () => {
  last().say(encodeJson(NumberedType.error, new SkeinError('agent_not_linked').body))
  mock.timers.tick(0)
  assert.equal(sockets.length, 2)
  last().say(
    encodeJson(NumberedType.error, new SkeinError('too_many_terminals', { limit: 9 }).body),
  )
  mock.timers.tick(10_000)
  assert.equal(sockets.length, 2)
  assert.equal(connection.state.get().kind, 'refused')
})
