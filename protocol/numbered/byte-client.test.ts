import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ResumableClient, type ResumableEvent } from './byte-client.ts'
import { type ByteAttached, readByteAttach, readByteEnded } from './byte-messages.ts'
import {
  encodeAt,
  encodeJson,
  FrameReader,
  type NumberedFrame,
  NumberedType,
  readAt,
  readBytes,
} from './frames.ts'
import { BYTES_ACK_EVERY, HeardBytes } from './heard.ts'
import { KEPT_FULL_BYTES, KeptBytes, MAX_KEPT_BYTES } from './kept.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const framesOf = (...sent: Uint8Array[]): NumberedFrame[] => {
  const reader = new FrameReader()
  return sent.flatMap((bytes) => reader.push(bytes))
}

function resumed(over: Partial<Extract<ByteAttached, { mode: 'resume' }>> = {}): Uint8Array {
  const answer = { mode: 'resume', run: 'r1', from: 0, heard: 0, ...over }
  return encodeJson(NumberedType.attached, answer)
}

function openClient(): ResumableClient {
  const client = new ResumableClient({ stream: 's', client: 'c' })
  client.attach()
  client.receive(resumed())
  return client
}

const out = (at: number, text: string) => encodeAt(NumberedType.out, at, bytesOf(text))
const fin = (at: number) => encodeAt(NumberedType.fin, at, bytesOf('{"ok":true}'))
const isInvalid = { code: 'frame_invalid' }

test('a client says who it is, and from the second connection on what it has', () => {
  const client = new ResumableClient({ stream: 's', client: 'c' })
  client.send(bytesOf('early'))
  const [first] = framesOf(client.attach())
  assert.deepEqual(first && readByteAttach(first.body), { stream: 's', client: 'c', sent: 5 })
  client.receive(resumed())
  client.receive(out(0, 'abc'))
  const [second] = framesOf(client.attach())
  const wanted = { stream: 's', client: 'c', sent: 5, run: 'r1', seen: 3 }
  assert.deepEqual(second && readByteAttach(second.body), wanted)
})

test('what was not heard goes out again under the same numbers, the end too', () => {
  const client = openClient()
  client.send(bytesOf('hello '))
  client.send(bytesOf('world'))
  client.end()
  client.attach()
  client.receive(resumed({ heard: 6 }))
  const [ack, bytes, end, ...more] = framesOf(...client.resend())
  assert.deepEqual([ack?.type, bytes?.type, end?.type], [5, NumberedType.in, NumberedType.fin])
  assert.deepEqual(bytes && [readAt(bytes.body), textOf(readBytes(bytes.body))], [6, 'world'])
  assert.equal(end && readAt(end.body), 11)
  assert.deepEqual(more, [])
})

test('output that comes twice is given once, and the fin after it once', () => {
  const client = openClient()
  client.receive(out(0, 'abc'))
  assert.deepEqual(client.receive(out(1, 'bcd')), [{ type: 'output', bytes: bytesOf('d') }])
  assert.deepEqual(client.receive(fin(4)), [{ type: 'fin', ok: true }])
  client.attach()
  client.receive(resumed({ from: 5 }))
  assert.deepEqual(client.receive(fin(4)), [])
})

test('output is acked as it is consumed, and the fin once all of it is', () => {
  const client = openClient()
  client.receive(out(0, 'x'.repeat(BYTES_ACK_EVERY)))
  assert.equal(client.consumed(BYTES_ACK_EVERY - 1), undefined)
  const due = client.consumed(1)
  assert.ok(due)
  assert.equal(readAt(framesOf(due)[0]?.body ?? due), BYTES_ACK_EVERY)
  client.receive(out(BYTES_ACK_EVERY, 'yz'))
  client.receive(fin(BYTES_ACK_EVERY + 2))
  assert.equal(client.consumed(0), undefined)
  const last = client.consumed(2)
  assert.ok(last)
  assert.equal(readAt(framesOf(last)[0]?.body ?? last), BYTES_ACK_EVERY + 3)
})

test('a client that is full says when it has room, and refuses what is far too much', () => {
  const client = openClient()
  client.send(new Uint8Array(KEPT_FULL_BYTES))
  assert.equal(client.isFull, true)
  assert.throws(() => client.send(new Uint8Array(MAX_KEPT_BYTES)), { code: 'too_large' })
  assert.deepEqual(client.receive(encodeAt(NumberedType.ackIn, 10)), [{ type: 'room' }])
  assert.deepEqual(client.receive(encodeAt(NumberedType.ackIn, 20)), [])
})

test('when what was connected is gone, the client says how much may be lost', () => {
  const client = openClient()
  client.send(bytesOf('12345'))
  client.attach()
  const events = client.receive(encodeJson(NumberedType.attached, { mode: 'gone' }))
  assert.deepEqual(events, [{ type: 'gone', lostBytes: 5 }])
})

test('an agent that lies is refused', () => {
  assert.throws(() => openClient().receive(out(1, 'gap')), isInvalid)
  assert.throws(() => openClient().receive(fin(1)), isInvalid)
  assert.throws(() => openClient().receive(encodeAt(NumberedType.ackIn, 1)), isInvalid)
  assert.throws(() => openClient().receive(resumed()), isInvalid)
  assert.throws(() => openClient().receive(encodeAt(NumberedType.in, 0, bytesOf('a'))), isInvalid)
  const ended = openClient()
  ended.receive(fin(0))
  assert.throws(() => ended.receive(out(1, 'more')), isInvalid)
  const flooded = openClient()
  flooded.receive(encodeAt(NumberedType.out, 0, new Uint8Array(MAX_KEPT_BYTES)))
  assert.throws(() => flooded.receive(out(MAX_KEPT_BYTES, 'x')), isInvalid)
  for (const wrong of [{ from: 1 }, { heard: 1 }]) {
    const client = new ResumableClient({ stream: 's', client: 'c' })
    client.attach()
    assert.throws(() => client.receive(resumed(wrong)), isInvalid)
  }
  const other = openClient()
  other.attach()
  assert.throws(() => other.receive(resumed({ run: 'r2' })), isInvalid)
})

/** The other half, as an agent runs it, with a connection that loses whatever it has not yet delivered. */
class Far {
  readonly kept = new KeptBytes(NumberedType.out)
  readonly heard = new HeardBytes()
  got = ''
  ended = false
  /** What it writes goes out as soon as it has answered, whether or not the answer has arrived. */
  isAttached = false

  attached(): Uint8Array {
    return resumed({ from: this.#from, heard: this.heard.heard })
  }

  #from = 0

  take({ type, body }: NumberedFrame): Uint8Array[] {
    if (type === NumberedType.attach) {
      this.#from = readByteAttach(body).seen ?? 0
      this.isAttached = true
      const ack = encodeAt(NumberedType.ackIn, this.heard.restart())
      return [this.attached(), ack, ...this.kept.framesFrom(this.#from)]
    }
    if (type === NumberedType.ackOut) this.kept.ack(readAt(body))
    if (type === NumberedType.in) this.got += textOf(this.heard.take(readAt(body), readBytes(body)))
    if (type === NumberedType.fin && readByteEnded(readBytes(body)).ok) {
      this.ended = this.heard.end(readAt(body)) || this.ended
    }
    const due = this.heard.passOn(this.heard.waitingBytes)
    return due === undefined ? [] : [encodeAt(NumberedType.ackIn, due)]
  }
}

const step = fc.oneof(
  fc.record({ do: fc.constant('near' as const), size: fc.integer({ min: 1, max: 90_000 }) }),
  fc.record({ do: fc.constant('far' as const), size: fc.integer({ min: 1, max: 90_000 }) }),
  fc.record({ do: fc.constantFrom('toFar', 'toNear') }),
  fc.record({ do: fc.constant('cut' as const) }),
)

/** A run that failed once. */
const WRITES_BEFORE_ITS_ANSWER_ARRIVES = [
  { do: 'toFar' as const },
  { do: 'far' as const, size: 1 },
  { do: 'toNear' as const },
  { do: 'far' as const, size: 1 },
]

test('whatever is cut off and whenever, both sides get exactly what the other sent', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const far = new Far()
      const client = new ResumableClient({ stream: 's', client: 'c' })
      let toFar: Uint8Array[] = []
      let toNear: Uint8Array[] = []
      const sent = { near: '', far: '' }
      let got = ''
      let ended = false
      const text = (from: string, size: number) => `${from.length};`.padEnd(size, 'x')
      const act = (event: ResumableEvent) => {
        if (event.type === 'attached') toFar.push(...client.resend())
        if (event.type === 'fin') ended = true
        if (event.type === 'output') got += textOf(event.bytes)
        const bytes = event.type === 'output' ? event.bytes.length : 0
        const ack = client.consumed(bytes)
        if (ack) toFar.push(ack)
      }
      const connect = () => {
        toNear = []
        toFar = [client.attach()]
        far.isAttached = false
      }
      const flush = () => {
        while (toFar.length + toNear.length > 0) {
          for (const frame of framesOf(...toFar.splice(0))) toNear.push(...far.take(frame))
          for (const bytes of toNear.splice(0)) client.receive(bytes).forEach(act)
        }
      }
      connect()
      for (const next of steps) {
        if (next.do === 'near' && !client.isFull && 'size' in next) {
          const bytes = text(sent.near, next.size)
          sent.near += bytes
          const frame = client.send(bytesOf(bytes))
          if (client.isAttached) toFar.push(frame)
        }
        if (next.do === 'far' && !far.kept.isFull && 'size' in next) {
          const bytes = text(sent.far, next.size)
          const at = far.kept.end
          sent.far += bytes
          far.kept.add(bytesOf(bytes))
          if (far.isAttached) toNear.push(...far.kept.framesFrom(at))
        }
        const frame = next.do === 'toFar' ? toFar.shift() : undefined
        if (frame) toNear.push(...framesOf(frame).flatMap((one) => far.take(one)))
        const back = next.do === 'toNear' ? toNear.shift() : undefined
        if (back) client.receive(back).forEach(act)
        if (next.do === 'cut') connect()
      }
      flush()
      const end = client.end()
      far.kept.finish({ ok: true })
      toFar.push(end)
      connect()
      flush()
      assert.ok(got === sent.far && far.got === sent.near, 'the bytes of both sides')
      assert.deepEqual([ended, far.ended, client.isDone, far.kept.isDone], [true, true, true, true])
    }),
    { numRuns: 60, examples: [[WRITES_BEFORE_ITS_ANSWER_ARRIVES]] },
  )
})
