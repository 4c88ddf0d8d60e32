// How a space is reached, as an ssh_config(5) says it: every program that uses ssh can be given one.

import { join } from 'node:path'
import { type Ran, run } from '../../support/ssh/client.ts'

export const HOST = 'space'

export interface Reach {
  /** In which `Host space` leads into the space. */
  readonly config: string
  /**
   * Breaks what carries this way and mends it. Called by tests in the midst of something that must not notice; absent
   * where a way does not outlive its parts.
   */
  disturb?(): Promise<void>
}

type Words = [string, ...string[]]

/** `ssh … space WORDS`. */
export const ssh = ({ config }: Reach, ...words: string[]): Words => [
  'ssh',
  '-F',
  config,
  HOST,
  ...words,
]

/** `ssh OPTIONS… space WORDS`. */
export const sshWith = (
  { config }: Reach,
  options: readonly string[],
  ...words: string[]
): Words => ['ssh', '-F', config, ...options, HOST, ...words]

/** For programs that are told which ssh to run. */
export const sshCommand = ({ config }: Reach): string => `ssh -F ${config}`

/** Goes away by itself when nothing has been asked for so long, s. */
const ASIDE_IDLE_S = 20

const asideOptions = ({ config }: Reach): string[] => [
  ...['-o', 'ControlMaster=auto', '-o', `ControlPersist=${ASIDE_IDLE_S}`],
  ...['-S', join(config, '..', `aside-${process.pid}`)],
]

/** What is no test of its own goes over one connection: each costs the machine two programs, and the space one. */
export const sshAside = (reach: Reach, ...words: string[]): Words =>
  sshWith(reach, asideOptions(reach), ...words)

export const aside = (reach: Reach, ...words: string[]): Promise<Ran> =>
  run(sshAside(reach, ...words))

export const endAside = (reach: Reach): Promise<Ran> =>
  run(sshWith(reach, [...asideOptions(reach), '-O', 'exit']))
