// What an agent may answer to a stream that nobody honest would: each ends that stream with a code of our table, and
// the link stands.

import assert from 'node:assert/strict'
import { performServerHandshake, type ServerHttp2Stream } from 'node:http2'
import { after, before, describe, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { FrameType, type StreamOpen } from '#protocol/link.ts'
import { controlFrame, linkHeader } from '../../link/frames.ts'
import { sessionOptions } from '../../link/session.ts'
import { ACTOR, TestPeer } from '../../link/testing/linked.ts'
import { asAgent } from '../../tests/links/raw.ts'
import { eventually } from '../../tests/support/eventually.ts'

const opened = controlFrame(FrameType.opened, {})
const fin = (value: unknown) => controlFrame(FrameType.fin, value)
const raw = (type: number, text: string) =>
  Buffer.concat([linkHeader(type as FrameType, text.length), Buffer.from(text)])
const failed = (code: string) =>
  raw(
    FrameType.fin,
    `{"ok":false,"error":{"code":"${code}","message":"m","hint":"h","details":{}}}`,
  )

interface Case {
  readonly name: string
  readonly bytes: readonly Buffer[]
  /** The code that the caller of `open` gets, or of `finished` when the open was answered. */
  readonly code: string
}

const cases: readonly Case[] = [
  { name: 'a fin that is not JSON', bytes: [raw(4, '{"ok":')], code: 'frame_invalid' },
  { name: 'a fin of no known form', bytes: [fin({ ok: 'yes' })], code: 'frame_invalid' },
  { name: 'a fin that is null', bytes: [raw(4, 'null')], code: 'frame_invalid' },
  {
    name: 'a fin with a status of 1e999',
    bytes: [raw(4, '{"ok":true,"status":1e999}')],
    code: 'frame_invalid',
  },
  { name: 'an error code that nobody knows', bytes: [failed('all_is_well')], code: 'internal' },
  { name: 'an error code named __proto__', bytes: [failed('__proto__')], code: 'internal' },
  { name: 'an error code named constructor', bytes: [failed('constructor')], code: 'internal' },
  {
    name: 'a fin that reaches for the prototype',
    bytes: [
      raw(4, '{"ok":false,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
    ],
    code: 'link_lost',
  },
  { name: 'a frame of an unknown type', bytes: [opened, raw(9, 'x')], code: 'frame_invalid' },
  { name: 'a frame of type 0', bytes: [opened, raw(0, 'x')], code: 'frame_invalid' },
  { name: 'a frame of 4 GB', bytes: [opened, linkHeader(3, 2 ** 32 - 1)], code: 'frame_invalid' },
  { name: 'a fin of 65 kB', bytes: [opened, linkHeader(4, 65 * 1024)], code: 'frame_invalid' },
  { name: 'an empty frame', bytes: [opened, linkHeader(3, 0)], code: 'frame_invalid' },
  { name: 'an open in answer to an open', bytes: [controlFrame(1, {})], code: 'frame_invalid' },
  { name: 'two answers', bytes: [opened, opened], code: 'frame_invalid' },
  { name: 'data and an end without a fin', bytes: [opened, raw(3, 'half')], code: 'link_lost' },
  { name: 'half a fin', bytes: [opened, fin({ ok: true }).subarray(0, 7)], code: 'link_lost' },
  { name: 'an end before any answer', bytes: [], code: 'link_lost' },
]

describe('an agent that answers with', () => {
  const peer = new TestPeer()
  const question: StreamOpen = { kind: 'ask', question: 'ports' }
  let answer: readonly Buffer[] = []

  const serve = (h2: ServerHttp2Stream, path: string) => {
    h2.on('error', () => undefined)
    h2.respond({ ':status': 200 })
    h2.resume()
    if (path === '/v1/report') h2.write(opened)
    else h2.end(Buffer.concat([...answer]))
  }
  const ask = () =>
    peer.links.streams.open({ space: peer.spaceId }, question, { actor: ACTOR, requestId: 'f' })

  before(async () => {
    const { spaceId, key } = peer
    const session = performServerHandshake(
      await asAgent({ address: await peer.listen(), spaceId, key }),
      sessionOptions,
    )
    session.on('stream', (h2, headers) => serve(h2, headers[':path'] ?? ''))
    await peer.linked()
  })
  after(() => peer.close())

  for (const { name, bytes, code } of cases) {
    test(`${name} loses that stream as ${code}`, async () => {
      answer = bytes
      const end = ask().then((stream) => stream.finished)
      await assert.rejects(end, (error) => error instanceof SkeinError && error.code === code)
      assert.equal(Reflect.get({}, 'polluted'), undefined)
      assert.ok(peer.links.has(peer.spaceId))
    })
  }

  test('data after its fin is heard by nobody', async () => {
    answer = [opened, raw(3, 'before'), fin({ ok: true }), raw(3, 'after')]
    const stream = await ask()
    const heard: Buffer[] = []
    stream.duplex.on('data', (chunk: Buffer) => heard.push(chunk))
    assert.deepEqual(await stream.finished, { ok: true })
    const gone = () => stream.duplex.destroyed
    await eventually(gone, { timeoutMs: 1000, what: 'the end of the stream' })
    assert.doesNotMatch(Buffer.concat(heard).toString(), /after/)
    assert.ok(peer.links.has(peer.spaceId))
  })
})
