// `npm test [-- path …]`: prepares the machine, removes what killed runs left, then runs the tests on Node 24.

import { join } from 'node:path'
import { attached } from './lib/command.js'
import { ensureBuilt, ensureDependencies } from './lib/dependencies.js'
import { ensureEngine } from './lib/engine.js'
import { ensureTestImages } from './lib/images.js'
import { removeLeftovers } from './lib/leftovers.js'
import { node24, root } from './lib/node24.js'
import { ensurePackages } from './lib/packages.js'
import { buildPeerImage, ensureNodeImage } from './lib/peer-image.js'
import { main, step } from './lib/say.js'

/** Folders whose tests run a peer in a container. */
const COMPOSE = /^(\.\/)?tests(\/?$|\/compose)/
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
  ])
  await ensureBuilt()
  await ensureEngine()
  await ensureTestImages()
  // Minutes at first, seconds later: only for those who use it.
  if (words.length === 0 || words.some((word) => COMPOSE.test(word))) {
    await buildPeerImage(await ensureNodeImage())
  }
  await removeLeftovers()
  step('Running the tests')
  return attached([node24(), join(root, 'scripts', 'lib', 'suite.js'), ...words], {
    cwd: root,
  })
})
