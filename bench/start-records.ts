// A process of its own that opens a database and says how long that took, in seconds of the clock and of the processor, and
// what it holds then: a data folder by argument, and where the state is when that is not the folder's file.

import module from 'node:module'
import { fileURLToPath } from 'node:url'

// As a peer's process begins (server/peer/main.ts).
module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/skein', import.meta.url)))

const { systemClock, systemRandom } = await import('../server/clock.ts')
const { openRecords } = await import('../server/records/open.ts')
const { parseStore } = await import('../server/store/address.ts')
const { openStore } = await import('../server/store/open.ts')
const { quiet } = await import('./records.ts')

const [, , folder = '', address = 'sqlite'] = process.argv
const before = process.memoryUsage()
const began = performance.now()
const [all, main] = [process.cpuUsage(), process.threadCpuUsage()]
const { store, close } = await openStore({ address: parseStore(address), folder, log: quiet })
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
await close()
