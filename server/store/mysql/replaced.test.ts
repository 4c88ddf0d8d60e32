// A server in the place of another: a replica that was promoted before it had everything, or a copy of the files. Nobody writes
// under the old origin there.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { MariaDb, openMariaDb } from '../../../tests/support/mariadb.ts'
import type { Batch, Meta } from '../store.ts'

const origin = '00112233445566ff'
const meta = (revision: number): Meta => ({
  origin,
  seq: revision,
  hlc: BigInt(revision),
  position: 0,
  revision,
})
const batch = (of: Meta): Batch => ({
  meta: of,
  rows: [],
  tombstones: [],
  claims: [],
  entries: [],
})

test('a server that lacks the last commit takes none under the old origin, and says that it went back', async () => {
  await using old = await MariaDb.start()
  await using promoted = await MariaDb.prepare()
  const name = await old.database()
  const hosts = [old, promoted].map(({ port }) => `127.0.0.1:${port}`).join(',')
  const [ahead, behind] = [
    await openMariaDb(old.url(name, { hosts })),
    await openMariaDb(old.url(name, { hosts })),
  ]
  await ahead.commit(batch(meta(0)), undefined)
  await ahead.commit(batch(meta(1)), meta(0))
  await old.kill('SIGTERM')
  for (const file of ['data']) {
    execFileSync('rm', ['-rf', join(promoted.folder, file)])
    execFileSync('cp', ['-a', join(old.folder, file), promoted.folder])
  }
  await old.up()
  assert.equal((await ahead.news(meta(1))).kind, 'news', 'it is the same that was started again')
  await ahead.commit(batch(meta(2)), meta(1))
  await old.kill()
  await promoted.up()
  assert.equal((await behind.news(meta(1))).kind, 'back')
  await assert.rejects(behind.commit(batch(meta(2)), meta(1)), { code: 'store_moved' })
  assert.equal((await ahead.news(meta(2))).kind, 'back')
  const renewed = { ...meta(2), origin: 'ffffffffffffffff', seq: 0 }
  await behind.commit(batch(renewed), meta(1))
  await behind.commit(batch({ ...renewed, seq: 1, revision: 3 }), renewed)
  assert.equal((await behind.news(renewed)).kind, 'news')
  for (const store of [ahead, behind]) await store.close()
})
