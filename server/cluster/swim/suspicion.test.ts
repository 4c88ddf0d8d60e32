import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerId } from '#protocol/ids.ts'
import { SUSPICION_MAX_MS, SUSPICION_MIN_MS } from './limits.ts'
import { confirmed, possibleConfirmations, suspicionMs } from './suspicion.ts'

test('a doubt that nobody shares lasts longest, one that all can share least', () => {
  assert.equal(suspicionMs(0, 2), SUSPICION_MAX_MS)
  assert.equal(suspicionMs(2, 2), SUSPICION_MIN_MS)
  assert.equal(suspicionMs(5, 2), SUSPICION_MIN_MS)
  const between = suspicionMs(1, 2)
  assert.ok(SUSPICION_MIN_MS < between && between < SUSPICION_MAX_MS, `${between}`)
})

test('where nobody else could share a doubt, it is not waited for', () => {
  assert.equal(possibleConfirmations(0), 0)
  assert.equal(suspicionMs(0, possibleConfirmations(0)), SUSPICION_MIN_MS)
})

test('the same voice counts once', () => {
  const [a, b] = ['a' as PeerId, 'b' as PeerId]
  const first = { sinceMs: 0, by: new Set([a]) }
  assert.equal(confirmed(first, a), first)
  assert.deepEqual([...confirmed(first, b).by], [a, b])
})
