// Where things are found: the peer by agents, and the engine by the peer.

import { isLoopback } from '../config/https.ts'
import type { Config } from '../config/settings.ts'
import type { EngineAddress } from '../spaces/runtime/client.ts'
import { RUN_FOLDER } from '../spaces/runtime/container-spec.ts'

export function engineAddress(docker: string): EngineAddress {
  const url = new URL(docker)
  if (url.protocol === 'unix:') return { socketPath: url.pathname }
  return { host: url.hostname, port: Number(url.port || 2375) }
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
