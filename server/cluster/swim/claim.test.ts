import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PeerId } from '#protocol/ids.ts'
import { type Claim, peerStates, refutation, supersedes } from './claim.ts'

const id = '00000000-0000-7000-8000-000000000001' as PeerId
const claim: fc.Arbitrary<Claim> = fc.record({
  id: fc.constant(id),
  boot: fc.integer({ min: 1, max: 3 }),
  incarnation: fc.integer({ min: 0, max: 3 }),
  state: fc.constantFrom(...peerStates),
  by: fc.constant(id),
})
const say = (state: Claim['state'], incarnation = 0, boot = 1): Claim => ({
  id,
  boot,
  incarnation,
  state,
  by: id,
})

test('whatever the order in which claims come, everyone ends with the same one', () => {
  const last = (claims: readonly Claim[]): Claim | undefined =>
    claims.reduce<Claim | undefined>(
      (held, next) => (!held || supersedes(next, held) ? next : held),
      undefined,
    )
  const known = ({ boot, state, incarnation }: Claim) =>
    state === 'left' ? { boot, state } : { boot, state, incarnation }
  fc.assert(
    fc.property(fc.array(claim, { minLength: 1, maxLength: 8 }), (claims) => {
      const [forth, back] = [last(claims), last(claims.toReversed())]
      assert.ok(forth && back)
      assert.deepEqual(known(forth), known(back))
    }),
  )
})

test('a claim never supersedes itself', () => {
  fc.assert(fc.property(claim, (one) => assert.equal(supersedes(one, one), false)))
})

test('a peer that started again is alive whatever was said of its former start', () => {
  for (const state of peerStates) assert.ok(supersedes(say('alive', 0, 2), say(state, 9, 1)))
})

test('a farewell is not taken back by a refutation of the same start', () => {
  assert.equal(supersedes(say('alive', 5), say('left', 1)), false)
  assert.ok(supersedes(say('left', 1), say('alive', 5)))
})

test('a peer refutes what is said of its present state, and lets old words be', () => {
  const self = { boot: 2, incarnation: 3 }
  assert.equal(refutation(say('suspect', 3, 2), self), 4)
  assert.equal(refutation(say('dead', 7, 2), self), 8)
  assert.equal(refutation(say('dead', 2, 2), self), undefined)
  assert.equal(refutation(say('dead', 9, 1), self), undefined)
  assert.equal(refutation(say('alive', 9, 2), self), undefined)
})
