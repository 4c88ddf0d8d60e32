// People at terminals, stock ssh and forwarded ports, through three real peers that are killed, restarted and cut off: no
// stream ends, no byte is lost or doubled, nothing is typed twice. `npm run streams` is the same for as long as one likes.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { amount } from '../support/amount.ts'

const PROGRAM = new URL('./streams/main.ts', import.meta.url).pathname
const CROWD = {
  terminals: amount({ usual: 5, whole: 50 }),
  ssh: amount({ usual: 2, whole: 20 }),
  forwards: amount({ usual: 1, whole: 5 }),
}
/** One of each blow that matters most; or each of them upon each peer. */
const BLOWS = amount({ usual: 1, whole: 0 }) === 1 ? ['--brief', '--engines', '1'] : []

async function streams(t: TestContext, ...words: string[]): Promise<void> {
  const size = Object.entries(CROWD).flatMap(([name, count]) => [`--${name}`, String(count)])
  const child = spawn(process.execPath, [PROGRAM, ...size, ...BLOWS, ...words])
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const [status] = await once(child, 'close')
  assert.equal(status, 0, output)
  t.diagnostic(output)
}

test('nothing is lost, doubled or typed twice while peers are killed and restarted', (t) => {
  return streams(t)
})

test('nor with a peer of an earlier version among them', (t) => {
  return streams(t, '--mixed')
})
