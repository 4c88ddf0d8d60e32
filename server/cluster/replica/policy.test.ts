import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Replica } from '../../../tests/sim/data/replica.ts'
import { mend, policyName, stampEpoch } from './policy.ts'

const NOW_MS = 1_800_000_000_000
const [A, B] = ['a'.repeat(16), 'b'.repeat(16)]

const access = (role: string, disabled: boolean, epoch: number) =>
  JSON.stringify({ role, disabled, epoch })

/** Two databases that both have a user, and have not heard of one another since. */
function apart(): [Replica, Replica] {
  const [a, b] = [new Replica(A), new Replica(B)]
  const groups = { access: access('administrator', false, 1) }
  a.write([{ op: 'create', kind: 'user', id: 'u', groups }], NOW_MS)
  exchange(a, b)
  return [a, b]
}

function exchange(...replicas: readonly Replica[]): void {
  for (let round = 0; round < 3; round++) {
    for (const to of replicas) {
      for (const from of replicas) {
        to.merge(from.collect(to.heard.missingFrom(from.heard)), NOW_MS + 100)
      }
    }
  }
}

const set = (replica: Replica, body: string, at: number) =>
  replica.write([{ op: 'set', kind: 'user', id: 'u', group: 'access', body }], NOW_MS + at)

const bodyAt = (replica: Replica) => replica.group('user', 'u', 'access')?.body

test('a user disabled on one side of a split stays so, however often the other side was written later', () => {
  const [a, b] = apart()
  set(a, access('administrator', true, 2), 1)
  set(b, access('administrator', false, 2), 2)
  set(b, access('administrator', false, 3), 3)
  exchange(a, b)
  assert.equal(bodyAt(a), access('administrator', true, 3))
  assert.equal(bodyAt(b), bodyAt(a))
  assert.deepEqual(a.prints.root, b.prints.root)
})

test('a user enabled again by one who saw the disabling is enabled, also after a conflict was mended', () => {
  const [a, b] = apart()
  set(a, access('administrator', true, 2), 1)
  set(b, access('member', false, 2), 2)
  exchange(a, b)
  assert.equal(bodyAt(b), access('member', true, 2))
  set(b, access('administrator', false, 3), 200)
  exchange(a, b)
  assert.equal(bodyAt(a), access('administrator', false, 3))
})

test('a conflict between three is mended for all of them', () => {
  const [a, b] = apart()
  const c = new Replica('c'.repeat(16))
  exchange(a, b, c)
  set(a, access('member', false, 1), 1)
  set(b, access('administrator', true, 2), 2)
  set(c, access('administrator', false, 5), 3)
  exchange(a, b, c)
  for (const one of [a, b, c]) assert.equal(bodyAt(one), access('member', true, 5))
})

test('a disabling that lost against another stays, whoever enables again having seen only that other', () => {
  const [a, b] = apart()
  const c = new Replica('c'.repeat(16))
  exchange(a, b, c)
  set(a, access('member', true, 2), 1)
  set(b, access('member', true, 2), 2)
  exchange(b, c)
  set(c, access('member', false, 3), 200)
  exchange(a, b) // The disabling at A is nowhere any more, but in what B's has won over.
  exchange(b, c)
  exchange(a, b, c)
  for (const one of [a, b, c]) assert.equal(bodyAt(one), access('member', true, 3))
  set(c, access('member', false, 4), 300)
  exchange(a, b, c)
  for (const one of [a, b, c]) assert.equal(bodyAt(one), access('member', false, 4))
})

test('what lost against another is told once, not again when the other is written over', () => {
  const [a, b] = apart()
  const told: number[] = []
  set(a, access('member', false, 1), 1)
  set(b, access('member', false, 1), 2)
  const c = new Replica('c'.repeat(16))
  exchange(b, c)
  set(c, access('member', false, 1), 200)
  for (const from of [b, c]) {
    const { joined } = a.merge(from.collect(a.heard.missingFrom(from.heard)), NOW_MS + 300)
    told.push(joined.overridden.length)
  }
  assert.deepEqual(told, [1, 0])
})

test('what either took away from a shared port is taken away', () => {
  const port = (visibility: string, ...people: string[]) => ({ visibility, people })
  const later = JSON.stringify({ ports: { 80: port('public', 'ann', 'bob'), 81: port('owner') } })
  const earlier = JSON.stringify({ ports: { 80: port('people', 'bob', 'cat') } })
  const mended = JSON.stringify({ ports: { 80: port('people', 'bob') } })
  assert.equal(mend('space', 'sharing', later, earlier), mended)
  assert.equal(mend('space', 'sharing', mended, later), undefined)
})

test('of members that two sides changed each keeps its own, and a removal wins', () => {
  const group = (people: object) => JSON.stringify({ people })
  const mended = mend(
    ...(['group', 'members'] as const),
    group({ ann: { n: 1 }, bob: { n: 1 }, eve: { n: 1 } }),
    group({ ann: { n: 1 }, bob: { n: 2 }, dan: { n: 1 } }),
  )
  assert.deepEqual(JSON.parse(mended ?? '{}').people, {
    ...{ ann: { n: 1 }, bob: { n: 2 }, eve: { n: 1 }, dan: { n: 1 } },
  })
  assert.equal(policyName('space', 'people'), 'least')
  assert.equal(policyName('group', 'managers'), 'least')
})

test('of two quotas each limit is the lower one', () => {
  const [a, b] = [
    { spaces: 5, cpus: 2 },
    { spaces: 3, running: 1 },
  ].map((one) => JSON.stringify(one))
  const mended = mend('user', 'quota', a ?? '', b ?? '')
  assert.deepEqual(JSON.parse(mended ?? '{}'), { spaces: 3, cpus: 2, running: 1 })
})

test('a code that one side has seen is used on both', () => {
  const [later, earlier] = [
    { step: 4, by: 'x' },
    { step: 7, by: 'y' },
  ].map((one) => JSON.stringify(one))
  assert.equal(mend('credential', 'use', later ?? '', earlier ?? ''), earlier)
})

test('what does not have the expected form is left to the stamp', () => {
  for (const odd of ['', 'null', '[]', '{"ports":3}', '{"ports":{"80":null}}', '{"__proto__":1}']) {
    for (const group of ['sharing', 'access', 'nonsense', 'constructor']) {
      const kind = group === 'access' ? 'user' : 'space'
      const mended = mend(kind, group, odd, '{"ports":{}}')
      assert.doesNotThrow(() => JSON.parse(mended ?? '{}'))
    }
  }
  assert.equal(policyName('__proto__', 'toString'), 'last')
})

test('the epoch of a space leads the stamp of what its host writes, and never goes back', () => {
  assert.equal(stampEpoch('space', 'runtime', { epoch: 7 }, 0), 7)
  assert.equal(stampEpoch('space', 'runtime', { epoch: 3 }, 7), 7)
  assert.equal(stampEpoch('space', 'runtime', { epoch: 'many' }, 0), 0)
  assert.equal(stampEpoch('space', 'name', { epoch: 7 }, 1), 1)
})
