// What every implementation of Streams must do, whichever way its bytes go. The other end is `serveForTests`.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { MAX_STREAMS_PER_ACTOR, type StreamOpen } from '#protocol/link.ts'
import type { Streams, Target } from '../../server/links/streams.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { ACTOR } from './linked.ts'

export interface Subject {
  readonly streams: Streams
  readonly target: Target
  close(): Promise<void>
}

const withCode = (code: string) => (error: unknown) =>
  error instanceof SkeinError && error.code === code

export function conformance(name: string, make: () => Promise<Subject>): void {
  describe(`streams over ${name}`, () => {
    let subject: Subject
    before(async () => {
      subject = await make()
    })
    after(async () => await subject?.close())
    const open = (kind: StreamOpen, signal?: AbortSignal) =>
      subject.streams.open(subject.target, kind, {
        actor: ACTOR,
        requestId: 'r1',
        ...(signal ? { signal } : {}),
      })

    test('bytes come back as they were sent, and the answer to the open is given', async () => {
      const stream = await open({ kind: 'echo' })
      assert.deepEqual(stream.opened, { hello: 'echo' })
      const sent = Buffer.alloc(3 * 1024 * 1024, 'abc')
      stream.duplex.end(sent)
      const heard = await Array.fromAsync(stream.duplex)
      assert.ok(Buffer.concat(heard).equals(sent))
      assert.deepEqual(await stream.finished, { ok: true })
    })

    test('one side may end and still hear the other, with its status', async () => {
      const stream = await open({ kind: 'exec', command: ['x'] })
      stream.fin({ ok: true })
      assert.equal(Buffer.concat(await Array.fromAsync(stream.duplex)).toString(), 'late')
      assert.deepEqual(await stream.finished, { ok: true, status: 7 })
    })

    test('a handler that fails is a lost stream and not an end of file', async () => {
      const stream = await open({ kind: 'tcp', port: 3 })
      await assert.rejects(stream.finished, withCode('link_lost'))
      await eventually(() => stream.duplex.destroyed, { timeoutMs: 1000, what: 'destroyed' })
      assert.equal(stream.duplex.readableEnded, false)
    })

    test('an unknown kind is refused by name', async () => {
      const unknown = { kind: 'teleport' } as unknown as StreamOpen
      await assert.rejects(open(unknown), withCode('stream_unsupported'))
    })

    test('a writer waits for a reader that does not read', async () => {
      const stream = await open({ kind: 'tcp', port: 2 })
      const block = Buffer.alloc(256 * 1024)
      let accepted = 0
      while (accepted < 64 && stream.duplex.write(block)) accepted++
      assert.ok(accepted < 64, 'the writer was never asked to wait')
      stream.abort()
    })

    test('streams that nobody reads do not stop another', async () => {
      const floods = await Promise.all(
        Array.from({ length: 20 }, () => open({ kind: 'tcp', port: 1 })),
      )
      const echo = await open({ kind: 'echo' })
      echo.duplex.write('still here')
      const [heard] = await once(echo.duplex, 'data')
      assert.equal(String(heard), 'still here')
      for (const stream of [...floods, echo]) stream.abort()
    })

    test('a thousand quick aborts leave the link standing', async () => {
      for (let i = 0; i < 100; i++) {
        const batch = await Promise.all(Array.from({ length: 10 }, () => open({ kind: 'echo' })))
        for (const stream of batch) stream.abort()
      }
      const echo = await open({ kind: 'echo' })
      echo.abort()
    })

    test('an actor has a limit of streams, and gets them back', async () => {
      await eventually(
        async () => {
          const held = []
          try {
            for (let i = 0; i < MAX_STREAMS_PER_ACTOR; i++) held.push(await open({ kind: 'echo' }))
            await assert.rejects(open({ kind: 'echo' }), withCode('too_many_streams'))
            return true
          } catch (error) {
            if (withCode('too_many_streams')(error)) return false
            throw error
          } finally {
            for (const stream of held) stream.abort()
          }
        },
        { timeoutMs: 5000, what: 'the limit, no sooner and no later' },
      )
    })

    test('a caller that gives up is not kept waiting', async () => {
      await assert.rejects(
        open({ kind: 'echo' }, AbortSignal.abort(new Error('gave up'))),
        /gave up/,
      )
    })
  })
}
