// `npm run streams -- --terminals 50 --ssh 20 --forwards 5 --seconds 300`: people at terminals, ssh and forwarded ports while
// the peers are killed, restarted and cut off; then each byte is judged. Needs root and an engine.

import { join } from 'node:path'
import { attached } from './lib/command.js'
import { ensureBuilt, ensureDependencies } from './lib/dependencies.js'
import { ensureEngine } from './lib/engine.js'
import { ensureTestImages } from './lib/images.js'
import { node24, root } from './lib/node24.js'
import { ensurePackages } from './lib/packages.js'
import { main } from './lib/say.js'

await main(async () => {
  await ensureDependencies()
  await ensurePackages(['ip', 'iptables', 'sshClient'])
  await ensureBuilt()
  await ensureEngine()
  await ensureTestImages()
  const program = join(root, 'tests', 'cluster', 'streams', 'main.ts')
  return attached([node24(), program, ...process.argv.slice(2)], { cwd: root })
})
