// Terminals with real programs, for tests.

import { systemClock } from '../../clock.ts'
import { Terminals, type TerminalsOptions } from '../terminals.ts'

const env = { PATH: process.env.PATH ?? '/bin', PS1: '$ ', TERM: 'xterm-256color', LANG: 'C.UTF-8' }

export function openTerminals(over: Partial<TerminalsOptions> = {}): Terminals {
  const describe: TerminalsOptions['describe'] = (command = ['/bin/sh']) => ({
    command,
    cwd: '/tmp',
    env,
  })
  return new Terminals({ clock: systemClock, describe, ...over })
}
