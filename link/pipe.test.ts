import assert from 'node:assert/strict'
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { FrameType } from '#protocol/link.ts'
import { controlFrame, dataFrame } from './frames.ts'
import { openPipes, type Pipes } from './testing/pipes.ts'

let pipes: Pipes
beforeEach(async () => {
  pipes = await openPipes()
})
afterEach(() => pipes.close())

const withCode = (code: string) => (error: unknown) =>
  error instanceof SkeinError && error.code === code

test('an end that has said all waits for a reader that is late', async () => {
  const { near, far, nearH2 } = pipes
  far.fin({ ok: true })
  near.resume()
  assert.deepEqual(await near.finished, { ok: true })
  near.write(Buffer.alloc(200_000))
  near.fin({ ok: true, status: 3 })
  if (!nearH2.closed) await once(nearH2, 'close')
  assert.equal((await buffer(far)).length, 200_000)
  assert.deepEqual(await far.finished, { ok: true, status: 3 })
})

test('both ends may end at once and read what the other said afterwards', async () => {
  const { near, far, nearH2 } = pipes
  for (const pipe of [near, far]) {
    pipe.write(Buffer.alloc(200_000))
    pipe.fin({ ok: true })
  }
  if (!nearH2.closed) await once(nearH2, 'close')
  assert.equal((await buffer(near)).length, 200_000)
  assert.equal((await buffer(far)).length, 200_000)
})

for (const bytes of [10, 3_000_000]) {
  test(`a link that is lost after their end is told to who still writes (${bytes} bytes)`, async () => {
    const { near, far, cut } = pipes
    far.fin({ ok: true })
    near.resume()
    await near.finished
    near.write(Buffer.alloc(bytes))
    const failed = once(near, 'error')
    cut()
    assert.ok(withCode('link_lost')((await failed)[0]))
  })
}

test('a link that is lost before their end is never an end of file', async () => {
  const { near, cut } = pipes
  let ended = false
  near.resume().on('end', () => {
    ended = true
  })
  cut()
  await assert.rejects(near.finished, withCode('link_lost'))
  assert.equal(ended, false)
})

test('an HTTP/2 stream that ends in order but without a fin is lost as well', async () => {
  pipes.farH2.end()
  pipes.near.resume()
  await assert.rejects(pipes.near.finished, withCode('link_lost'))
})

test('what comes after a fin is refused', async () => {
  const { near, farH2 } = pipes
  farH2.write(controlFrame(FrameType.fin, { ok: true }))
  farH2.write(dataFrame([Buffer.from('more')], 4))
  const [error] = await once(near.resume(), 'error')
  assert.ok(withCode('frame_invalid')(error))
})

const opened = controlFrame(FrameType.opened, {})
const outOfOrder = [
  ['a second answer', opened],
  ['an open where none is awaited', controlFrame(FrameType.open, {})],
] as const

for (const [what, frame] of outOfOrder) {
  test(`${what} is refused`, async () => {
    pipes.farH2.write(frame)
    const [error] = await once(pipes.near.resume(), 'error')
    assert.ok(withCode('frame_invalid')(error))
  })
}

test('a write larger than a frame arrives whole', async () => {
  const { near, far } = pipes
  const sent = Buffer.alloc(2_500_000, 'abcdefg')
  near.write(sent)
  near.write('')
  near.write('the end')
  near.fin({ ok: true })
  assert.ok((await buffer(far)).equals(Buffer.concat([sent, Buffer.from('the end')])))
})

test('an error in a fin is made anew from our own table', async () => {
  const { near, farH2 } = pipes
  const error = { code: 'constructor', message: '<b>', hint: '<b>', details: {} }
  farH2.write(controlFrame(FrameType.fin, { ok: false, error }))
  near.resume()
  const fin = await near.finished
  assert.equal(fin.error?.code, 'internal')
  assert.doesNotMatch(JSON.stringify(fin), /<b>/)
})
