// What the configuration says to the doors that people come in by: HTTP and ssh.

import { isIP } from 'node:net'
import { OWN_MACHINE } from '../apps/domain.ts'
import { isLoopback, ownNameIn, tlsKindOf } from '../config/https.ts'
import { type Config, sshAddress } from '../config/settings.ts'
import type { HttpConfig } from '../http/ports.ts'
import type { HostKey } from '../identity/host-key.ts'
import { readChild } from '../supervisor/child-state.ts'
import type { Tls } from '../tls/tls.ts'
import { version } from '../version.ts'

/** How the HTTP door is to be called, and by whom. */
export function httpConfig(config: Config, peerId: string, tls: Tls | undefined): HttpConfig {
  const { publicUrl, insecureHttp, trustedProxies, hostNames, listen, name } = config
  const peer = { id: peerId, name, version }
  const kind = tlsKindOf(config)
  const mayBeOwn = isLoopback(listen.host) && ownNameIn(OWN_MACHINE, config) === undefined
  const appsDomain = config.appsDomain ?? (mayBeOwn ? OWN_MACHINE : undefined)
  return {
    ...{ insecureHttp, trustedProxies, peer },
    // Whoever listens at a name is called by it.
    hostNames: isIP(listen.host) === 0 ? [...hostNames, listen.host.toLowerCase()] : hostNames,
    ...(publicUrl !== undefined && { publicUrl }),
    ...(appsDomain !== undefined && { appsDomain }),
    ...(kind !== undefined && { tls: kind }),
    ...(tls?.authority && { authority: tls.authority.pem }),
  }
}

/** The gateway may have been told to choose its port: then it says on disk which it has. */
export function sshConfig(config: Config, { shown }: HostKey) {
  const listen = sshAddress(config)
  if (listen === undefined) return {}
  const { host, port } = listen
  const chosen = () => Number(new URL(readChild(config.data, 'gateway-1')?.url ?? 'ssh://-:0').port)
  return { ssh: () => ({ host, port: port === 0 ? chosen() : port, hostKeys: [shown] }) }
}
