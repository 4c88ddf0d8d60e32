// `npm run torture -- --seconds 600`: real servers that are killed, stopped and cut off while clients write through all of
// them, for as long as one likes; then nothing acknowledged may be missing. Needs root, and no engine.

import { join } from 'node:path'
import { attached } from './lib/command.js'
import { ensureBuilt, ensureDependencies } from './lib/dependencies.js'
import { node24, root } from './lib/node24.js'
import { ensurePackages } from './lib/packages.js'
import { main } from './lib/say.js'

await main(async () => {
  await ensureDependencies()
  const hasDatabases = process.argv.includes('--databases')
  await ensurePackages(['ip', 'iptables', ...(hasDatabases ? ['mariadb', 'redis'] : [])])
  await ensureBuilt()
  const program = join(root, 'tests', 'cluster', 'torture', 'main.ts')
  return attached([node24(), program, ...process.argv.slice(2)], { cwd: root })
})
