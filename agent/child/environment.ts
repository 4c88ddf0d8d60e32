// What every program in the space is given as environment. The agent's own variables carry the link's key, so no child
// ever sees a SKEIN_AGENT; the rest is what a person expects of a login: TERM, a UTF-8 locale, HOME, PATH, SHELL.

import { statSync } from 'node:fs'
import type { AgentConfig } from '#protocol/report.ts'
import { type Account, ownAccount } from './passwd.ts'

export type Environment = Record<string, string>

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
type Wishes = Pick<AgentConfig, 'env' | 'home' | 'shell'>

/**
 * The environment of a child: the container's own, then defaults, then the template's `env`, then `extra`.
 * Variables named SKEIN_* never come from the container or from `extra`; the template may set its own.
 */
export function childEnvironment(config: Wishes, extra: Environment = {}): Environment {
  return buildEnvironment({ base: process.env, account: ownAccount(), config, extra })
}

export function buildEnvironment(from: {
  base: NodeJS.ProcessEnv
  account: Account | undefined
  config: Wishes
  isFolder?: (path: string) => boolean
  extra: Environment
}): Environment {
  const base = withoutOurs(from.base)
  const homes = [from.config.home, usefulHome(base.HOME), from.account?.home]
  const isThere = from.isFolder ?? isFolder
  const home = homes.find((folder) => folder !== undefined && isThere(folder)) ?? '/'
  const name = from.account?.name
  return {
    PATH: DEFAULT_PATH,
    LANG: 'C.UTF-8',
    ...(name ? { USER: name, LOGNAME: name } : {}),
    ...base,
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    HOME: home,
    SHELL: from.config.shell ?? (from.account?.shell || '/bin/sh'),
    ...from.config.env,
    ...withoutOurs(from.extra),
  }
}

function withoutOurs(variables: NodeJS.ProcessEnv): Environment {
  const kept: Environment = {}
  for (const [name, value] of Object.entries(variables)) {
    if (value !== undefined && !name.startsWith('SKEIN_')) kept[name] = value
  }
  return kept
}

/** Docker sets HOME to `/` for a uid without an account; then any other answer is better. */
function usefulHome(home: string | undefined): string | undefined {
  return home === '/' || home === '' ? undefined : home
}

export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
