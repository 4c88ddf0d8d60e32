// Where things are found: the peer by agents, and the engine by the peer.

import { isLoopback } from '../config/https.ts'
import type { Config } from '../config/settings.ts'
import type { EngineAddress, EngineTls } from '../spaces/runtime/client.ts'
import { RUN_FOLDER } from '../spaces/runtime/container-spec.ts'

/** Docker’s own ports: one for plain TCP, one for TLS. */
const PLAIN_PORT = 2375
const TLS_PORT = 2376

export function engineAddress(docker: string, tls?: EngineTls): EngineAddress {
  const url = new URL(docker)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (url.protocol === 'unix:') return { socketPath: url.pathname }
  if (url.protocol === 'ssh:') {
    const port = url.port === '' ? {} : { port: Number(url.port) }
    const user = url.username === '' ? {} : { user: decodeURIComponent(url.username) }
    return { ssh: { host, ...port, ...user } }
  }
  const port = Number(url.port || (tls ? TLS_PORT : PLAIN_PORT))
  return { host, port, ...(tls && { tls }) }
}

/** Whether the engine's containers can mount this machine's folders. */
export const isLocalEngine = (docker: string): boolean => docker.startsWith('unix:')

type Reach = Pick<Config, 'docker' | 'listen' | 'publicUrl' | 'agentAddresses'>

/**
 * Every address at which a space's agent may find this peer, and others on this machine; it tries all at once. `gateway`
 * is this machine's address in the space's network, which leads here unless we listen on loopback only.
 */
export function agentAddresses(config: Reach, port: number, gateway: string): readonly string[] {
  const { docker, listen, publicUrl } = config
  const isLocal = isLocalEngine(docker)
  const reachesGateway = isLocal && gateway !== '' && !isLoopback(listen.host)
  return [
    ...(isLocal ? [`unix:${RUN_FOLDER}/*.sock`] : []),
    ...(reachesGateway ? [`http://${gateway}:${port}`] : []),
    ...(publicUrl === undefined ? [] : [publicUrl]),
    ...config.agentAddresses,
  ]
}
