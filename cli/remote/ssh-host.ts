// How ssh is told about a space: the options for the command line and for the configuration alike. Everything that
// enters is held to a rule first, because ssh gives `%` a meaning and a shell the rest. Pure.

import { SkeinError } from '#protocol/errors.ts'
import { isSpaceName } from '#protocol/names.ts'

/** Host names of spaces end so. */
export const HOST_ENDING = '.skein'

/** The program and its first words, as they stand before `proxy` and `known-hosts`. */
export interface SkeinCommand {
  readonly words: readonly string[]
  readonly server: string
}

/** Letters that mean themselves to ssh (also after `%`-expansion), to its own word splitting and to every shell. */
const PLAIN = /^[\w@+=:,./-]+$/
const SERVER = /^https?:\/\/[\w.:[\]-]+$/

/** Throws `ssh_config_refused` for what could be more than one word. */
export function plainWord(word: string): string {
  if (PLAIN.test(word) && !word.startsWith('-')) return word
  const reason = `“${word.slice(0, 100).replace(/\p{Cc}/gu, '?')}” has characters that ssh or a shell would take apart`
  throw new SkeinError('ssh_config_refused', { reason })
}

/** Throws `name_invalid` unless it is a space's name. */
export function hostOf(space: string): string {
  if (!isSpaceName(space)) throw new SkeinError('name_invalid', { name: space.slice(0, 100) })
  return `${space}${HOST_ENDING}`
}

/** Throws `ssh_config_refused`. An address with brackets (IPv6) stands in single quotes, which it cannot hold. */
function commandLine({ words, server }: SkeinCommand, verb: string, host: string): string {
  if (!SERVER.test(server)) {
    throw new SkeinError('ssh_config_refused', { reason: 'the server’s address is none' })
  }
  const address = PLAIN.test(server) ? server : `'${server}'`
  return [...words.map(plainWord), verb, '--server', address, host].join(' ')
}

/**
 * The options of one connection, `Name` and value. `host` is a name of hostOf, or `%n` where the line's own patterns
 * hold it to such names. The space's key is asked of the server each time, so nothing is remembered or asked.
 */
export function sshOptions(command: SkeinCommand, host: string): readonly [string, string][] {
  return [
    ['ProxyCommand', commandLine(command, 'proxy', host)],
    ['KnownHostsCommand', commandLine(command, 'known-hosts', host)],
    ['UserKnownHostsFile', '/dev/null'],
    ['GlobalKnownHostsFile', '/dev/null'],
    ['StrictHostKeyChecking', 'yes'],
    // One kind of key, so that ssh does not ask which kinds there are first.
    ['HostKeyAlgorithms', 'ssh-ed25519'],
    ['CheckHostIP', 'no'],
    ['UpdateHostKeys', 'no'],
    // The login has said already who this is; a key is not looked for.
    ['PreferredAuthentications', 'none'],
    // An outage of ten minutes is borne by the proxy, and must not be ended by ssh.
    ['ServerAliveInterval', '0'],
  ]
}
