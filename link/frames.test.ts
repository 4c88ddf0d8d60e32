import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { FrameType, MAX_CONTROL_FRAME_BYTES, MAX_DATA_FRAME_BYTES } from '#protocol/link.ts'
import { controlFrame, dataFrame, FrameReader, linkHeader } from './frames.ts'

const data = (text: string) => dataFrame([Buffer.from(text)], Buffer.byteLength(text))
const opened = controlFrame(FrameType.opened, { pid: 7 })
const fin = controlFrame(FrameType.fin, { ok: true })

/** What a reader hears when the bytes come in pieces of `size`. */
function read(bytes: Buffer, size = bytes.length): { bytes: string; controls: unknown[] } {
  const pieces: Buffer[] = []
  const controls: unknown[] = []
  const reader = new FrameReader(FrameType.opened, {
    data: (piece) => pieces.push(piece),
    control: (type, value) => controls.push([type, value]),
  })
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size))
  return { bytes: Buffer.concat(pieces).toString(), controls }
}

test('frames may be cut anywhere', () => {
  const bytes = Buffer.concat([opened, data('hello '), data('wörld'), fin])
  for (let size = 1; size <= bytes.length; size++) {
    assert.deepEqual(read(bytes, size), {
      bytes: 'hello wörld',
      controls: [
        [FrameType.opened, { pid: 7 }],
        [FrameType.fin, { ok: true }],
      ],
    })
  }
})

const header = (type: number, length: number) => linkHeader(type as FrameType, length)

const refused: readonly (readonly [string, Buffer])[] = [
  ['data before the answer', data('x')],
  ['an open where an answer is awaited', controlFrame(FrameType.open, {})],
  ['two answers', Buffer.concat([opened, opened])],
  ['data after the fin', Buffer.concat([opened, fin, data('x')])],
  ['two fins', Buffer.concat([fin, fin])],
  ['a type that there is not', header(9, 1)],
  ['an empty frame', Buffer.concat([opened, header(FrameType.data, 0)])],
  [
    'data above its limit',
    Buffer.concat([opened, header(FrameType.data, MAX_DATA_FRAME_BYTES + 1)]),
  ],
  ['JSON above its limit', header(FrameType.fin, MAX_CONTROL_FRAME_BYTES + 1)],
  ['four gigabytes', header(FrameType.fin, 0xffffffff)],
  ['no JSON', Buffer.concat([header(FrameType.fin, 1), Buffer.from('x')])],
]

for (const [what, bytes] of refused) {
  test(`${what}: frame_invalid`, () => {
    assert.throws(
      () => read(bytes),
      (error) => error instanceof SkeinError && error.code === 'frame_invalid',
    )
  })
}

test('a control frame above its limit is not even sent', () => {
  assert.throws(() => controlFrame(FrameType.opened, { x: 'x'.repeat(MAX_CONTROL_FRAME_BYTES) }), {
    code: 'too_large',
  })
})
