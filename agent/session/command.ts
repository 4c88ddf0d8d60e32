// What a session runs: a login shell, or one command line given to the user's shell.

import path from 'node:path'
import type { StreamOpen } from '#protocol/link.ts'
import type { AgentConfig } from '#protocol/report.ts'
import { childEnvironment, type Environment, isFolder } from '../child/environment.ts'
import { ownAccount } from '../child/passwd.ts'
import { type Described, isProgram, pickShell } from '../child/shell.ts'

export type SessionOpen = Extract<StreamOpen, { kind: 'session' }>

/** Shells of which some releases have no `-l`, and an unknown option would be no login at all. */
const PLAIN_SHELLS = new Set(['sh', 'dash', 'ash', 'busybox'])
/** What a login does in every POSIX shell, then the same shell in its place. */
const LOG_IN =
  '[ -r /etc/profile ] && . /etc/profile; [ -r "$HOME/.profile" ] && . "$HOME/.profile"; exec "$@"'

/** Described anew each time: a shell may have been installed since the agent started. */
export function describeSession(
  config: Pick<AgentConfig, 'env' | 'home' | 'shell'>,
  open: Pick<SessionOpen, 'command' | 'env' | 'pty'>,
): Described {
  const shell = pickShell(config.shell, ownAccount(), isProgram)
  const env: Environment = {
    ...childEnvironment(config, open.env),
    SHELL: shell[0] ?? '/bin/sh',
    ...(open.pty?.term ? { TERM: open.pty.term } : {}),
  }
  const home = env.HOME ?? '/'
  const command = open.command === undefined ? loginShell(shell) : [...shell, '-c', open.command]
  return { command, cwd: isFolder(home) ? home : '/', env }
}

/** `shell` is the program, and for a lone busybox the name of its shell. */
export function loginShell(shell: readonly string[]): readonly string[] {
  const isPlain = PLAIN_SHELLS.has(path.basename(shell[0] ?? ''))
  return isPlain ? [...shell, '-c', LOG_IN, 'login', ...shell] : [...shell, '-l']
}
