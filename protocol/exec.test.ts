import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SkeinError } from './errors.ts'
import { ExecChannel, ExecReader, encodeExecPiece } from './exec.ts'

const stream = Buffer.concat([
  encodeExecPiece(ExecChannel.stdout, Buffer.from('one')),
  encodeExecPiece(ExecChannel.stderr, Buffer.from('')),
  encodeExecPiece(ExecChannel.stderr, Buffer.from('two')),
])

test('pieces come out as they went in, wherever the stream is cut', () => {
  for (let cut = 0; cut <= stream.length; cut++) {
    const reader = new ExecReader()
    const pieces = [...reader.push(stream.subarray(0, cut)), ...reader.push(stream.subarray(cut))]
    assert.deepEqual(
      pieces.map(({ channel, bytes }) => [channel, Buffer.from(bytes).toString()]),
      [
        [1, 'one'],
        [2, ''],
        [2, 'two'],
      ],
    )
  }
})

test('an unknown channel and an endless piece are refused', () => {
  const refused = (error: unknown) => error instanceof SkeinError && error.code === 'frame_invalid'
  assert.throws(() => new ExecReader().push(Buffer.from([3, 0, 0, 0, 1, 65])), refused)
  assert.throws(() => new ExecReader().push(Buffer.from([1, 255, 0, 0, 1, 65])), refused)
})
