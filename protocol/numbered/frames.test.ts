import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SkeinError } from '../errors.ts'
import {
  encodeAt,
  encodeFrame,
  encodeResize,
  FrameReader,
  MAX_NUMBERED_BODY_BYTES,
  NumberedType,
  readAt,
  readBytes,
  readJson,
  readResize,
} from './frames.ts'

const anyFrame = fc.record({
  type: fc.integer({ min: 1, max: NumberedType.pong }),
  body: fc.uint8Array({ maxLength: 3000 }),
})

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])]
  places.sort((a, b) => a - b)
  return places.slice(1).map((end, index) => bytes.slice(places[index], end))
}

test('frames are the same wherever the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 8 }), fc.array(fc.nat()), (frames, cuts) => {
      const bytes = join(frames.map(({ type, body }) => encodeFrame(type as NumberedType, body)))
      const reader = new FrameReader()
      const read = cutAt(bytes, cuts).flatMap((chunk) => reader.push(chunk))
      assert.deepEqual(
        read.map(({ type, body }) => ({ type, body: [...body] })),
        frames.map(({ type, body }) => ({ type, body: [...body] })),
      )
    }),
    { numRuns: 300 },
  )
})

test('a reader given any bytes throws nothing but frame_invalid, and stays dead', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), (chunks) => {
      const reader = new FrameReader()
      let dead = false
      for (const chunk of chunks) {
        try {
          reader.push(chunk)
          assert.equal(dead, false)
        } catch (caught) {
          assert.ok(caught instanceof SkeinError && caught.code === 'frame_invalid')
          dead = true
        }
      }
    }),
    { numRuns: 500 },
  )
})

test('a frame of the largest size that arrives in tiny pieces is read in linear time', () => {
  const frame = encodeFrame(NumberedType.snapshot, new Uint8Array(MAX_NUMBERED_BODY_BYTES))
  const reader = new FrameReader()
  const started = performance.now()
  let frames = 0
  for (let at = 0; at < frame.length; at += 16)
    frames += reader.push(frame.subarray(at, at + 16)).length
  assert.equal(frames, 1)
  assert.ok(performance.now() - started < 2000)
})

test('a body that is too long is refused by its header alone', () => {
  const header = new Uint8Array(5)
  header[0] = NumberedType.out
  new DataView(header.buffer).setUint32(1, MAX_NUMBERED_BODY_BYTES + 1)
  assert.throws(() => new FrameReader().push(header), { code: 'frame_invalid' })
})

test('positions, bytes and sizes come back as they were written', () => {
  const [out] = new FrameReader().push(
    encodeAt(NumberedType.out, 2 ** 40 + 7, new Uint8Array([9, 8])),
  )
  assert.ok(out)
  assert.equal(readAt(out.body), 2 ** 40 + 7)
  assert.deepEqual([...readBytes(out.body)], [9, 8])
  const [resize] = new FrameReader().push(encodeResize(5, 132, 43))
  assert.ok(resize)
  assert.deepEqual(readResize(resize.body), { at: 5, cols: 132, rows: 43 })
})

test('short bodies, huge positions and broken JSON are frame_invalid', () => {
  assert.throws(() => readAt(new Uint8Array(7)), { code: 'frame_invalid' })
  assert.throws(() => readAt(new Uint8Array(8).fill(255)), { code: 'frame_invalid' })
  assert.throws(() => readResize(new Uint8Array(11)), { code: 'frame_invalid' })
  assert.throws(() => readJson(new Uint8Array([123])), { code: 'frame_invalid' })
})
