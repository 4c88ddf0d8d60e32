// `npm run bench -- create|idle|ssh|terminal [--json]`: prepares the machine as the tests do, then measures.

import { join } from 'node:path'
import { attached } from './lib/command.js'
import { ensureBuilt, ensureDependencies } from './lib/dependencies.js'
import { ensureEngine } from './lib/engine.js'
import { ensureTestImages } from './lib/images.js'
import { node24, root } from './lib/node24.js'
import { main } from './lib/say.js'

await main(async () => {
  await ensureDependencies()
  await ensureBuilt()
  await ensureEngine()
  await ensureTestImages()
  // The measuring client shall not pause for collections of its own (protocol/heap.ts).
  const client = [node24(), '--max-semi-space-size=1']
  return attached([...client, join(root, 'bench', 'main.ts'), ...process.argv.slice(2)], {
    cwd: root,
  })
})
