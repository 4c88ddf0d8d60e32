import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import type { StreamKind } from '#protocol/link.ts'
import { TestClock } from '../../../tests/support/clock.ts'
import { eventually } from '../../../tests/support/eventually.ts'
import { FakeStreams } from '../../../tests/support/http/link-pair.ts'
import { Carriers } from './carriers.ts'
import { StreamCarrier } from './stream-carrier.ts'

function carriers(refused: readonly StreamKind[]) {
  const kinds: string[] = []
  const streams = new FakeStreams(({ kind }) => {
    kinds.push(kind)
    if (refused.includes(kind)) throw new SkeinError('stream_unsupported', { kind })
    return {}
  })
  const options = { actor: { kind: 'system', id: 'apps', name: 'apps' }, requestId: 'r' } as const
  const clock = new TestClock()
  const stream = (open: Parameters<typeof streams.open>[1]) =>
    streams.open({ space: 's' as never }, open, options)
  return { kinds, clock, streams, carriers: new Carriers({ port: 80, clock, stream }) }
}

test('an agent that knows no trunks gets a stream for each connection', async () => {
  const it = carriers(['ports'])
  assert.ok((await it.carriers.open()) instanceof StreamCarrier)
  assert.deepEqual(it.kinds, ['ports', 'tcp'])
})

test('an agent that never answers a line is waited for as long as for a stream, and the trunk stands', async () => {
  const it = carriers([])
  const first = it.carriers.open()
  first.catch(() => undefined)
  await eventually(() => it.streams.opened.length === 1, { timeoutMs: 5000, what: 'the trunk' })
  await new Promise(setImmediate)
  await it.clock.advance(10_000)
  await assert.rejects(first, { code: 'timeout' })
  const second = it.carriers.open()
  second.catch(() => undefined)
  await new Promise(setImmediate)
  assert.deepEqual(it.kinds, ['ports'])
  it.carriers.close()
  await assert.rejects(second, { code: 'link_lost' })
})

test('a trunk that is lost is asked for again', async () => {
  const it = carriers([])
  const first = it.carriers.open()
  first.catch(() => undefined)
  await eventually(() => it.streams.opened.length === 1, { timeoutMs: 5000, what: 'the trunk' })
  it.streams.opened[0]?.lose()
  await assert.rejects(first, { code: 'link_lost' })
  it.carriers.open().catch(() => undefined)
  await eventually(() => it.streams.opened.length === 2, { timeoutMs: 5000, what: 'another' })
  it.carriers.close()
})
