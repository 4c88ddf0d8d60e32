// A process of its own that opens a database and says how long that took, in seconds of the clock and of the processor, and
// what it holds then: `folder` by argument.

import module from 'node:module'
import { fileURLToPath } from 'node:url'

// As a peer's process begins (server/peer/main.ts).
module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/skein', import.meta.url)))

const { systemClock, systemRandom } = await import('../server/clock.ts')
const { openRecords } = await import('../server/records/open.ts')
const { openSqliteStore } = await import('../server/store/sqlite/open.ts')
const { quiet } = await import('./records.ts')

const folder = process.argv[2] ?? ''
const before = process.memoryUsage()
const began = performance.now()
const [all, main] = [process.cpuUsage(), process.threadCpuUsage()]
const store = await openSqliteStore({ folder, log: quiet })
const records = await openRecords({ store, clock: systemClock, random: systemRandom, log: quiet })
const seconds = (performance.now() - began) / 1000
const spent = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1e6
const processor = {
  allThreads: spent(process.cpuUsage(all)),
  mainThread: spent(process.threadCpuUsage(main)),
}
globalThis.gc?.()
const { heapUsed, rss } = process.memoryUsage()
const megabytes = { heap: (heapUsed - before.heapUsed) / 1e6, resident: rss / 1e6 }
process.stdout.write(JSON.stringify({ seconds, ...processor, ...megabytes }))
await records.close()
await store.close()
