// Stock ssh by way of `skein proxy`, with the configuration that `skein ssh-config` writes.

import { spawn } from 'node:child_process'
import type { Laptop } from '../../cli/laptop.ts'
import type { OpenWire } from './wire.ts'

/** The last of what ssh and its proxy said, for whoever asks why one ended, characters. */
const KEPT_CHARS = 600

export interface SshOptions {
  readonly laptop: Laptop
  readonly config: string
  readonly host: string
  readonly command: string
}

export const openSsh =
  ({ laptop, config, host, command }: SshOptions): OpenWire =>
  async ({ take }) => {
    const words = ['-F', config, '-T', '-o', 'BatchMode=yes', host, command]
    const child = spawn('ssh', words, { env: laptop.env })
    let said = ''
    child.stdout.on('data', take)
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-KEPT_CHARS)
    })
    child.stdin.on('error', () => undefined)
    const over = new Promise<string | undefined>((resolve) => {
      child.once('close', (status, signal) =>
        resolve(status === 0 ? undefined : `ssh ended with ${status ?? signal}: ${said}`),
      )
    })
    return {
      over,
      send: (text) => void child.stdin.write(text),
      close: () => void child.kill('SIGKILL'),
    }
  }
