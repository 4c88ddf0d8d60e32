// A peer's process.
//   node server/peer/main.ts INSTANCE [settings as flags]

import module from 'node:module'
import { ownFile } from '../program-folder.ts'

// Before anything else is imported: 300 files of TypeScript otherwise cost 300 ms and 38 MB at each start.
module.enableCompileCache(ownFile('node_modules/.cache/skein'))

const { linkSocketPath } = await import('../supervisor/child-state.ts')
const { runChild } = await import('../supervisor/run-child.ts')
const { startPeer } = await import('./peer.ts')
const { welcome } = await import('./welcome.ts')

await runChild({
  name: 'peer',
  state: ({ data }) => ({ socket: linkSocketPath(data).socket }),
  async start(config, log) {
    const peer = await startPeer(config, log)
    const { url, cluster, fingerprint, close } = peer
    const isColoured = process.stdout.isTTY === true
    return {
      state: { url, cluster, fingerprint },
      welcome: welcome({ ...peer, config, isColoured }),
      close,
    }
  },
})
