import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstPassword, randomBelow } from './first-password.ts'

test('a first password has four groups and no two alike', () => {
  const many = new Set(Array.from({ length: 200 }, () => firstPassword(randomBelow)))
  assert.equal(many.size, 200)
  for (const one of many) assert.match(one, /^([a-z2-9]{4}-){3}[a-z2-9]{4}$/)
})

test('the dice stay below what was asked', () => {
  for (let n = 0; n < 1_000; n++) assert.ok(randomBelow(30) < 30)
})
