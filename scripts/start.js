// `npm start`: everything that a fresh machine needs, then the server in the foreground. Runs on Node 20.

import { join } from 'node:path'
import { attached } from './lib/command.js'
import { ensureBuilt, ensureDependencies } from './lib/dependencies.js'
import { ensureEngine } from './lib/engine.js'
import { ensureBaseImage } from './lib/images.js'
import { node24, root } from './lib/node24.js'
import { main, step } from './lib/say.js'

await main(async () => {
  await ensureDependencies()
  await ensureBuilt()
  await ensureEngine()
  await ensureBaseImage()
  step('Starting Skein')
  const env = { SKEIN_DATA: join(root, '.skein'), ...process.env }
  const argv = [node24(), join(root, 'cli', 'bin.js'), 'server', ...process.argv.slice(2)]
  return attached(argv, { cwd: root, env })
})
