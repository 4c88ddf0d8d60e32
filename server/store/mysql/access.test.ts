// Who is let in, by whom, and which of several hosts it is that is spoken to.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { TestAuthority } from '../../../tests/support/certificates.ts'
import { eventually } from '../../../tests/support/eventually.ts'
import { Ledger } from '../../../tests/support/ledger.ts'
import { MariaDb, openMariaDb, PASSWORD } from '../../../tests/support/mariadb.ts'
import { Wire } from '../../../tests/support/wire.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const authority = new TestAuthority(Date.now() - 60 * DAY_MS)
const folder = mkdtempSync(join(tmpdir(), 'skein-access-'))
const ca = join(folder, 'ca.pem')
writeFileSync(ca, authority.cert)

const names = ['localhost', '127.0.0.1']
const good = authority.issue(names)
const expired = authority.issue(names, { nowMs: Date.now() - 40 * DAY_MS, days: 30 })

let server: MariaDb
let database: string
before(async () => {
  server = await MariaDb.start({ tls: good })
  database = await server.database()
})
after(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

async function opens(url: string): Promise<void> {
  const store = await openMariaDb(url, { startMs: 0 })
  await store.close()
}

const url = (query: string, rest = {}) => server.url(database, { query, ...rest })

async function present(pair: { cert: string; key: string }): Promise<void> {
  server.putCertificate(pair)
  await server.sql('FLUSH SSL')
}

test('a certificate of an authority that we know, for the name or the address, lets us in', async () => {
  await opens(url(`?tls=verify&ca=${ca}`))
  await opens(url(`?tls=verify&ca=${ca}`, { hosts: `localhost:${server.port}` }))
})

test('a certificate of an authority that we do not know is refused, unless we ask for no more than secrecy', async () => {
  await assert.rejects(opens(url('?tls=verify')), { code: 'store_untrusted' })
  await opens(url('?tls=insecure'))
})

test('an expired certificate is refused at once, and its reason says so', async () => {
  await present(expired)
  await assert.rejects(opens(url(`?tls=verify&ca=${ca}`)), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'store_untrusted')
    assert.match(error.message, /expired/)
    return true
  })
  await present(good)
})

test('a certificate is good for the names and addresses in it alone', async () => {
  for (const one of [['127.0.0.1'], ['localhost'], ['db.example.com', '192.0.2.7']]) {
    await present(authority.issue(one))
    for (const host of names) {
      const opening = opens(url(`?tls=verify&ca=${ca}`, { hosts: `${host}:${server.port}` }))
      if (one.includes(host)) await opening
      else await assert.rejects(opening, { code: 'store_untrusted' })
    }
  }
  await present(good)
})

test('a server that offers no TLS where it is asked for gets no password', async () => {
  await using plain = await MariaDb.start()
  const name = await plain.database()
  await assert.rejects(opens(plain.url(name, { query: `?tls=verify&ca=${ca}` })), {
    code: 'store_untrusted',
  })
})

test('a wrong password, an unknown user and an unknown database are refused at once, and no password is told', async () => {
  const query = `?tls=verify&ca=${ca}`
  const wrong = [
    server.url(database, { query, password: 'hunter2' }),
    server.url(database, { query, user: 'nobody' }),
    server.url('skein_absent', { query }),
  ]
  for (const one of wrong) {
    await assert.rejects(openMariaDb(one), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'store_denied')
      assert(!`${error.message}${error.stack}`.includes('hunter2'))
      assert(!error.message.includes(PASSWORD))
      return true
    })
  }
})

test('a password in a file is read again when it was changed', async () => {
  const file = join(folder, 'password')
  writeFileSync(file, `${PASSWORD}\n`)
  const query = `?tls=verify&ca=${ca}&password-file=${file}`
  const store = await openMariaDb(`mysql://skein@127.0.0.1:${server.port}/${database}${query}`)
  await server.sql(`SET PASSWORD FOR skein@'%' = PASSWORD('another')`)
  writeFileSync(file, 'another\n')
  const all = await server.sql(`SELECT id FROM information_schema.processlist WHERE user = 'skein'`)
  for (const { id } of all) await server.sql(`KILL ${id}`)
  await store.meta()
  await store.close()
  await server.sql(`SET PASSWORD FOR skein@'%' = PASSWORD('${PASSWORD}')`)
})

test('a replica that takes no writes is told as such', async () => {
  await server.sql('SET GLOBAL read_only = 1')
  await assert.rejects(opens(url(`?tls=verify&ca=${ca}`)), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'store_unavailable')
    assert.match(error.message, /replica/)
    return true
  })
  await server.sql('SET GLOBAL read_only = 0')
})

test('of several hosts the one that takes writes is spoken to, and another when that changes', async () => {
  await using other = await Wire.to(server.port)
  const hosts = `127.0.0.1:${server.port},127.0.0.1:${other.port}`
  const name = await server.database()
  const store = await openMariaDb(server.url(name, { hosts, query: `?tls=verify&ca=${ca}` }))
  const ledger = new Ledger(store, 'writer')
  await ledger.begin()
  await ledger.write()
  await server.sql('SET GLOBAL read_only = 1')
  const writing = ledger.write()
  await eventually(() => store.away(), { timeoutMs: 20_000, what: 'no host that takes writes' })
  await server.sql('SET GLOBAL read_only = 0')
  await writing
  assert.equal(store.away(), undefined)
  await ledger.check(store)
  await store.close()
})

test('a host that is not there is passed over', async () => {
  const hosts = `127.0.0.1:1,127.0.0.1:${server.port}`
  await opens(url(`?tls=verify&ca=${ca}`, { hosts }))
})
