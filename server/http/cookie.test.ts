import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCookie, writeCookie } from './cookie.ts'
import type { HostName } from './host.ts'
import type { HttpConfig } from './ports.ts'

const peer = { id: 'p', name: 'p', version: '0' }
const secure: HttpConfig = { insecureHttp: false, trustedProxies: [], peer }
const plain: HttpConfig = { ...secure, insecureHttp: true, publicUrl: 'https://skein.example' }
const lan: HostName = { name: 'server.lan', port: 7534 }

test('the cookie is host-bound and secure, except on plain HTTP that was asked for', () => {
  assert.match(writeCookie('t', 1000, lan, secure), /^__Host-skein=t; Path=\/;.*; Secure$/)
  assert.match(writeCookie('t', 1000, { name: '127.0.0.1' }, plain), /^__Host-skein=.*; Secure$/)
  assert.match(
    writeCookie('t', 1000, { name: 'skein.example' }, plain),
    /^__Host-skein=.*; Secure$/,
  )
  const insecure = writeCookie('t', 1000, lan, plain)
  assert.equal(insecure, 'skein-plain=t; Path=/; HttpOnly; SameSite=Strict; Max-Age=1')
})

test('a cookie counts only under the name that this host has', () => {
  const both = 'other=1; skein-plain=p; __Host-skein=s'
  assert.equal(readCookie(both, lan, secure), 's')
  assert.equal(readCookie(both, lan, plain), 'p')
  assert.equal(readCookie('skein-plain=p', { name: 'localhost' }, plain), undefined)
  assert.equal(readCookie(undefined, lan, plain), undefined)
  assert.equal(readCookie('__Host-skein', lan, secure), undefined)
})

test('the same cookie twice is one, two different ones are none', () => {
  assert.equal(readCookie('__Host-skein=a; __Host-skein=a', lan, secure), 'a')
  assert.equal(readCookie('__Host-skein=a; __Host-skein=b', lan, secure), undefined)
})
