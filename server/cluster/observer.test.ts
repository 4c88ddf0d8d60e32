import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Looked, observe } from './observer.ts'

const actor = { kind: 'peer', id: 'a', name: 'a' } as const
const self: Looked = { id: 'a', name: 'a', isSelf: true, state: 'alive', version: '1.0.0' }
const b: Looked = { id: 'b', name: 'b', isSelf: false, state: 'alive', version: '1.0.0' }
const ahead = { aheadMs: 86_400_000, among: 3 }

const actionsOf = (peers: readonly Looked[], said: Parameters<typeof observe>[1]) =>
  observe(peers, said, actor).flatMap((change) =>
    change.op === 'append' && change.stream === 'audit' ? [change.body] : [],
  )

test('a clock that goes wrong is told once, and once more when it is right', () => {
  const said = new Map()
  assert.deepEqual(actionsOf([self, b], said), [])
  const [first, ...others] = actionsOf([self, { ...b, clock: ahead }], said)
  assert.equal(others.length, 0)
  assert.deepEqual([first?.target?.id, first?.detail], ['b', { aheadMs: 86_400_000 }])
  assert.deepEqual(actionsOf([self, { ...b, clock: ahead }], said), [])
  const [right] = actionsOf([self, b], said)
  assert.deepEqual(right?.detail, { aheadMs: 0 })
})

test('a peer whose own clock is the wrong one says nothing of others’', () => {
  assert.deepEqual(
    actionsOf(
      [
        { ...self, clock: ahead },
        { ...b, clock: ahead },
      ],
      new Map(),
    ),
    [],
  )
})

test('of a peer that is not heard nothing is told', () => {
  assert.deepEqual(actionsOf([self, { ...b, state: 'dead', isRolledBack: true }], new Map()), [])
  assert.equal(actionsOf([self, { ...b, isRolledBack: true }], new Map()).length, 1)
})

test('a peer that is back as another version is told', () => {
  const said = new Map()
  assert.deepEqual(actionsOf([self, b], said), [])
  const [news] = actionsOf([self, { ...b, version: '1.1.0' }], said)
  assert.deepEqual(news?.detail, { was: '1.0.0', is: '1.1.0' })
})
