// `npm run dev`: the server with its peer started anew when the server's sources change, and the web application by
// Vite's development server, which hands API calls on to it.

import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, ensureDependencies } from './lib/dependencies.js'
import { ensureEngine } from './lib/engine.js'
import { ensureBaseImage } from './lib/images.js'
import { node24, root } from './lib/node24.js'
import { main, note, step } from './lib/say.js'

/** An editor writes several files at once; wait until it has finished. */
const QUIET_MS = 200

await main(async () => {
  await ensureDependencies()
  await ensureBuilt()
  await ensureEngine()
  await ensureBaseImage()
  const env = { SKEIN_DATA: join(root, '.skein'), ...process.env }
  const start = (argv) => spawn(node24(), argv, { cwd: root, env, stdio: 'inherit' })
  const server = start([join(root, 'cli', 'bin.js'), 'server', ...process.argv.slice(2)])
  const web = start(['node_modules/vite/bin/vite.js', 'web'])
  reloadOnChange(server)
  step('Open the address that Vite prints; the set-up link works there too')
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill('SIGTERM'))
  const status = await new Promise((resolve) => server.on('exit', (code) => resolve(code ?? 1)))
  web.kill()
  return status
})

/** SIGHUP makes the supervisor restart its peer, drained first; terminals go on. */
function reloadOnChange(server) {
  let timer
  for (const folder of ['server', 'protocol']) {
    const watcher = watch(join(root, folder), { recursive: true }, (_, name) => {
      if (name === null || !name.endsWith('.ts') || name.endsWith('.test.ts')) return
      clearTimeout(timer)
      timer = setTimeout(() => {
        note(`${folder}/${name} changed: restarting the peer`)
        server.kill('SIGHUP')
      }, QUIET_MS)
    })
    server.on('exit', () => watcher.close())
  }
}
