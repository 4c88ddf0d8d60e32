// Where ssh is answered, and by which keys a client knows that it is us. Only public halves pass here.

import type { SshAccess } from '#protocol/api/ssh.ts'
import { SkeinError } from '#protocol/errors.ts'
import { isLoopback } from '../config/https.ts'
import type { Door, HttpConfig } from './ports.ts'
import { ok } from './reply.ts'
import { route } from './route.ts'

export const sshRoutes = [
  route('GET /ssh', {
    action: 'ssh.see',
    handle: ({ config }: Door, { hostName }) => ok(showSsh(config, hostName)),
  }),
]

/** `hostName` is what the caller called us by: where nothing better is known, ssh finds us by it too. Throws `not_found`. */
export function showSsh(config: HttpConfig, hostName: string): SshAccess {
  const ssh = config.ssh?.()
  if (ssh === undefined) throw new SkeinError('not_found', { thing: 'ssh server here' })
  const { port, hostKeys } = ssh
  return {
    host: hostOf(ssh.host, config.publicUrl, hostName).replace(/^\[|\]$/g, ''),
    port,
    hostKeys,
  }
}

function hostOf(listening: string, publicUrl: string | undefined, hostName: string): string {
  const isEverywhere = listening === '0.0.0.0' || listening === '::'
  if (!isEverywhere && !isLoopback(listening)) return listening
  return publicUrl === undefined ? hostName : new URL(publicUrl).hostname
}
