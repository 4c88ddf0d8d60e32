import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONNECTION_PACE, EARNING_BYTES, Pace, Paces } from './pace.ts'

const RULE = { perSecond: 100, burst: 10 }

test('a burst is free, and what is beyond it is paid with time', () => {
  let nowMs = 0
  const pace = new Pace(RULE, () => nowMs)
  pace.spend(10)
  assert.equal(pace.owedMs, 0)
  pace.spend(5)
  assert.equal(pace.owedMs, 50)
  nowMs = 20
  assert.equal(pace.owedMs, 30)
  nowMs = 50
  assert.equal(pace.owedMs, 0)
})

test('however long somebody was silent, no more than a burst is saved up', () => {
  let nowMs = 0
  const pace = new Pace(RULE, () => nowMs)
  nowMs = 3_600_000
  pace.spend(11)
  assert.equal(pace.owedMs, 10)
})

test('whoever is sent much may ask much: a download of 200 MB/s widens windows and asks for pieces unpaced', () => {
  let nowMs = 0
  const pace = new Pace(CONNECTION_PACE, () => nowMs)
  for (; nowMs < 5000; nowMs++) {
    const bytes = 200_000
    pace.earn(bytes / EARNING_BYTES)
    pace.spend(bytes / 32_768 + bytes / 98_304)
    assert.equal(pace.owedMs, 0)
  }
})

test('all connections of one sender share their pace, and a new one brings no burst', () => {
  const paces = new Paces(RULE, () => 0)
  paces.of('one').spend(30)
  assert.equal(paces.of('one').owedMs, 200)
  assert.equal(paces.of('other').owedMs, 0)
})

test('of very many senders the one of long ago is forgotten', () => {
  const paces = new Paces(RULE, () => 0)
  for (const sender of ['first', 'second']) paces.of(sender).spend(30)
  paces.of('first')
  for (let i = 0; i < 3999; i++) paces.of(`${i}`)
  assert.equal(paces.of('first').owedMs, 200)
  assert.equal(paces.of('second').owedMs, 0)
})
