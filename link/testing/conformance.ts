// What every implementation of Streams must do, whichever way its bytes go. The other end of the subject serves
// `echo`, and for `tcp` does on each of `farPorts` what stands beside it (far-end.ts).

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { buffer, text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { type Actor, MAX_STREAMS_PER_ACTOR, type StreamOpen } from '#protocol/link.ts'
import type { LinkStream, Streams, Target } from '../../server/links/streams.ts'
import { amount } from '../../tests/support/amount.ts'

/** Of streams, fifty at a time. */
const ABORTS = amount({ usual: 300, whole: 1000 })

export const farPorts = {
  /** Accepts and writes for ever. */
  flood: 1,
  /** Accepts and never reads. */
  deaf: 2,
  /** Never answers. */
  mute: 3,
  /** Accepts, writes something, and destroys its end when it hears something. */
  broken: 4,
  /** Accepts, reads to the end, writes “late” and ends with status 7 and SIGTERM. */
  late: 5,
  /** Refuses with `nothing_listens`. */
  refused: 6,
} as const

export interface Subject {
  readonly streams: Streams
  readonly target: Target
  /** Something of the right kind to which there is no way. */
  readonly nowhere: Target
  close(): Promise<void>
}

interface Door {
  readonly subject: Subject
  open(open: StreamOpen, options?: { actor?: Actor; signal?: AbortSignal }): Promise<LinkStream>
}

export const ACTOR: Actor = { kind: 'user', id: 'u1', name: 'ada' }
/** Enough to fill every window and buffer on the way several times, bytes. */
const MUCH_BYTES = 40 * 1024 * 1024
/** A writer that was not let on for so long is waiting for its reader, milliseconds. */
const WAITING_MS = 300

export const withCode = (code: string) => (error: unknown) =>
  error instanceof SkeinError && error.code === code
const at = (port: number): StreamOpen => ({ kind: 'tcp', port })
const echo: StreamOpen = { kind: 'echo' }

export function conformance(name: string, make: () => Promise<Subject>): void {
  describe(`streams over ${name}`, () => {
    let subject: Subject
    const door: Door = {
      get subject() {
        return subject
      },
      open: async (open, options = {}) =>
        await subject.streams.open(subject.target, open, {
          actor: ACTOR,
          requestId: 'r1',
          ...options,
        }),
    }
    before(async () => {
      subject = await make()
    })
    after(async () => await subject?.close())
    carriesBytes(door)
    tellsEnds(door)
    refuses(door)
    keepsStreamsApart(door)
    letsCallersGiveUp(door)
  })
}

function carriesBytes({ open }: Door): void {
  test('bytes come back as they were sent, and the answer to the open is given', async () => {
    const stream = await open(echo)
    assert.deepEqual(stream.opened, { hello: 'echo' })
    const sent = counting(3 * 1024 * 1024 + 1)
    for (let at = 0, size = 1; at < sent.length; at += size, size = (size * 7) % 300_007) {
      stream.duplex.write(sent.subarray(at, at + size))
    }
    stream.fin({ ok: true })
    assert.ok((await buffer(stream.duplex)).equals(sent))
    assert.deepEqual(await stream.finished, { ok: true })
  })

  test('a writer waits for a reader that does not read', async () => {
    const stream = await open(at(farPorts.deaf))
    const block = Buffer.alloc(256 * 1024)
    let sent = 0
    while (sent < MUCH_BYTES) {
      sent += block.length
      if (stream.duplex.write(block)) continue
      const waited = new Promise((resolve) => setTimeout(resolve, WAITING_MS, 'waited'))
      if ((await Promise.race([once(stream.duplex, 'drain'), waited])) === 'waited') break
    }
    stream.abort()
    assert.ok(sent < MUCH_BYTES / 4, `${sent} bytes were taken for somebody who does not read`)
  })
}

function tellsEnds({ open }: Door): void {
  test('one side may end and still hear the other, and how it ended', async () => {
    const stream = await open(at(farPorts.late))
    stream.fin({ ok: true })
    assert.equal(await text(stream.duplex), 'late')
    assert.deepEqual(await stream.finished, { ok: false, status: 7, signal: 'SIGTERM' })
  })

  test('an end that breaks is a lost stream and not an end of file', async () => {
    const stream = await open(at(farPorts.broken))
    let ended = false
    stream.duplex.on('end', () => {
      ended = true
    })
    stream.duplex.resume().write('something')
    await assert.rejects(stream.finished, withCode('link_lost'))
    if (!stream.duplex.closed) await once(stream.duplex, 'close').catch(() => undefined)
    assert.ok(withCode('link_lost')(stream.duplex.errored))
    assert.equal(ended, false)
  })

  test('an abort ends both sides at once, and says why', async () => {
    const stream = await open(at(farPorts.flood))
    stream.abort(new Error('enough'))
    await assert.rejects(stream.finished, /enough/)
    assert.equal(stream.duplex.readableEnded, false)
  })
}

function refuses(door: Door): void {
  const { open } = door
  test('a refusal keeps its code and its details', async () => {
    await assert.rejects(open(at(farPorts.refused)), (error) => {
      assert.ok(error instanceof SkeinError)
      assert.equal(error.code, 'nothing_listens')
      assert.deepEqual(error.details, { port: 6 })
      return true
    })
  })

  test('an unknown kind is refused by its name', async () => {
    const unknown = { kind: 'teleport' } as unknown as StreamOpen
    await assert.rejects(open(unknown), withCode('stream_unsupported'))
  })

  test('an open that is not well formed is refused', async () => {
    await assert.rejects(open(at(70_000)), withCode('bad_request'))
  })

  test('where there is no way, the caller hears it', async () => {
    const { streams, nowhere } = door.subject
    const opening = streams.open(nowhere, echo, { actor: ACTOR, requestId: 'r1' })
    await assert.rejects(opening, withCode('agent_not_linked'))
  })
}

function keepsStreamsApart({ open }: Door): void {
  test('streams that nobody reads do not stop another', async () => {
    const floods = await Promise.all(Array.from({ length: 30 }, () => open(at(farPorts.flood))))
    const stream = await open(echo)
    stream.duplex.write('still here')
    const [heard] = await once(stream.duplex, 'data')
    assert.equal(String(heard), 'still here')
    for (const each of [...floods, stream]) each.abort()
  })

  test(`${ABORTS} quick aborts leave the way open`, async () => {
    for (let i = 0; i < ABORTS; i += 50) {
      const batch = await Promise.all(Array.from({ length: 50 }, () => open(echo)))
      for (const stream of batch) stream.abort()
    }
    const stream = await open(echo)
    stream.fin({ ok: true })
    assert.equal(await text(stream.duplex), '')
  })

  test('an actor has a limit of streams, gets them back, and holds nobody else to it', async () => {
    const actor: Actor = { kind: 'user', id: 'greedy', name: 'eve' }
    for (let round = 0; round < 2; round++) {
      const take = () => open(echo, { actor })
      const held = await Promise.all(Array.from({ length: MAX_STREAMS_PER_ACTOR }, take))
      await assert.rejects(take(), withCode('too_many_streams'))
      const other = await open(echo)
      for (const stream of [...held, other]) stream.abort()
      await Promise.allSettled(held.map(({ finished }) => finished))
      // A stream counts until HTTP/2 has let it go, which is told by the same connection, in order.
      ;(await open(echo)).abort()
    }
  })
}

function letsCallersGiveUp({ open }: Door): void {
  test('a caller that has given up before is refused with its reason', async () => {
    const signal = AbortSignal.abort(new Error('gave up'))
    await assert.rejects(open(echo, { signal }), /gave up/)
  })

  test('a caller that gives up is not kept waiting', async () => {
    const patience = new AbortController()
    const opening = open(at(farPorts.mute), { signal: patience.signal })
    patience.abort(new Error('gave up'))
    await assert.rejects(opening, /gave up/)
  })

  test('the signal of the opening does not end a stream that is open', async () => {
    const patience = new AbortController()
    const stream = await open(echo, { signal: patience.signal })
    patience.abort(new Error('gave up'))
    stream.duplex.end('on')
    assert.equal(await text(stream.duplex), 'on')
  })
}

/** Bytes in which no two neighbourhoods are alike, so that a lost or doubled piece shows. */
function counting(length: number): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4)).map((_, i) => i)
  return Buffer.from(words.buffer, 0, length)
}
