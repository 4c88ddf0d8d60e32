// What a terminal's program is started as: the command that was asked for, or a shell. It has to be found in any image:
// without /etc/passwd, without bash, with nothing but one busybox.

import { accessSync, constants, statSync } from 'node:fs'
import type { AgentConfig } from '#protocol/report.ts'
import { childEnvironment, type Environment } from './environment.ts'
import { type Account, ownAccount } from './passwd.ts'
import { startFolder } from './spawn.ts'

const SHELLS = ['/bin/bash', '/usr/bin/bash', '/bin/sh', '/usr/bin/sh']
/** An image may hold one static busybox and no links to it; then the shell's name is an argument. */
const BUSYBOXES = ['/bin/busybox', '/usr/bin/busybox', '/busybox', '/sbin/busybox']
/** Shells that say that nobody logs in; the space's user does. */
const NO_SHELL = /\/(nologin|false|true|sync)$/

export interface Described {
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Environment
}

/** Describes a terminal's program, anew each time: a shell may have been installed since the agent started. */
export function describeProgram(
  config: Pick<AgentConfig, 'env' | 'home' | 'shell'>,
  command: readonly string[] = [],
): Described {
  const shell = pickShell(config.shell, ownAccount(), isProgram)
  const env = { ...childEnvironment(config), ...(shell[0] ? { SHELL: shell[0] } : {}) }
  return { command: command.length > 0 ? command : shell, cwd: startFolder(env), env }
}

/**
 * The shell of a terminal: the configured one, else the user's own, else what the image has. It is interactive but no
 * login shell: /etc/profile would set PATH anew, and lose what the image put there.
 */
export function pickShell(
  configured: string | undefined,
  account: Account | undefined,
  exists: (file: string) => boolean,
): readonly string[] {
  const own = account && !NO_SHELL.test(account.shell) ? account.shell : ''
  const shell = [configured ?? '', own, ...SHELLS].find((file) => file !== '' && exists(file))
  if (shell) return [shell]
  const busybox = BUSYBOXES.find(exists)
  return busybox ? [busybox, 'sh'] : ['/bin/sh']
}

export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
