import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Driver, RETURN_MS } from './driver.ts'

test('who opened the terminal drives until somebody else types', () => {
  const driver = new Driver()
  driver.attach('ann', false, 0)
  driver.attach('bob', true, 0)
  assert.equal(driver.client, 'ann')
  driver.take('bob')
  assert.equal(driver.client, 'bob')
})

test('a driver whose connection broke is waited for, and nobody takes over meanwhile', () => {
  const driver = new Driver()
  driver.attach('ann', false, 0)
  driver.lose(500, 1000)
  assert.equal(driver.heldFrom(1000 + RETURN_MS - 1), 500)
  driver.attach('bob', false, 2000)
  assert.equal(driver.client, 'ann')
  driver.attach('ann', false, 3000)
  assert.equal(driver.heldFrom(3000), undefined)
})

test('a driver who does not return in time, or leaves on purpose, holds nothing back', () => {
  const driver = new Driver()
  driver.attach('ann', false, 0)
  driver.lose(500, 0)
  assert.equal(driver.heldFrom(RETURN_MS), undefined)
  driver.attach('bob', false, RETURN_MS)
  assert.equal(driver.client, 'bob')
  driver.leave()
  assert.equal(driver.client, undefined)
})

test('who types while the driver is away drives, and no output is held any more', () => {
  const driver = new Driver()
  driver.attach('ann', false, 0)
  driver.lose(500, 0)
  driver.take('bob')
  assert.equal(driver.heldFrom(1), undefined)
})
