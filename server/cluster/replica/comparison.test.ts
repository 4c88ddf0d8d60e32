import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Comparison } from './comparison.ts'
import type { Turn } from './effect.ts'
import { bucketOf, Fingerprints } from './fingerprint.ts'

const ORIGIN = 'a'.repeat(16)
const upTo = (high: number) => [{ origin: ORIGIN, low: 1, high }]

/** What was asked for since the last call. */
function asked(turn: Turn): string[] {
  return turn.effects.splice(0).flatMap((effect) => {
    if (effect.type !== 'send') return []
    const { message } = effect
    return message.type === 'buckets'
      ? message.buckets.map(({ kind, number }) => `${kind}/${number}`)
      : [message.type]
  })
}

/** One row here, none at the other. */
function begun() {
  const prints = new Fingerprints()
  prints.add('space', 'x', { low: 1, high: 1 })
  const comparison = new Comparison('p2', 1, prints, 0)
  const turn: Turn = { nowMs: 0, effects: [] }
  comparison.ask(turn)
  asked(turn)
  return { comparison, prints, turn, bucket: `space/${bucketOf('x')}` }
}

test('a bucket that was merged and still differs is not fetched again while nothing changes', () => {
  const { comparison, turn, bucket } = begun()
  comparison.sums(turn, upTo(3), [])
  assert.deepEqual(asked(turn), [bucket])
  comparison.merged(turn)
  assert.deepEqual(asked(turn), ['compare'])
  comparison.sums(turn, upTo(3), [])
  assert.deepEqual(asked(turn), [])
  assert.equal(comparison.isDone, true)
})

test('a bucket is fetched again when the other has heard of more, though its sums are the same', () => {
  const { comparison, turn, bucket } = begun()
  comparison.sums(turn, upTo(3), [])
  comparison.merged(turn)
  asked(turn)
  // What was kept because the other had not heard of it may be deleted there by now.
  comparison.sums(turn, upTo(4), [])
  assert.deepEqual(asked(turn), [bucket])
  assert.equal(comparison.isDone, false)
})

test('a comparison ends after some rounds, however much is written meanwhile', () => {
  const { comparison, prints, turn } = begun()
  let rounds = 0
  for (; !comparison.isDone && rounds < 20; rounds++) {
    prints.add('space', 'x', { low: rounds + 1, high: 1 })
    comparison.sums(turn, upTo(rounds + 1), [])
    comparison.merged(turn)
  }
  assert.ok(rounds <= 4)
})
