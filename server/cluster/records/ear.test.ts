// The order in which what a peer says is heard: its word that ours is durable there comes after what it pushed before.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerLine } from '../wire/peer-line.ts'
import { Ear } from './ear.ts'

/** Nothing is sent over it here. */
const silent = { onDrain: () => undefined } as unknown as PeerLine

test('a peer’s word is heard at once while nothing that it pushed is being stored', () => {
  const ear = new Ear(silent, false)
  let isHeard = false
  ear.onceStored(() => {
    isHeard = true
  })
  assert.ok(isHeard)
})

test('a peer’s word waits for all that it pushed before, and for nothing that it pushes later', async () => {
  const ear = new Ear(silent, false)
  const [first, second, later] = [0, 1, 2].map(() => Promise.withResolvers<void>())
  assert.ok(first && second && later)
  ear.storing(first.promise)
  ear.storing(second.promise)
  const order: string[] = []
  const heard = new Promise<void>((resolve) => {
    ear.onceStored(() => {
      order.push('its word')
      resolve()
    })
  })
  ear.storing(later.promise)
  void second.promise.then(() => order.push('the second'))
  void first.promise.then(() => order.push('the first'))
  second.resolve()
  await second.promise
  assert.deepEqual(order, ['the second'], 'the first is still being stored')
  first.resolve()
  await heard
  assert.deepEqual(order, ['the second', 'the first', 'its word'])
})

test('once all is stored, the next word is heard at once again', async () => {
  const ear = new Ear(silent, false)
  ear.storing(Promise.resolve())
  await new Promise<void>((resolve) => ear.onceStored(resolve))
  let isHeard = false
  ear.onceStored(() => {
    isHeard = true
  })
  assert.ok(isHeard)
})
