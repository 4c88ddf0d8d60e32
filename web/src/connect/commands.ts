// The lines by which a space is reached from someone's own machine. Pure.

import type { SshAccess } from '#protocol/api/ssh.ts'

const USUAL_PORT = 22

export interface Place {
  /** What ssh takes as its user: the space's name. */
  readonly space: string
  readonly door: Pick<SshAccess, 'host' | 'port'>
}

const isIPv6 = (host: string): boolean => host.includes(':')
/** Where a colon follows the host, an IPv6 address stands in brackets. */
const bracketed = (host: string): string => (isIPv6(host) ? `[${host}]` : host)
const flag = (letter: string, port: number): string =>
  port === USUAL_PORT ? '' : ` -${letter} ${port}`

export const sshLine = ({ space, door }: Place): string =>
  `ssh ${space}@${door.host}${flag('p', door.port)}`

export const forwardLine = ({ space, door }: Place, port: number): string =>
  `ssh -N -L ${port}:localhost:${port} ${space}@${door.host}${flag('p', door.port)}`

export const scpLine = ({ space, door }: Place): string =>
  `scp${flag('P', door.port)} notes.txt ${space}@${bracketed(door.host)}:`

export const rsyncLine = ({ space, door }: Place): string => {
  const shell = door.port === USUAL_PORT ? '' : ` -e 'ssh -p ${door.port}'`
  return `rsync -av${shell} project/ ${space}@${bracketed(door.host)}:project/`
}

/** Makes the host known before the first connection, so that ssh need not ask. */
export function trustLine({ host, port, hostKeys }: SshAccess): string {
  // As sshd(8) writes it, SSH_KNOWN_HOSTS: in brackets where the port is not the usual one.
  const name = port === USUAL_PORT ? host : `[${host}]:${port}`
  const lines = hostKeys.map(({ line }) => `'${name} ${line}'`)
  return `printf '%s\\n' ${lines.join(' ')} >> ~/.ssh/known_hosts`
}

/** Opens the folder in an editor of VS Code's kind, by its Remote – SSH extension. */
export function editorUrl(scheme: 'vscode' | 'cursor', { space, door }: Place, home = '/'): string {
  const port = door.port === USUAL_PORT ? '' : `:${door.port}`
  return `${scheme}://vscode-remote/ssh-remote+${space}@${bracketed(door.host)}${port}${encodeURI(home)}`
}

/** `skein` takes a name that is one's own as it is. */
export const skeinLines = (origin: string, space: string) => ({
  install: `curl -fsSL ${origin}/cli/install.sh | sh`,
  login: `skein login ${origin}`,
  open: `skein ssh ${space}`,
  config: 'skein ssh-config',
})

export const skeinPortLine = (space: string, port: number): string => `skein port ${space} ${port}`
