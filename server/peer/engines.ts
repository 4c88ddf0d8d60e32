// The peer’s engines, made from its configuration: how each is spoken to, and how the agents on it find their way back.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SkeinError } from '#protocol/errors.ts'
import { type EngineSetting, enginesOf } from '../config/engines.ts'
import type { Config } from '../config/settings.ts'
import type { EngineParts } from '../spaces/host-loop.ts'
import type { EngineTls } from '../spaces/runtime/client.ts'
import { createEngine } from '../spaces/runtime/docker.ts'
import { agentAddresses, engineAddress, isLocalEngine } from './addresses.ts'
import { type AgentsPlace, startAddresses } from './agents.ts'
import type { LinkSockets } from './link-folder.ts'
import { readRoutes } from './routes.ts'

/** How agents find the peers. */
interface AgentsSide {
  readonly sockets: LinkSockets
  readonly agents: AgentsPlace
}

/** Throws `config_invalid` when the files of an engine’s TLS cannot be read. `port` is asked when a space starts. */
export function openEngines(
  config: Config,
  port: () => number,
  { sockets: { folder: socketFolder }, agents }: AgentsSide,
): readonly EngineParts[] {
  return enginesOf(config).map((setting) => {
    const { address, tls: _, ...about } = setting
    const isLocal = isLocalEngine(address)
    return {
      engine: createEngine(engineAddress(address, tlsOf(setting))),
      about,
      addresses: (gateway) =>
        startAddresses(agents, agentAddresses({ ...config, docker: address }, port(), gateway)),
      ...(isLocal && { socketFolder, routes: readRoutes }),
    }
  })
}

/** Throws `config_invalid` when its files cannot be read. */
export function tlsOf({ tls: folder, name }: EngineSetting): EngineTls | undefined {
  if (folder === undefined) return undefined
  try {
    const read = (file: string) => readFileSync(join(folder, file), 'utf8')
    return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') }
  } catch (cause) {
    const reason = `ca.pem, cert.pem or key.pem of ${name} cannot be read`
    throw new SkeinError('config_invalid', { key: 'engines', reason, source: folder }, cause)
  }
}
