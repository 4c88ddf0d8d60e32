// Writes settings into the data folder it is given, many at once, and prints the key of each when it is acknowledged.
// Killed by the test that started it.

import { newId } from '#protocol/ids.ts'
import { systemClock, systemRandom } from '../../server/clock.ts'
import { openRecords } from '../../server/records/open.ts'
import { openSqliteStore } from '../../server/store/sqlite/open.ts'
import { quietLog, system } from './rows.ts'

const store = await openSqliteStore({ folder: process.argv[2] ?? '', log: quietLog })
const records = await openRecords({
  store,
  clock: systemClock,
  random: systemRandom,
  log: quietLog,
})

async function write(): Promise<void> {
  for (;;) {
    const key = newId()
    await records.transact(() => ({
      changes: [
        { op: 'create', kind: 'setting', id: newId(), groups: { value: { key, value: 1 } } },
        { op: 'append', stream: 'audit', subject: key, body: { actor: system, action: key } },
      ],
      result: undefined,
    }))
    process.stdout.write(`${key}\n`)
  }
}

await Promise.all(Array.from({ length: 20 }, write))
