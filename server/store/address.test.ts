// Where the state is kept: what `--store` may say.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { absoluteStore, parseStore, storeText } from './address.ts'

const mysql = (rest: string) => {
  const address = parseStore(`mysql://${rest}`)
  assert(address.kind === 'mysql')
  return address
}

test('a file is named, or is that of the data folder', () => {
  assert.deepEqual(parseStore('sqlite'), { kind: 'sqlite', path: undefined })
  assert.deepEqual(parseStore('sqlite:/srv/a b.db'), { kind: 'sqlite', path: '/srv/a b.db' })
  assert.throws(() => parseStore('sqlite:///srv/a.db'), /sqlite:PATH/)
})

test('a database has several hosts, with ports, names and addresses', () => {
  const { hosts, user, database } = mysql('skein@one,two:3307,[2001:db8::1]:3308,[::1]/state')
  assert.deepEqual(hosts, [
    { host: 'one', port: 3306 },
    { host: 'two', port: 3307 },
    { host: '2001:db8::1', port: 3308 },
    { host: '::1', port: 3306 },
  ])
  assert.deepEqual([user, database], ['skein', 'state'])
})

test('beyond this machine a database is spoken to within TLS, and verified, unless it is said otherwise', () => {
  assert.equal(mysql('a@127.0.0.1,localhost/b').tls, 'off')
  assert.equal(mysql('a@127.0.0.1,db/b').tls, 'verify')
  assert.equal(mysql('a@db/b?tls=insecure').tls, 'insecure')
  assert.equal(mysql('a@db/b?tls=off').tls, 'off')
  assert.throws(() => mysql('a@db/b?tls=no'), /verify, insecure or off/)
  assert.throws(() => mysql('a@db/b?tls=off&ca=/ca.pem'), /ca=/)
})

test('passwords come in the address or by a file, not both', () => {
  assert.equal(mysql('a:p%40%2F%3a:c@db/b').password, 'p@/::c')
  assert.equal(mysql('a@db/b?password-file=/run/p').passwordFile, '/run/p')
  assert.throws(() => mysql('a:p@db/b?password-file=/run/p'), /password-file/)
})

test('sentinels name their primary, Redis its number', () => {
  const sentinel = parseStore('redis+sentinel://:pw@a,b:1/mine?name=skein')
  assert(sentinel.kind === 'redis')
  assert.deepEqual(
    [sentinel.primary, sentinel.hosts[0]?.port, sentinel.user],
    ['mine', 26379, undefined],
  )
  const plain = parseStore('rediss://db/3?unsafe-durability=1')
  assert(plain.kind === 'redis')
  assert.deepEqual([plain.database, plain.tls, plain.unsafeDurability], [3, 'verify', true])
  assert.throws(() => parseStore('redis+sentinel://a'), /primary/)
  assert.throws(() => parseStore('redis://a,b/0'), /sentinel/)
})

test('files are found from whatever folder', () => {
  const whole = (text: string) =>
    storeFiles(absoluteStore(parseStore(text), (path) => `/x/${path}`))
  assert.deepEqual(whole('sqlite:a.db'), ['/x/a.db'])
  assert.deepEqual(whole('mysql://a@db/b?ca=c.pem&password-file=p'), ['/x/c.pem', '/x/p'])
  assert.deepEqual(whole('mysql://a@db/b'), [undefined, undefined])
})

function storeFiles(address: ReturnType<typeof parseStore>): (string | undefined)[] {
  return address.kind === 'sqlite' ? [address.path] : [address.ca, address.passwordFile]
}

test('what it is not is said, and never with the password', () => {
  const wrong = [
    'mysql://skein:hunter2@/db',
    'mysql://skein:hunter2@host',
    'mysql://:hunter2@host/db',
    'mysql://skein:hunter2@host/db?tsl=verify',
    'mysql://skein:hunter2@host:99999/db',
    'mysql://skein:hunter2@host/db?tls=verify&tls=off',
    'mysql://skein:hunter2%@host/db',
    'postgres://skein:hunter2@host/db',
    'redis://skein:hunter2@host/name',
  ]
  for (const text of wrong) {
    assert.throws(
      () => parseStore(text),
      (error: Error) => !error.message.includes('hunter2') && error.message.length > 0,
      text,
    )
  }
})

test('what is printed holds no password and reads as the same place', () => {
  const word = fc.stringMatching(/^[a-z0-9]{1,12}$/)
  const secret = fc.string({ minLength: 1 }).map((text) => `secret${text}secret`)
  fc.assert(
    fc.property(word, secret, word, word, (user, password, host, database) => {
      const address = mysql(`${user}:${encodeURIComponent(password)}@${host}/${database}`)
      assert.equal(address.password, password)
      const text = storeText(address)
      assert(!text.includes('secret'))
      const again = mysql(text.slice('mysql://'.length).replace(':…', ''))
      assert.deepEqual(again, { ...address, password: undefined })
    }),
  )
})
