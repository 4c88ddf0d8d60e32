import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditEvent } from '#protocol/api/audit.ts'
import { fileOf, lineOf } from './export.ts'

const event = (name: string): AuditEvent => ({
  id: 'o-1-0',
  at: '2026-01-01T00:00:00.000Z',
  actor: { kind: 'user', id: 'u', name },
  action: 'space.start',
  origin: 'o',
})

test('a name that is a formula stands behind an apostrophe, however it begins', () => {
  for (const name of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '\r=1', '＝1']) {
    assert.ok(lineOf('csv', event(name)).includes(`"'${name}"`), JSON.stringify(name))
  }
})

test('quotes, commas and lines stay within their cell', () => {
  assert.ok(lineOf('csv', event('a","b\r\n=1')).includes('"a"",""b\r\n=1"'))
})

test('a file that would be longer than allowed fails instead of ending', async () => {
  async function* events() {
    for (let i = 0; i < 3; i++) yield event('ada')
  }
  const pieces = fileOf('ndjson', events(), 2, () => new Error('too long'))
  await assert.rejects(async () => {
    for await (const _ of pieces);
  }, /too long/)
})
