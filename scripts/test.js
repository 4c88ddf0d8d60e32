// `npm test [-- path …]`: prepares the machine, removes what killed runs left, then runs the tests on Node 24.

import { join } from 'node:path'
import { attached } from './lib/command.js'
import { ensureBuilt, ensureDependencies } from './lib/dependencies.js'
import { ensureEngine } from './lib/engine.js'
import { ensureTestImages } from './lib/images.js'
import { removeLeftovers } from './lib/leftovers.js'
import { node24, root } from './lib/node24.js'
import { ensurePackages } from './lib/packages.js'
import { main, step } from './lib/say.js'

const words = process.argv.slice(2)

await main(async () => {
  await ensureDependencies()
  await ensurePackages([
    'chromium',
    'mariadb',
    'redis',
    'sshClient',
    'sshTransfers',
    'sshfs',
    'sshServer',
    'openssl',
    'nginx',
    'caddy',
    'certutil',
    'ip',
    'iptables',
    'compose',
    'pages',
  ])
  await ensureBuilt()
  await ensureEngine()
  await ensureTestImages()
  await removeLeftovers()
  step('Running the tests')
  return attached([node24(), join(root, 'scripts', 'lib', 'suite.js'), ...words], {
    cwd: root,
  })
})
