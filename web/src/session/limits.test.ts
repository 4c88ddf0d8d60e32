import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as people from '#protocol/api/people.ts'
import { MIN_PASSWORD_CHARS } from './limits.ts'

test('the form asks for as many characters as the server does', () => {
  assert.equal(MIN_PASSWORD_CHARS, people.MIN_PASSWORD_CHARS)
})
