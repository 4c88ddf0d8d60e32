// A process of its own that opens a database and says how long that took and what it holds then: `folder` by argument.

import { systemClock, systemRandom } from '../server/clock.ts'
import { openRecords } from '../server/records/open.ts'
import { openSqliteStore } from '../server/store/sqlite/open.ts'
import { quiet } from './records.ts'

const folder = process.argv[2] ?? ''
const before = process.memoryUsage()
const began = performance.now()
const store = await openSqliteStore({ folder, log: quiet })
const records = await openRecords({ store, clock: systemClock, random: systemRandom, log: quiet })
const seconds = (performance.now() - began) / 1000
globalThis.gc?.()
const { heapUsed, rss } = process.memoryUsage()
const megabytes = { heap: (heapUsed - before.heapUsed) / 1e6, resident: rss / 1e6 }
process.stdout.write(JSON.stringify({ seconds, ...megabytes }))
await records.close()
await store.close()
