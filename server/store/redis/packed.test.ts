import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ListReader, packList } from './packed.ts'

const read = (bytes: Buffer): string[] => {
  const list = new ListReader(bytes)
  const all: string[] = []
  while (!list.isOver) all.push(list.text())
  return all
}

test('a list comes back as it was, at each length that is written differently', () => {
  for (const length of [0, 1, 31, 32, 255, 256, 65_535, 65_536]) {
    const list = ['é'.repeat(Math.floor(length / 2)), 'x'.repeat(length)]
    assert.deepEqual(read(packList(list)), list)
  }
  for (const count of [1, 15, 16, 65_535, 65_536]) {
    const list = Array.from({ length: count }, (_, i) => String(i))
    assert.deepEqual(read(packList(list)), list)
  }
})

test('bytes that are no text come back as they were', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
  assert.deepEqual(new Uint8Array(new ListReader(packList([bytes])).bytes()), bytes)
})

test('bytes that are no list are refused wherever they are cut', () => {
  const packed = packList(['one', 'x'.repeat(300)])
  for (let end = 0; end < packed.length; end++) {
    assert.throws(() => read(packed.subarray(0, end)), RangeError)
  }
  assert.throws(() => read(Buffer.from([0x91, 0x01])), RangeError)
  assert.throws(() => new ListReader(packList(['a'])).bytes().readUInt32BE(0), RangeError)
})

test('nothing can be read past the end of a list', () => {
  const list = new ListReader(packList(['a']))
  list.text()
  assert.throws(() => list.text(), RangeError)
})
