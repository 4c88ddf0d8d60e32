import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NumberedClient, type NumberedEvent } from './client.ts'
import { ACK_EVERY_BYTES } from './drawn.ts'
import {
  type Attached,
  encodeAt,
  encodeJson,
  encodeResize,
  FrameReader,
  type NumberedFrame,
  NumberedType,
  readAt,
  readBytes,
  readJson,
  readResize,
} from './frames.ts'
import { MAX_UNACKED_BYTES } from './unacked.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

function frameOf(bytes: Uint8Array | undefined): NumberedFrame {
  assert.ok(bytes, 'a frame was expected')
  const [frame] = new FrameReader().push(bytes)
  assert.ok(frame)
  return frame
}

function attached(over: Partial<Attached> = {}): Uint8Array {
  const answer = { run: 'r1', mode: 'resume', from: 0, heard: 0, cols: 80, rows: 24, ...over }
  return encodeJson(NumberedType.attached, answer)
}

const out = (at: number, text: string) => encodeAt(NumberedType.out, at, bytesOf(text))

function openClient(): NumberedClient {
  const client = new NumberedClient({ stream: 'main', client: 'c1', label: 'ann' })
  client.attach(80, 24)
  client.receive(attached())
  return client
}

const texts = (events: readonly NumberedEvent[]) =>
  events.map((event) => ('bytes' in event ? textOf(event.bytes) : event.type))

test('a client that reconnects says what it has seen and gets the rest only', () => {
  const client = openClient()
  assert.deepEqual(texts(client.receive(out(0, 'hello '))), ['hello '])
  const again = readJson(frameOf(client.attach(100, 30)).body)
  assert.deepEqual(again, {
    stream: 'main',
    run: 'r1',
    seen: 6,
    client: 'c1',
    sent: 0,
    cols: 100,
    rows: 30,
    label: 'ann',
  })
  client.receive(attached({ from: 6 }))
  assert.deepEqual(texts(client.receive(out(6, 'world'))), ['world'])
})

test('output that overlaps what was seen is given once, and a gap is refused', () => {
  const client = openClient()
  client.receive(out(0, 'abc'))
  assert.deepEqual(texts(client.receive(out(1, 'bcde'))), ['de'])
  assert.deepEqual(client.receive(out(0, 'abc')), [])
  assert.throws(() => client.receive(out(9, 'x')), { code: 'frame_invalid' })
})

test('input that was typed without an answer goes out again under the same numbers', () => {
  const client = openClient()
  assert.equal(readAt(frameOf(client.type(bytesOf('ls'))).body), 0)
  assert.equal(readAt(frameOf(client.type(bytesOf(' -l\r'))).body), 2)
  client.receive(encodeAt(NumberedType.ackIn, 1))
  client.attach(80, 24)
  client.type(bytesOf('pwd'))
  client.receive(attached({ heard: 3 }))
  const resent = client.resend().map(frameOf)
  assert.deepEqual(
    resent.map(({ body }) => [readAt(body), textOf(readBytes(body))]),
    [[3, '-l\rpwd']],
  )
  client.receive(encodeAt(NumberedType.ackIn, 9))
  assert.equal(client.unackedBytes, 0)
  assert.deepEqual(client.resend(), [])
})

test('an ack for input that was never typed is refused', () => {
  const client = openClient()
  assert.throws(() => client.receive(encodeAt(NumberedType.ackIn, 1)), { code: 'frame_invalid' })
})

test('more than a megabyte of unconfirmed input is too_large', () => {
  const client = openClient()
  client.type(new Uint8Array(MAX_UNACKED_BYTES))
  assert.throws(() => client.type(bytesOf('x')), { code: 'too_large' })
  assert.equal(client.resend().length, MAX_UNACKED_BYTES / (64 * 1024))
})

test('a snapshot jumps to its position and carries the size of the screen', () => {
  const client = openClient()
  client.receive(out(0, 'old'))
  client.attach(80, 24)
  client.receive(attached({ mode: 'snapshot', from: 5000, cols: 100, rows: 40 }))
  const [event] = client.receive(encodeAt(NumberedType.snapshot, 5000, bytesOf('screen')))
  assert.deepEqual(event, { type: 'snapshot', bytes: bytesOf('screen'), cols: 100, rows: 40 })
  assert.deepEqual(texts(client.receive(out(5000, 'more'))), ['more'])
  assert.equal(client.seen, 5004)
})

test('a snapshot in the middle of a stream skips what was missed', () => {
  const client = openClient()
  client.receive(encodeResize(0, 90, 20))
  const [event] = client.receive(encodeAt(NumberedType.snapshot, 700, bytesOf('s')))
  assert.deepEqual(event, { type: 'snapshot', bytes: bytesOf('s'), cols: 90, rows: 20 })
})

test('when the process is gone its input is reported as lost and never sent to the next one', () => {
  const client = openClient()
  client.receive(out(0, 'abc'))
  client.type(bytesOf('rm -rf build\r'))
  client.attach(80, 24)
  const [event] = client.receive(attached({ mode: 'gone', run: 'r2' }))
  assert.deepEqual(event, {
    type: 'attached',
    mode: 'gone',
    resize: { cols: 80, rows: 24 },
    lostBytes: 13,
  })
  const fresh = readJson(frameOf(client.attach(80, 24)).body)
  assert.deepEqual(fresh, {
    stream: 'main',
    client: 'c1',
    sent: 0,
    cols: 80,
    rows: 24,
    label: 'ann',
  })
  client.receive(attached({ run: 'r2' }))
  assert.deepEqual(client.resend(), [])
  assert.deepEqual(texts(client.receive(out(0, 'new'))), ['new'])
})

test('an ack is due each 64 kB that are drawn, and at once for a snapshot', () => {
  const client = openClient()
  const piece = 'x'.repeat(ACK_EVERY_BYTES / 2)
  client.receive(out(0, piece))
  client.receive(out(piece.length, piece))
  assert.equal(client.drawn(piece.length), undefined)
  assert.equal(client.drawn(piece.length - 1), undefined)
  const ack = frameOf(client.drawn(1))
  assert.equal(ack.type, NumberedType.ackOut)
  assert.equal(readAt(ack.body), ACK_EVERY_BYTES)
  client.receive(encodeAt(NumberedType.snapshot, 200_000, bytesOf('screen')))
  assert.equal(client.drawn(3), undefined)
  assert.equal(readAt(frameOf(client.drawn(3)).body), 200_000)
})

test('what is still drawn of an older process acks nothing of the next', () => {
  const client = openClient()
  client.receive(out(0, 'x'.repeat(ACK_EVERY_BYTES * 2)))
  client.attach(80, 24)
  client.receive(attached({ mode: 'gone' }))
  client.attach(80, 24)
  client.receive(attached({ run: 'r2' }))
  client.receive(out(0, 'abc'))
  assert.equal(client.drawn(ACK_EVERY_BYTES * 2), undefined)
  assert.equal(client.drawn(3), undefined)
})

test('resize, viewers, fin, error and pings are told', () => {
  let now = 100
  const client = new NumberedClient({ stream: 'main', client: 'c1', now: () => now })
  client.attach(80, 24)
  client.receive(attached())
  assert.deepEqual(readResize(frameOf(client.resize(120, 50)).body), { at: 0, cols: 120, rows: 50 })
  const ping = frameOf(client.ping())
  now = 103.5
  const pong = encodeAt(NumberedType.pong, readAt(ping.body))
  assert.deepEqual(client.receive(pong), [{ type: 'pong', ms: 3.5 }])
  assert.deepEqual(
    client.receive(encodeJson(NumberedType.viewers, { count: 2, labels: ['ann', 'bob'] })),
    [{ type: 'viewers', viewers: { count: 2, labels: ['ann', 'bob'] } }],
  )
  const fin = encodeAt(NumberedType.fin, 0, bytesOf('{"status":3}'))
  assert.deepEqual(client.receive(fin), [{ type: 'fin', ended: { status: 3 } }])
  const [event] = client.receive(encodeJson(NumberedType.error, { code: 'terminal_gone' }))
  assert.ok(event?.type === 'error' && event.error.code === 'terminal_gone')
})

test('nothing is taken before attached, and attached only once', () => {
  const client = new NumberedClient({ stream: 'main', client: 'c1' })
  client.attach(80, 24)
  assert.throws(() => client.receive(out(0, 'x')), { code: 'frame_invalid' })
  assert.throws(() => openClient().receive(attached()), { code: 'frame_invalid' })
  client.attach(80, 24)
  assert.equal(client.isAttached, false)
  assert.throws(() => client.receive(attached({ from: -1 })), { code: 'frame_invalid' })
})
