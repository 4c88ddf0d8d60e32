// Real servers on a network of their own, killed, stopped and cut off while clients write through all of them: what was
// acknowledged is there or lawfully superseded, what was deleted stays away, and soon after the last blow all are equal.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { amount } from '../support/amount.ts'

/** Long enough for each fault to befall several servers. */
const SECONDS = process.env.SKEIN_TEST_TORTURE_SECONDS ?? '90'
/** The same upon databases. */
const MIXED_SECONDS = '90'
/** From the heal until all are equal; five seconds are promised, to servers that have the machine to themselves. */
const WITHIN_SECONDS = process.env.SKEIN_TEST_TIMED === undefined ? '20' : '5'
/** So that tests beside have room. */
const DEEDS = String(amount({ usual: 6, whole: 20 }))
const PROGRAM = new URL('./torture/main.ts', import.meta.url).pathname

async function torture(...args: string[]): Promise<{ isWell: boolean; output: string }> {
  const child = spawn(process.execPath, [
    PROGRAM,
    '--within',
    WITHIN_SECONDS,
    '--deeds',
    DEEDS,
    ...args,
  ])
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const [status] = await once(child, 'close')
  return { isWell: status === 0, output }
}

test('servers that know nothing of one another are found out', async () => {
  const { isWell, output } = await torture('--peers', '3', '--seconds', '5', '--apart')
  assert.equal(isWell, false, output)
  assert.match(output, /^ {2}lost: /m)
})

test('five servers that are killed, stopped and cut off while clients write keep what they acknowledged', async (t) => {
  const { isWell, output } = await torture('--seconds', SECONDS)
  assert.ok(isWell, output)
  t.diagnostic(output)
})

test('five servers on a MariaDB, a Redis and a file keep what they acknowledged while those are killed as well', async (t) => {
  const { isWell, output } = await torture('--databases', '--seconds', MIXED_SECONDS)
  assert.ok(isWell, output)
  t.diagnostic(output)
})
