// What a table cell says for a span, a size or a share.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ago, clockSpan, duration, roughly } from './duration.ts'
import { bytes, count, milliseconds, percent } from './quantity.ts'

test('a span has the unit that a reader would use', () => {
  const cases: [number, string][] = [
    [-5, '0 ms'],
    [420, '420 ms'],
    [3456, '3.4 s'],
    [59_999, '59 s'],
    [125_000, '2 min 5 s'],
    [3_600_000, '1 h'],
    [11_520_000, '3 h 12 min'],
    [352_800_000, '4 d 2 h'],
  ]
  for (const [ms, text] of cases) assert.equal(duration(ms), text)
})

test('a moment is told as seen from now, on both sides of it', () => {
  assert.equal(ago(0, 5_000), 'now')
  assert.equal(ago(0, 720_000), '12 min ago')
  assert.equal(ago(3 * 86_400_000, 0), 'in 3 d')
  assert.equal(roughly(90 * 86_400_000), '3 months')
})

test('sizes are in powers of 1024, with a digit only where it tells something', () => {
  assert.equal(bytes(0), '0 B')
  assert.equal(bytes(512 * 1024 * 1024), '512 MB')
  assert.equal(bytes(1.5 * 1024 ** 3), '1.5 GB')
  assert.equal(bytes(2 * 1024 ** 3), '2 GB')
  assert.equal(bytes(1010 * 1024), '1 MB')
})

test('shares and milliseconds keep a digit while they are small', () => {
  assert.equal(percent(0.34), '0.3 %')
  assert.equal(percent(249.6), '250 %')
  assert.equal(milliseconds(1.234), '1.2 ms')
  assert.equal(milliseconds(38.4), '38 ms')
  assert.equal(count(1, 'space', 'spaces'), '1 space')
  assert.equal(count(1200, 'space', 'spaces'), '1,200 spaces')
})

test('how far a clock is off is told to the nearest unit', () => {
  assert.equal(clockSpan(-12.4), '12 ms')
  assert.equal(clockSpan(90_000), '90 s')
  assert.equal(clockSpan(86_399_000), '24 h')
  assert.equal(clockSpan(-10 * 86_400_000), '10 d')
})
