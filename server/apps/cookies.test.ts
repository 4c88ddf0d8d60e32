import assert from 'node:assert/strict'
import { test } from 'node:test'
import { confined, withoutOurs } from './cookies.ts'

const HOST = '8080--a--ada.apps.example.com'

test('our cookies never reach an app', () => {
  assert.equal(withoutOurs('a=b; __Host-skein-app=x; c=d'), 'a=b; c=d')
  assert.equal(
    withoutOurs('__Host-skein=x; __host-Skein-app=y; skein-plain=z; skein-app-plain=z'),
    undefined,
  )
  assert.equal(withoutOurs('a=b; theme=skein'), 'a=b; theme=skein')
  assert.equal(withoutOurs('a=b'), 'a=b')
})

test('an app sets cookies for its own host alone', () => {
  assert.equal(confined('a=b', HOST), 'a=b')
  assert.equal(confined('a=b; Path=/; HttpOnly', HOST), 'a=b; Path=/; HttpOnly')
  assert.equal(confined(`a=b; Domain=${HOST}`, HOST), `a=b; Domain=${HOST}`)
  for (const domain of [
    'apps.example.com',
    '.apps.example.com',
    'EXAMPLE.com',
    'com',
    '',
    ' example.com ',
  ]) {
    assert.equal(confined(`a=b; Domain=${domain}; Path=/`, HOST), 'a=b; Path=/', domain)
  }
  assert.equal(confined('a=b; domain=example.com; DOMAIN = example.com', HOST), 'a=b')
})

test('an app cannot set or clear a cookie of ours', () => {
  const names = [
    '__Host-skein',
    '__Host-skein-app',
    ' __host-SKEIN-app-state ',
    'skein-plain',
    'skein-app-plain',
  ]
  for (const name of names) {
    assert.equal(confined(`${name}=x; Path=/; Secure`, HOST), undefined, name)
    assert.equal(confined(`${name}=; Max-Age=0`, HOST), undefined, name)
    assert.equal(confined(`=${name}=x`, HOST), undefined, `nameless ${name}`)
  }
})
