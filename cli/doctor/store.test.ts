// What the doctor says of databases.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseStore } from '../../server/store/address.ts'
import { MariaDb } from '../../tests/support/mariadb.ts'
import { checkStore, judgeWay } from './store.ts'

const levels = async (address: string) =>
  (await checkStore(parseStore(address))).map(({ level, message }) => `${level}: ${message}`)

test('a file is in order, and a database that serves', async () => {
  await using server = await MariaDb.start()
  const name = await server.database()
  assert.deepEqual(await levels('sqlite'), ['ok: sqlite'])
  const [line = ''] = await levels(server.url(name))
  assert.match(line, /^ok: MariaDB 10\.\S+ at 127\.0\.0\.1:\d+$/)
  await server.sql('SET GLOBAL innodb_flush_log_at_trx_commit = 2')
  assert.match(
    (await levels(server.url(name))).join(),
    /warn: .*innodb_flush_log_at_trx_commit is 2/,
  )
  const hosts = `127.0.0.1:${server.port},127.0.0.1:1`
  assert.match(
    (await levels(server.url(name, { hosts }))).join(),
    /warn: 127\.0\.0\.1:1: .*REFUSED/,
  )
  const denied = await levels(server.url(name, { password: 'hunter2' }))
  assert.match(denied.join(), /^fail: .*Access denied/)
  assert(!denied.join().includes('hunter2'))
  assert.deepEqual(await server.sql(`SHOW TABLES FROM ${name}`), [])
})

test('a way that others can read or change is a warning, but on this machine', () => {
  const warned = (address: string) => {
    const parsed = parseStore(address)
    return parsed.kind === 'sqlite' ? [] : judgeWay(parsed).map(({ level }) => level)
  }
  assert.deepEqual(warned('mysql://a@db/b?tls=off'), ['warn'])
  assert.deepEqual(warned('mysql://a@db/b?tls=insecure'), ['warn'])
  assert.deepEqual(warned('redis://db/0'), ['warn'])
  assert.deepEqual(warned('mysql://a@db/b'), [])
  assert.deepEqual(warned('redis://127.0.0.1/0'), [])
})
