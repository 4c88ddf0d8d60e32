// A gateway's process.
//   node server/gateway/main.ts INSTANCE [settings as flags]

import module from 'node:module'
import { ownFile } from '../program-folder.ts'

module.enableCompileCache(ownFile('node_modules/.cache/skein'))

const { serveSsh } = await import('../../ssh/serve.ts')
const { SkeinError } = await import('#protocol/errors.ts')
const { systemClock: clock } = await import('../clock.ts')
const { sshAddress } = await import('../config/settings.ts')
const { gatewaySocketPath } = await import('../supervisor/child-state.ts')
const { runChild } = await import('../supervisor/run-child.ts')
const { Gateway } = await import('./gateway.ts')

await runChild({
  name: 'gateway',
  async start(config, log) {
    const listen = sshAddress(config)
    if (listen === undefined) {
      const reason = 'it is off, and there is nothing for a gateway to do'
      throw new SkeinError('config_invalid', { key: 'ssh-listen', reason, source: 'the settings' })
    }
    const socketPath = gatewaySocketPath(config.data)
    const gateway = await Gateway.open({
      ...{ listen, socketPath, clock, log },
      serve: (socket, options) =>
        serveSsh(socket, {
          ...options,
          clock,
          log: (text, details) => log.info(details, text),
        }),
    })
    const { url } = gateway
    log.info({ url }, 'ssh is answered')
    const close = () => gateway.close(config.drainSeconds * 1000)
    return { state: { url }, welcome: '', close }
  },
})
