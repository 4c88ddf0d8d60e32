import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loginFrom, returnTo } from './return-to.ts'

test('one comes back to the page that one came from', () => {
  assert.equal(returnTo('/spaces/1?terminal=main'), '/spaces/1?terminal=main')
})

test('an address of another site, or of this page, leads to the spaces', () => {
  for (const asked of [undefined, '', 'https://evil', '//evil', '/\\evil', '/login?to=/login']) {
    assert.equal(returnTo(asked), '/spaces')
  }
})

test('the sign-in page is told where one wanted to go, and never to come back to itself', () => {
  assert.equal(loginFrom('/spaces/1?terminal=main'), '/login?to=%2Fspaces%2F1%3Fterminal%3Dmain')
  assert.equal(loginFrom('/'), '/login')
  assert.equal(loginFrom('/login?to=/x'), '/login')
})
