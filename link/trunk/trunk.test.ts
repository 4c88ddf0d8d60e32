// A trunk between two ends in one process: what passes, who waits for whom, and what a hostile end can do.

import assert from 'node:assert/strict'
import { type Duplex, duplexPair } from 'node:stream'
import { test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { putTrunkHeader, TRUNK_HEADER_BYTES, TrunkFrame, TrunkFrameReader } from './frames.ts'
import { FIRST_WINDOW_BYTES, type Line } from './line.ts'
import { MAX_LINES, Trunk } from './trunk.ts'

const SOON = { timeoutMs: 5000 }
const MAX_WINDOW_BYTES = 2 * 1024 * 1024

/** What a line told. */
class Ear {
  readonly line: Line
  readonly chunks: Buffer[] = []
  isEnded = false
  drains = 0
  closed: { error: Error | undefined } | undefined

  constructor(line: Line) {
    this.line = line
    line.attach({
      data: (bytes) => this.chunks.push(Buffer.from(bytes)),
      drained: () => this.drains++,
      ended: () => {
        this.isEnded = true
      },
      closed: (error) => {
        this.closed = { error }
      },
    })
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks)
  }
}

function streamOf(duplex: Duplex) {
  duplex.on('error', () => undefined)
  return {
    duplex,
    fin: () => void duplex.end(),
    abort: (reason?: Error) => void duplex.destroy(reason),
  }
}

function pair(onOpen?: (far: Trunk, line: Line) => void) {
  const [a, b] = duplexPair()
  const opened: Ear[] = []
  const near = new Trunk(streamOf(a))
  const far: Trunk = new Trunk(streamOf(b), {
    onOpen: (line) => {
      if (onOpen) onOpen(far, line)
      else {
        far.accept(line)
        opened.push(new Ear(line))
      }
    },
  })
  return { near, far, opened, a, b }
}

async function openOn(near: Trunk): Promise<Ear> {
  const { line, opened } = near.open()
  await opened
  return new Ear(line)
}

async function two() {
  const trunks = pair()
  const here = await openOn(trunks.near)
  const [there] = trunks.opened
  assert.ok(there)
  return { ...trunks, here, there }
}

test('bytes and text go both ways, and either side may end first', async () => {
  const { here, there } = await two()
  const large = Buffer.alloc(200_000, 'skein')
  here.line.write('text é')
  here.line.write(large)
  here.line.end()
  await eventually(() => there.isEnded, { ...SOON, what: 'the end' })
  assert.deepEqual(there.bytes, Buffer.concat([Buffer.from('text é', 'latin1'), large]))
  assert.equal(here.isEnded, false)
  there.line.write('late')
  there.line.end()
  await eventually(() => here.closed && there.closed, { ...SOON, what: 'both ends to close' })
  assert.equal(here.bytes.toString(), 'late')
  assert.equal(here.closed?.error, undefined)
})

test('many lines keep their bytes apart', async () => {
  const { near, opened } = pair()
  const ears = await Promise.all(Array.from({ length: 50 }, () => openOn(near)))
  for (const [i, { line }] of ears.entries()) {
    line.write(`${i} `.repeat(1000))
    line.end()
  }
  await eventually(() => opened.every(({ isEnded }) => isEnded), { ...SOON, what: 'all ends' })
  for (const [i, { bytes }] of opened.entries()) assert.equal(`${bytes}`, `${i} `.repeat(1000))
})

test('a line that nobody reads keeps its writer waiting and no other line', async () => {
  const { near, opened, here, there } = await two()
  there.line.pause()
  here.line.write(Buffer.alloc(FIRST_WINDOW_BYTES - 1))
  assert.equal(here.line.write(Buffer.alloc(100)), false)
  const other = await openOn(near)
  other.line.write('hello')
  await eventually(() => opened[1]?.bytes.toString() === 'hello', { ...SOON, what: 'the other' })
  assert.equal(here.drains, 0)
  there.line.resume()
  await eventually(() => here.drains > 0, { ...SOON, what: 'room' })
  const whole = () => there.bytes.length === FIRST_WINDOW_BYTES + 99
  await eventually(whole, { ...SOON, what: 'the rest' })
})

test('what is told before anybody listens, and an end behind it, is kept', async () => {
  const { near } = pair((far, line) => {
    far.accept(line)
    line.write('first')
    line.end()
  })
  const { line, opened } = near.open()
  await opened
  await new Promise(setImmediate)
  const ear = new Ear(line)
  assert.equal(ear.bytes.toString(), 'first')
  assert.equal(ear.isEnded, true)
})

test('a refusal is its own code, and one without meaning is a lost link', async () => {
  const { near } = pair((far, line) =>
    far.refuse(line, new SkeinError('nothing_listens', { port: 1 })),
  )
  await assert.rejects(near.open().opened, { code: 'nothing_listens' })
})

test('a line that is given up is reset at the other side, and what still comes for it is dropped', async () => {
  const { near, here, there } = await two()
  there.line.write('on its way')
  here.line.abort()
  await eventually(() => there.closed, { ...SOON, what: 'the reset' })
  assert.ok(there.closed?.error)
  assert.equal(here.bytes.length, 0)
  assert.equal(near.ended.aborted, false)
  const next = await openOn(near)
  assert.equal(next.closed, undefined)
})

test('the end of the stream is the end of every line, and of what was asked for', async () => {
  const { near, here, b } = await two()
  const silent = pair(() => undefined)
  const waiting = silent.near.open().opened
  silent.b.destroy()
  await assert.rejects(waiting, { code: 'link_lost' })
  b.destroy()
  await eventually(() => here.closed, { ...SOON, what: 'the loss' })
  assert.ok(here.closed?.error instanceof SkeinError)
  await assert.rejects(near.open().opened, { code: 'link_lost' })
})

test('more lines than there may be are refused on both sides', async () => {
  const { near } = pair()
  for (let i = 0; i < MAX_LINES; i++) await near.open().opened
  await assert.rejects(near.open().opened, { code: 'too_many_streams' })
})

const frame = (type: number, line: number, payload = Buffer.alloc(0)): Buffer => {
  const header = Buffer.alloc(TRUNK_HEADER_BYTES)
  putTrunkHeader(header, 0, type as TrunkFrame, line, payload.length)
  return Buffer.concat([header, payload])
}
const credit = (bytes: number): Buffer => {
  const payload = Buffer.alloc(4)
  payload.writeUInt32BE(bytes)
  return frame(TrunkFrame.credit, 1, payload)
}

const hostile: Record<string, Buffer> = {
  'a line that nobody asked for': frame(TrunkFrame.open, 7),
  'a second answer': frame(TrunkFrame.opened, 1),
  'a type that there is not': frame(9, 1),
  'an empty piece': frame(TrunkFrame.data, 1),
  'a piece of 4 GB': Buffer.from([4, 0, 0, 1, 255, 255, 255, 255]),
  'credit without end': Buffer.concat([credit(2 ** 31), credit(2 ** 31)]),
  'two ends': Buffer.concat([frame(TrunkFrame.end, 1), frame(TrunkFrame.end, 1)]),
  'more than the window of a line that nobody reads': Buffer.concat(
    Array.from({ length: MAX_WINDOW_BYTES / 64 / 1024 + 1 }, () =>
      frame(TrunkFrame.data, 1, Buffer.alloc(64 * 1024)),
    ),
  ),
}

for (const [what, bytes] of Object.entries(hostile)) {
  test(`${what} ends the trunk and nothing else`, async () => {
    const { near, here, b } = await two()
    here.line.pause()
    b.write(bytes)
    await eventually(() => near.ended.aborted, { ...SOON, what: 'the end' })
    assert.ok(here.closed?.error)
  })
}

test('frames of one byte leave others their turn', async () => {
  const { here, b } = await two()
  const chunk = Buffer.concat(
    Array.from({ length: 1500 }, () => frame(TrunkFrame.data, 1, Buffer.of(1))),
  )
  for (let i = 0; i < 20; i++) b.write(chunk)
  await eventually(() => here.bytes.length > 0, { ...SOON, what: 'the first of them' })
  await new Promise(setImmediate)
  const soon = here.bytes.length
  assert.ok(soon < 5 * 1500, `${soon} frames before anybody else had a turn`)
  await eventually(() => here.bytes.length === 20 * 1500, { ...SOON, what: 'all of them' })
})

test('frames are the same wherever they are cut', () => {
  const bytes = Buffer.concat([
    frame(TrunkFrame.data, 5, Buffer.from('some data')),
    frame(TrunkFrame.end, 5),
    frame(TrunkFrame.refused, 2 ** 24 - 1, Buffer.from('{"code":"x"}')),
    credit(77),
  ])
  const told = (pieces: readonly Buffer[]): string[] => {
    const lines: string[] = []
    const reader = new TrunkFrameReader({
      data: (line, piece) => lines.push(...[...piece].map((byte) => `data ${line} ${byte}`)),
      told: (type, line, payload) => lines.push(`${type} ${line} ${payload.toString('hex')}`),
    })
    for (const piece of pieces) reader.push(piece)
    return lines
  }
  const whole = told([bytes])
  assert.equal(whole.length, 'some data'.length + 3)
  for (let at = 1; at < bytes.length; at++) {
    assert.deepEqual(told([bytes.subarray(0, at), bytes.subarray(at)]), whole)
  }
  assert.deepEqual(told([...bytes].map((byte) => Buffer.of(byte))), whole)
})
