// The block of ours in ~/.ssh/config: between two markers, replaced as a whole, and nothing else of the file is ever
// touched. Pure.

import { SkeinError } from '#protocol/errors.ts'
import { hostOf, type SkeinCommand, sshOptions } from './ssh-host.ts'

const markers = (server: string) => ({
  begin: `# >>> skein ${server} >>> written by \`skein ssh-config\`; what stands here is replaced`,
  end: `# <<< skein ${server} <<<`,
})

/** ssh's own limit on a line is far above; so many hosts go on each. */
const HOSTS_PER_LINE = 20

/**
 * The block for these spaces. The pattern lists each name in full, so `%n` is one of them whatever somebody makes ssh
 * connect to. Throws `name_invalid` and `ssh_config_refused`.
 */
export function sshBlock(command: SkeinCommand, spaces: readonly string[]): string {
  const { begin, end } = markers(command.server)
  const hosts = [...new Set(spaces)].sort().map(hostOf)
  const options = sshOptions(command, '%n').map(([name, value]) => `  ${name} ${value}`)
  const sections: string[] = []
  for (let at = 0; at < hosts.length; at += HOSTS_PER_LINE) {
    sections.push(`Host ${hosts.slice(at, at + HOSTS_PER_LINE).join(' ')}`, ...options)
  }
  // What somebody adds below belongs to every host again.
  return [begin, ...sections, 'Match all', end].join('\n')
}

/** The file with this server's block, or without it. Throws `ssh_config_refused` when the markers are broken. */
export function withBlock(file: string, server: string, block: string | undefined): string {
  const { begin, end } = markers(server)
  const lines = file.split('\n')
  const from = lines.indexOf(begin)
  const to = lines.indexOf(end)
  const isBroken = from < 0 !== to < 0 || from > to || lines.lastIndexOf(begin) !== from
  if (isBroken) {
    throw new SkeinError('ssh_config_refused', {
      reason:
        'the file has only half of our block; remove the lines that begin with # >>> skein or # <<< skein',
    })
  }
  if (from < 0) return block === undefined ? file : appended(file, block)
  const before = lines.slice(0, from)
  const after = lines.slice(to + 1)
  if (block !== undefined) return [...before, ...block.split('\n'), ...after].join('\n')
  // The empty line that came with the block goes with it.
  if (before.at(-1) === '') before.pop()
  return [...before, ...after].join('\n')
}

function appended(file: string, block: string): string {
  if (file === '') return `${block}\n`
  return `${file}${file.endsWith('\n') ? '' : '\n'}\n${block}\n`
}
