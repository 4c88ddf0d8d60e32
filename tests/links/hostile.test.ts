// A space's user owns the key of its agent and can speak for it. Whatever it sends costs it its own link at most: the
// agents beside it are answered as fast as before, and the peer's memory stays.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { ACTOR, serveForTests, TestPeer } from '../../link/testing/linked.ts'
import { eventually } from '../support/eventually.ts'
import { echoes } from './echoes.ts'
import type { Mischief } from './mischief.ts'

const PROGRAM = join(import.meta.dirname, 'mischief.ts')
/** How long the others are watched while it goes on, ms. */
const WATCHED_MS = 600
/** Below 10 on a quiet machine; what is looked for here is a peer that stands still. */
const MAX_P99_MS = 50
const MAX_GROWTH_BYTES = 96 * 1024 * 1024

/** What the peer answers with; `ended` is the end of the link that it came on. */
const cases: readonly { what: Mischief; name: string; ended: boolean }[] = [
  { what: 'pings', name: 'pings without end, and reads no answer', ended: true },
  { what: 'settings', name: 'settings without end, and reads no answer', ended: true },
  { what: 'pushes', name: 'pushes what nobody asked for, ten thousand times', ended: false },
  { what: 'headers', name: 'sends a block of headers without end', ended: true },
  { what: 'silence', name: 'answers nothing and reads nothing', ended: false },
  { what: 'line', name: 'reports one line of a gigabyte', ended: true },
  { what: 'ports', name: 'reports a million ports', ended: true },
  { what: 'lies', name: 'reports without a pause', ended: false },
  { what: 'nothings', name: 'sends empty frames without end', ended: true },
  { what: 'crumbs', name: 'sends a frame for each byte', ended: false },
  { what: 'answers', name: 'answers one question for ever', ended: true },
]

describe('an agent that means harm', () => {
  const peer = new TestPeer()
  let address = ''
  before(async () => {
    address = await peer.listen()
    peer.dial([address], serveForTests)
    await peer.linked()
  })
  after(() => peer.close())

  const echo = () =>
    peer.links.streams.open(
      { space: peer.spaceId },
      { kind: 'echo' },
      { actor: ACTOR, requestId: 'e' },
    )

  for (const { what, name, ended } of cases) {
    test(`${name}: the others do not notice`, async (t) => {
      const stream = await echo()
      const { spaceId, key } = peer.another()
      globalThis.gc?.()
      const before = process.memoryUsage.rss()
      const words = [address, spaceId, key.toString('hex'), what]
      const child = spawn(process.execPath, [PROGRAM, ...words], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      t.after(() => child.kill('SIGKILL'))
      const exited = once(child, 'exit')
      await once(child.stdout, 'data')
      if (what === 'crumbs') {
        const linked = () => peer.links.has(spaceId)
        await eventually(linked, { timeoutMs: 1000, what: 'the link' })
        const read = await peer.links.streams.open(
          { space: spaceId },
          { kind: 'ask', question: 'ports' },
          { actor: ACTOR, requestId: 'c' },
        )
        read.duplex.resume()
      }
      const { p99Ms, maxMs } = await echoes(stream, WATCHED_MS)
      const grownBytes = process.memoryUsage.rss() - before
      t.diagnostic(
        `${what}: p99 ${p99Ms.toFixed(1)} ms, max ${maxMs.toFixed(1)} ms, ${(grownBytes / 1e6).toFixed(0)} MB more, linked ${peer.links.has(spaceId)}`,
      )
      if (ended) {
        await eventually(() => !peer.links.has(spaceId), { timeoutMs: 1000, what: 'its end' })
        await exited
      }
      assert.ok(p99Ms <= MAX_P99_MS, `p99 of the others: ${p99Ms} ms`)
      assert.ok(grownBytes < MAX_GROWTH_BYTES, `grown by ${grownBytes} bytes`)
      assert.ok(peer.links.has(peer.spaceId))
      stream.abort()
    })
  }
})
