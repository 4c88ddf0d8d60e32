import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestClock } from '../../tests/support/clock.ts'
import { silentLog } from '../log.ts'
import type { Change } from '../records/records.ts'
import { ENTRY_RULE, GATHER_MS, MAX_GATHERED, type Refusal, Refusals } from './refusals.ts'

const MINUTES_OF_A_DAY = 24 * 60

interface Body {
  readonly address: string
  readonly actor: { readonly name: string }
  readonly target: { readonly name: string }
  readonly detail: Readonly<Record<string, unknown>>
}

function begin() {
  const clock = new TestClock()
  const written: Body[] = []
  const records = {
    transact: async (decide: (view: never) => { changes: readonly Change[] }) => {
      const { changes } = decide(undefined as never)
      written.push(...changes.map((change) => (change as unknown as { body: Body }).body))
      return undefined as never
    },
  }
  return { clock, written, refusals: new Refusals({ records, clock, log: silentLog() }) }
}

const knock = (more: Partial<Refusal> = {}): Refusal => ({
  ...{ address: '192.0.2.1', name: 'site', reason: 'ssh_key_unknown' },
  ...more,
})

test('refusals of one address and name are one entry a minute, with how many there were', async () => {
  const { clock, written, refusals } = begin()
  for (let i = 0; i < 500; i++) refusals.note(knock())
  refusals.note(knock({ name: 'other' }))
  await clock.advance(GATHER_MS)
  const seen = written.map(({ target, detail }) => [target.name, detail.count])
  assert.deepEqual(seen, [
    ['site', 500],
    ['other', 1],
  ])
  await clock.advance(10 * GATHER_MS)
  assert.equal(written.length, 2)
  refusals.note(knock())
  await clock.advance(GATHER_MS)
  assert.equal(written.length, 3)
  await refusals.close()
})

test('a flood from everywhere fills nothing: entries have a limit, and none of it goes uncounted', async () => {
  const { clock, written, refusals } = begin()
  let sent = 0
  for (let minute = 0; minute < 100; minute++) {
    for (let i = 0; i < 2 * MAX_GATHERED; i++) {
      refusals.note(knock({ address: `10.${minute}.${i >> 8}.${i & 255}` }))
      sent++
    }
    await clock.advance(GATHER_MS)
  }
  await refusals.close()
  assert.ok(written.length <= ENTRY_RULE.burst + 101, `${written.length}`)
  const counted = written.reduce((sum, { detail }) => sum + Number(detail.count), 0)
  assert.equal(counted, sent)
  assert.ok(ENTRY_RULE.burst + MINUTES_OF_A_DAY * (GATHER_MS / ENTRY_RULE.refillMs) < 2000)
})

test('the worst is named, and the rest is told as one', async () => {
  const { clock, written, refusals } = begin()
  for (let i = 0; i < 30; i++) refusals.note(knock({ address: `10.0.0.${i}` }))
  for (let i = 0; i < 5; i++) refusals.note(knock({ address: '10.0.0.7' }))
  await clock.advance(GATHER_MS)
  await refusals.close()
  assert.equal(written.length, ENTRY_RULE.burst)
  assert.deepEqual([written[0]?.address, written[0]?.detail.count], ['10.0.0.7', 6])
  assert.deepEqual(
    [written.at(-1)?.detail.reason, written.at(-1)?.detail.addresses],
    ['several', 11],
  )
})

test('what is gathered when a peer ends is written', async () => {
  const { written, refusals } = begin()
  refusals.note(knock())
  await refusals.close()
  refusals.note(knock())
  assert.deepEqual(
    written.map(({ detail }) => detail.reason),
    ['ssh_key_unknown'],
  )
})
