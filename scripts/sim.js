// `npm run sim -- --seeds N --from S`: the cluster simulator, for people. Needs no engine and no service.

import { join } from 'node:path'
import { attached } from './lib/command.js'
import { ensureDependencies } from './lib/dependencies.js'
import { node24, root } from './lib/node24.js'
import { main } from './lib/say.js'

await main(async () => {
  await ensureDependencies()
  const program = join(root, 'tests', 'sim', 'main.ts')
  return attached([node24(), program, ...process.argv.slice(2)], { cwd: root })
})
