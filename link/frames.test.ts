import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SkeinError } from '#protocol/errors.ts'
import { FrameType, MAX_CONTROL_FRAME_BYTES, MAX_DATA_FRAME_BYTES } from '#protocol/link.ts'
import { controlFrame, LinkFrameReader, linkHeader } from './frames.ts'

type Said = { data: string } | { type: FrameType; value: unknown }

/** What a reader hears of chunks; data that came in pieces is joined. */
function heard(chunks: readonly Buffer[]): Said[] {
  const said: Said[] = []
  const reader = new LinkFrameReader({
    data: (piece) => {
      const last = said.at(-1)
      const text = piece.toString('latin1')
      if (last && 'data' in last) last.data += text
      else said.push({ data: text })
    },
    control: (type, value) => void said.push({ type, value }),
  })
  for (const chunk of chunks) reader.push(chunk)
  return said
}

function cut(whole: Buffer, at: readonly number[]): Buffer[] {
  const places = [...new Set(at.map((each) => each % (whole.length + 1)))].sort((a, b) => a - b)
  return [0, ...places].map((from, i) => whole.subarray(from, places[i] ?? whole.length))
}

const data = (bytes: Uint8Array) => Buffer.concat([linkHeader(FrameType.data, bytes.length), bytes])

const someFrame = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }).map(data),
  fc
    .tuple(fc.constantFrom(FrameType.open, FrameType.opened, FrameType.fin), fc.jsonValue())
    .map(([type, value]) => controlFrame(type, value)),
)

const isInvalid = (error: unknown) => error instanceof SkeinError && error.code === 'frame_invalid'

test('frames are the same wherever the bytes are cut', () => {
  const places = fc.array(fc.nat(), { maxLength: 40 })
  fc.assert(
    fc.property(fc.array(someFrame, { maxLength: 12 }), places, (frames, at) => {
      const whole = Buffer.concat(frames)
      assert.deepEqual(heard(cut(whole, at)), heard([whole]))
    }),
  )
})

test('frames come byte by byte as they come at once', () => {
  const whole = Buffer.concat([
    controlFrame(FrameType.open, { kind: 'größer' }),
    data(Buffer.from('abc')),
    controlFrame(FrameType.fin, { ok: true }),
  ])
  const bytes = Array.from(whole, (byte) => Buffer.from([byte]))
  assert.deepEqual(heard(bytes), [
    { type: FrameType.open, value: { kind: 'größer' } },
    { data: 'abc' },
    { type: FrameType.fin, value: { ok: true } },
  ])
})

test('bytes at random are frames or frame_invalid, and nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        heard([Buffer.from(bytes)])
      } catch (error) {
        assert.ok(isInvalid(error))
      }
    }),
  )
})

test('a frame is refused by its header, before its payload is held', () => {
  const headers = [
    linkHeader(FrameType.fin, MAX_CONTROL_FRAME_BYTES + 1),
    linkHeader(FrameType.data, MAX_DATA_FRAME_BYTES + 1),
    linkHeader(FrameType.data, 0),
    linkHeader(FrameType.open, 0),
    Buffer.from([0, 0, 0, 0, 1]),
    Buffer.from([5, 0, 0, 0, 1]),
  ]
  for (const header of headers) assert.throws(() => heard([header]), isInvalid)
})

test('a frame of JSON that is too large is refused where it is made', () => {
  const large = 'x'.repeat(MAX_CONTROL_FRAME_BYTES)
  assert.throws(
    () => controlFrame(FrameType.opened, large),
    (error) => error instanceof SkeinError && error.code === 'too_large',
  )
})
