// A server of this machine's that begins to listen where its settings say, and the address that it then has.

import type { ListenOptions, Server } from 'node:net'
import { SkeinError } from '#protocol/errors.ts'

/** As it is said to whoever has to change it: the place, and the setting that named it. */
export interface Named {
  readonly address: string
  readonly setting: string
}

/** Rejects with `port_in_use`, or with `config_invalid` for what cannot be listened at. */
export function startListening(server: Server, where: ListenOptions, named: Named): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(asListenError(error, named)))
    server.listen(where, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
}

/** With the port that it really has, also where 0 was asked for. */
export function urlOf(server: Server, scheme: string, host: string): string {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function asListenError(error: NodeJS.ErrnoException, { address, setting }: Named): SkeinError {
  if (error.code === 'EADDRINUSE') return new SkeinError('port_in_use', { address, setting }, error)
  const reason = `${address} cannot be listened at (${error.code ?? error.message})`
  const details = { key: setting, reason, source: 'the configuration' }
  return new SkeinError('config_invalid', details, error)
}
