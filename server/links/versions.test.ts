// Agents keep the version with which their space was started, so a link has often two. What one end does not know yet is
// answered with a code, or passed over, and the link stands.

import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import { TestPeer } from '../../link/testing/linked.ts'

let peer: TestPeer
/** As a version to come may open it. */
const later = (open: object) => open as StreamOpen

beforeEach(async () => {
  peer = new TestPeer()
  peer.dial([await peer.listen()])
  await peer.linked()
})
afterEach(() => peer.close())

async function refused(open: object): Promise<string> {
  const error = await peer.open(later(open)).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof SkeinError)
  return error.code
}

async function stands(): Promise<void> {
  const stream = await peer.open({ kind: 'echo' })
  stream.duplex.end('still here')
  let back = ''
  for await (const chunk of stream.duplex) back += chunk
  assert.equal(back, 'still here')
}

test('a kind of stream that an agent does not know is refused as such', async () => {
  assert.equal(await refused({ kind: 'telepathy', strength: 3 }), 'stream_unsupported')
  await stands()
})

test('a question, an operation and a value that an agent does not know are refused', async () => {
  for (const open of [
    { kind: 'ask', question: 'what-comes' },
    { kind: 'files', op: 'levitate', path: '/' },
    { kind: 'resumable', to: { type: 'sctp', port: 1 } },
  ]) {
    assert.equal(await refused(open), 'bad_request', JSON.stringify(open))
  }
  await stands()
})

test('a field that an agent does not know is passed over', async () => {
  const stream = await peer.open(later({ kind: 'echo', colour: 'blue', nested: { deep: [1] } }))
  stream.duplex.end('as ever')
  let back = ''
  for await (const chunk of stream.duplex) back += chunk
  assert.equal(back, 'as ever')
  await stands()
})
