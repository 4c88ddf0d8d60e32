import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { amount } from '../../tests/support/amount.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { Desk } from './testing/desk.ts'
import { openTerminals } from './testing/open.ts'

const LINES = amount({ usual: 1_300_000, whole: 4_000_000 })
/** Fewer lines are cut more often, so that there are as many cuts. */
const MAX_PAUSE_MS = amount({ usual: 5, whole: 20 })

/** A small generator of its own (mulberry32), so that a failure's seed repeats the same cuts. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function expectedOutput(): Buffer {
  const lines = Array.from({ length: LINES }, (_, n) => `${n + 1}\n`)
  return Buffer.from(`ready\n${lines.join('')}`)
}

async function openFlood(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'skein-survive-'))
  const typed = join(folder, 'typed')
  const terminals = openTerminals()
  t.after(async () => {
    await terminals.close()
    rmSync(folder, { recursive: true })
  })
  const script = `stty raw -echo; echo ready; cat >${typed} & seq ${LINES}; wait`
  // In the background a shell would read /dev/null: it has to be given the terminal again.
  const command = ['/bin/sh', '-c', script.replace('cat >', 'cat </dev/tty >')]
  const desk = new Desk(terminals, { client: 'survivor', command })
  return { desk, typed: () => readFileSync(typed, 'utf8') }
}

test('a flood arrives whole and typing arrives once through a connection that is cut again and again', async (t) => {
  const seed = Date.now() % 1_000_000
  t.diagnostic(`seed ${seed}`)
  const random = randomFrom(seed)
  const { desk, typed } = await openFlood(t)
  const hash = createHash('sha256')
  let snapshots = 0
  desk.onEvent = (event) => {
    if (event.type === 'output') hash.update(event.bytes)
    if (event.type === 'snapshot') snapshots += 1
    desk.output = []
  }
  desk.connect()
  await eventually(() => desk.client.seen > 0, { timeoutMs: 5000, what: 'the program to begin' })
  let expected = ''
  const whole = expectedOutput()
  const end = whole.length
  let cut = 0
  for (; desk.client.seen < end; cut++) {
    const keys = `${cut}:${'k'.repeat(Math.floor(random() * 40))},`
    expected += keys
    for (const half of [keys.slice(0, 3), keys.slice(3)]) desk.type(half)
    await delay(random() * MAX_PAUSE_MS)
    await desk.cut()
    if (random() < 0.2) await delay(random() * MAX_PAUSE_MS * 6)
    desk.connect()
  }
  t.diagnostic(`${cut} cuts`)
  assert.ok(cut > 50)
  await eventually(() => typed().length >= expected.length, { timeoutMs: 5000, what: 'the typing' })
  assert.equal(snapshots, 0)
  assert.equal(typed(), expected)
  assert.equal(hash.digest('hex'), createHash('sha256').update(whole).digest('hex'))
})
