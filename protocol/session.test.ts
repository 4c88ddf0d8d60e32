import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SkeinError } from './errors.ts'
import {
  encodeResize,
  encodeSessionPiece,
  readResize,
  SessionPiece,
  SessionReader,
} from './session.ts'

const input = (bytes: Uint8Array | string) =>
  encodeSessionPiece(SessionPiece.input, Buffer.from(bytes))

test('pieces come out as they went in, wherever the stream is cut', () => {
  const stream = Buffer.concat([
    input('hello'),
    encodeResize(120, 40),
    encodeSessionPiece(SessionPiece.errorOutput, Buffer.alloc(300, 7)),
    encodeSessionPiece(SessionPiece.signal, Buffer.from('TERM')),
    input(''),
  ])
  for (let size = 1; size <= stream.length; size++) {
    const reader = new SessionReader()
    const seen: { type: SessionPiece; bytes: Buffer }[] = []
    for (let at = 0; at < stream.length; at += size) {
      for (const { type, bytes } of reader.push(stream.subarray(at, at + size))) {
        const last = seen.at(-1)
        const isSame = last?.type === type && bytes.length > 0
        if (last && isSame) last.bytes = Buffer.concat([last.bytes, bytes])
        else seen.push({ type, bytes: Buffer.from(bytes) })
      }
    }
    const [typed, resize, error, signal, end] = seen
    assert.equal(seen.length, 5)
    assert.equal(typed?.bytes.toString(), 'hello')
    assert.deepEqual(readResize(resize?.bytes ?? Buffer.alloc(0)), { cols: 120, rows: 40 })
    assert.ok(error?.bytes.equals(Buffer.alloc(300, 7)))
    assert.equal(signal?.bytes.toString(), 'TERM')
    assert.deepEqual([end?.type, end?.bytes.length], [SessionPiece.input, 0])
  }
})

test('a long piece is handed on in its parts and not kept', () => {
  const reader = new SessionReader()
  const whole = input(Buffer.alloc(1024 * 1024))
  const [first] = reader.push(whole.subarray(0, 1000))
  assert.equal(first?.bytes.length, 995)
  assert.equal(first?.bytes.buffer, whole.buffer)
})

test('unknown types and lengths beyond what anybody sends are refused', () => {
  const header = (type: number, length: number) => {
    const bytes = Buffer.alloc(5, type)
    bytes.writeUInt32BE(length, 1)
    return bytes
  }
  for (const bad of [
    header(0, 1),
    header(9, 1),
    header(1, 2 ** 20 + 1),
    header(2, 65),
    header(3, 1e6),
  ]) {
    assert.throws(() => new SessionReader().push(bad), SkeinError)
  }
})
