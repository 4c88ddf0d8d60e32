import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoredEntry } from '../store/store.ts'
import { digestOf, extend, genesis } from './chain.ts'
import { AuditKey, CHECKPOINT_SUBJECT, type Seal } from './checkpoint.ts'
import { linkOf, placeOf } from './trail.ts'
import { verifyChain } from './verify.ts'

const key = new AuditKey(Buffer.alloc(32, 1))
const origin = '00112233445566ff'

function entry(seq: number, text: string, more: Partial<StoredEntry> = {}): StoredEntry {
  return {
    ...{ position: seq, stream: 'audit', subject: 'somebody', atMs: 1000 * seq, index: 0 },
    dot: { origin, seq },
    body: JSON.stringify({ action: text }),
    ...more,
  }
}

function sealed(seq: number, detail: Seal): StoredEntry {
  return entry(seq, '', { subject: CHECKPOINT_SUBJECT, body: JSON.stringify({ detail }) })
}

/** Twelve entries: at 5 a checkpoint of the four before, at 10 one of 5 to 9, and two more that nothing seals. */
function trail(signer = key): StoredEntry[] {
  const all: StoredEntry[] = []
  const write = (upTo: number) => {
    for (let seq = all.length + 1; seq <= upTo; seq++) all.push(entry(seq, `act ${seq}`))
  }
  let from = 0
  const checkpoint = () => {
    const heads = extend(genesis(origin), all.map(digestOf))
    const last = all.at(-1)
    assert.ok(last)
    all.push(sealed(all.length + 1, signer.seal(origin, heads.slice(from), placeOf(last))))
    from = heads.length
  }
  write(4)
  checkpoint()
  write(9)
  checkpoint()
  write(12)
  return all
}

const verdictOn = (entries: readonly StoredEntry[]) =>
  verifyChain(
    origin,
    entries.map((one) => linkOf(one, key)),
  )
const brokenIn = (entries: readonly StoredEntry[]) => {
  const { broken } = verdictOn(entries)
  return broken && [broken.seq, broken.reason]
}
const without = (seq: number) => trail().filter(({ dot }) => dot.seq !== seq)
const changed = (seq: number, more: Partial<StoredEntry>) =>
  trail().map((one) => (one.dot.seq === seq ? { ...one, ...more } : one))

test('what nobody touched is whole, and it is told how much of it is sealed', () => {
  assert.deepEqual(verdictOn(trail()), {
    ...{ entries: 12, sealed: 9, checkpoints: 2, beginsMs: 1000, isCut: false },
  })
  assert.deepEqual(verdictOn([]), {
    ...{ entries: 0, sealed: 0, checkpoints: 0, beginsMs: undefined, isCut: false },
  })
})

test('a changed entry is found at its place, whatever of it was changed', () => {
  assert.deepEqual(brokenIn(changed(7, { body: '{"action":"nothing"}' })), [7, 'altered'])
  assert.deepEqual(brokenIn(changed(2, { atMs: 1 })), [2, 'altered'])
  assert.deepEqual(brokenIn(changed(2, { subject: 'another' })), [2, 'altered'])
  // Where it stands in this database is not part of it.
  assert.equal(brokenIn(changed(2, { position: 99 })), undefined)
})

test('a removed entry is found where it was, the first and the last one sealed as well', () => {
  assert.deepEqual(brokenIn(without(7)), [8, 'altered'])
  assert.deepEqual(brokenIn(without(1)), [2, 'altered'])
  assert.deepEqual(brokenIn(without(9)), [10, 'altered'])
  assert.deepEqual(brokenIn(without(5)), [6, 'altered'])
})

test('entries that changed places, and one that was put in, are found', () => {
  const swapped = trail().map((one) => {
    const { seq } = one.dot
    const to = seq === 6 ? 8 : seq === 8 ? 6 : seq
    return { ...one, dot: { origin, seq: to } }
  })
  swapped.sort((a, b) => a.dot.seq - b.dot.seq)
  assert.deepEqual(brokenIn(swapped), [6, 'altered'])
  const more = [...trail(), entry(7, 'put in', { index: 1 })]
  more.sort((a, b) => a.dot.seq - b.dot.seq || a.index - b.index)
  assert.deepEqual(brokenIn(more), [7, 'altered'])
})

test('a chain that was made anew with another key is forged', () => {
  assert.deepEqual(brokenIn(trail(new AuditKey(Buffer.alloc(32, 2)))), [5, 'forged'])
})

test('a checkpoint whose words were changed, or of another origin, is forged', () => {
  const { body } = trail()[4] ?? entry(0, '')
  assert.deepEqual(brokenIn(changed(5, { body: body.replace('"count":4', '"count":3') })), [
    5,
    'forged',
  ])
  assert.deepEqual(brokenIn(changed(5, { body: '{"detail":{}}' })), [5, 'forged'])
  assert.deepEqual(brokenIn(changed(5, { body: 'no JSON' })), [5, 'forged'])
  const other = trail().map((one) => ({ ...one, dot: { ...one.dot, origin: 'ff'.repeat(8) } }))
  const links = other.map((one) => linkOf(one, key))
  assert.equal(verifyChain('ff'.repeat(8), links).broken?.reason, 'forged')
})

test('what is cut at a checkpoint still verifies, and what is changed after the cut is found', () => {
  const cut = trail().slice(4)
  assert.deepEqual(verdictOn(cut), {
    ...{ entries: 8, sealed: 5, checkpoints: 2, beginsMs: 5000, isCut: true },
  })
  assert.deepEqual(brokenIn(cut.filter(({ dot }) => dot.seq !== 7)), [8, 'altered'])
  assert.deepEqual(verdictOn(trail().slice(9)).isCut, true)
})

test('what is cut anywhere else does not', () => {
  assert.deepEqual(brokenIn(trail().slice(2)), [3, 'altered'])
  // Its checkpoint is gone with it: the next one's marks begin at the fifth entry, which the tenth is now.
  assert.deepEqual(brokenIn(trail().slice(5)), [10, 'altered'])
})

test('two checkpoints of the same entries agree', () => {
  const [head] = extend(genesis(origin), [digestOf(entry(1, 'act 1'))])
  assert.ok(head)
  const seal = key.seal(origin, [head], { seq: 1, index: 0 })
  const entries = [entry(1, 'act 1'), sealed(2, seal), sealed(3, seal)]
  assert.equal(brokenIn(entries), undefined)
  assert.deepEqual(brokenIn([entry(1, 'another'), ...entries.slice(1)]), [1, 'altered'])
})
