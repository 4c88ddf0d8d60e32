// How a space is reached, as an ssh_config(5) says it: every program that uses ssh can be given one.

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
