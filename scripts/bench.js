// `npm run bench -- apps|create|gossip|idle|relay|replicate|ssh|store|terminal [--json]`: prepares the machine as the tests do, then measures.

import { join } from 'node:path'
import { attached } from './lib/command.js'
import { ensureBuilt, ensureDependencies } from './lib/dependencies.js'
import { ensureEngine } from './lib/engine.js'
import { ensureTestImages } from './lib/images.js'
import { node24, root } from './lib/node24.js'
import { ensurePackages } from './lib/packages.js'
import { main } from './lib/say.js'

/** What each bench is measured beside, where that is not ours. */
const beside = {
  apps: ['nginx', 'wrk', 'curl'],
  gossip: ['memberlist'],
  relay: ['socat'],
  replicate: ['redis'],
  ssh: ['sshClient', 'sshServer'],
  store: ['mariadb', 'redis'],
}

await main(async () => {
  await ensureDependencies()
  await ensurePackages(beside[process.argv[2]] ?? [])
  await ensureBuilt()
  await ensureEngine()
  await ensureTestImages()
  // The measuring client shall not pause for collections of its own, nor wait for helpers with them (protocol/heap.ts).
  const client = [
    node24(),
    '--max-semi-space-size=1',
    '--heap-growing-percent=100',
    '--v8-pool-size=1',
  ]
  return attached([...client, join(root, 'bench', 'main.ts'), ...process.argv.slice(2)], {
    cwd: root,
  })
})
