import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SkeinError } from '#protocol/errors.ts'
import {
  DATA_HEADER_BYTES,
  FieldReader,
  MAX_PACKET_BYTES,
  PacketReader,
  PacketType,
  packet,
  SftpFailure,
  sealDataPacket,
  text,
  u32,
  u64,
} from './codec.ts'

test('packets are the same however the bytes are cut', () => {
  const packets = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 8 })
  fc.assert(
    fc.property(packets, fc.integer({ min: 1, max: 60 }), (bodies, size) => {
      const whole = Buffer.concat(bodies.flatMap((body) => [u32(body.length), Buffer.from(body)]))
      const reader = new PacketReader()
      const heard: Buffer[] = []
      for (let at = 0; at < whole.length; at += size) {
        heard.push(...reader.push(whole.subarray(at, at + size)))
      }
      assert.deepEqual(
        heard.map((one) => [...one]),
        bodies.map((one) => [...one]),
      )
    }),
  )
})

test('a packet of no length, or longer than any may be, is refused by its length alone', () => {
  for (const length of [0, MAX_PACKET_BYTES + 1, 0xffff_ffff]) {
    assert.throws(
      () => new PacketReader().push(u32(length)),
      (error) => error instanceof SkeinError && error.code === 'frame_invalid',
    )
  }
})

test('fields that end too early, and offsets past every file, are failures', () => {
  for (const bytes of [Buffer.alloc(3), u32(10), Buffer.concat([u32(5), Buffer.alloc(4)])]) {
    assert.throws(() => new FieldReader(bytes).string(), SftpFailure)
  }
  assert.throws(() => new FieldReader(u64(2n ** 63n)).u64(), SftpFailure)
  assert.equal(new FieldReader(u64(2 ** 40)).u64(), 2 ** 40)
})

test('a data packet that was read into is as one that was put together', () => {
  const answer = Buffer.alloc(DATA_HEADER_BYTES + 10)
  answer.write('hello', DATA_HEADER_BYTES)
  const wanted = packet(PacketType.data, u32(7), text('hello'))
  assert.deepEqual(sealDataPacket(answer, 7, 5), wanted)
})
