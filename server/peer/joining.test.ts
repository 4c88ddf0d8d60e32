// Whose a shared database is.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { quietLog } from '../../tests/support/rows.ts'
import { systemClock, systemRandom } from '../clock.ts'
import type { Config } from '../config/settings.ts'
import { adoptClusterSecret, loadClusterSecret } from '../identity/keys.ts'
import { openRecords } from '../records/open.ts'
import { type MemoryStore, openSharedMemoryStore } from '../store/memory.ts'
import { joinRecords } from './joining.ts'

async function startOn(database: MemoryStore, data: string): Promise<void> {
  await using ending = new AsyncDisposableStack()
  const parts = { clock: systemClock, random: systemRandom, log: quietLog }
  const records = await openRecords({ store: database.share(), ...parts })
  ending.defer(() => records.close())
  const config = { data, name: 'a', tombstoneSeconds: 60, seeds: [] } as unknown as Config
  await joinRecords({ config, records, log: quietLog as never, ending })
}

test('a peer that knows a cluster’s database and not its secret does not start upon it', async () => {
  const root = await mkdtemp(join(tmpdir(), 'skein-joining-'))
  try {
    const folders = ['a', 'b', 'c'].map((name) => mkdtemp(join(root, name)))
    const [first = '', second = '', third = ''] = await Promise.all(folders)
    const database = openSharedMemoryStore()
    await startOn(database, first)
    await startOn(database, first)
    await assert.rejects(startOn(database, second), {
      code: 'config_invalid',
      details: {
        key: 'store',
        reason: 'that database belongs to a cluster of which this server is no part',
        source: '--join, with a token of that cluster and an empty --data folder',
      },
    })
    const secret = await loadClusterSecret(first, systemRandom)
    await adoptClusterSecret(third, secret, systemRandom)
    await startOn(database, third)
  } finally {
    await rm(root, { recursive: true })
  }
})
