import assert from 'node:assert/strict'
import { test } from 'node:test'
import { returnTo } from './return-to.ts'

test('one comes back to the page that one came from', () => {
  assert.equal(returnTo('/spaces/1?terminal=main'), '/spaces/1?terminal=main')
})

test('an address of another site, or of this page, leads to the spaces', () => {
  for (const asked of [undefined, '', 'https://evil', '//evil', '/\\evil', '/login?to=/login']) {
    assert.equal(returnTo(asked), '/spaces')
  }
})
