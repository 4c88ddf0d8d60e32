// A peer as a process of its own, which a test may stop as a suspended machine stops it.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('./live-peer-process.ts', import.meta.url))

export class StoppedPeer {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** It says of one space that one terminal is open there. */
  static async start(
    secret: Buffer,
    seeds: readonly string[],
    space: string,
  ): Promise<StoppedPeer> {
    const order = JSON.stringify({ secret: secret.toString('hex'), seeds, space })
    const stdio = ['ignore', 'pipe', 'inherit'] as const
    const child = spawn(process.execPath, [PROGRAM, order], { stdio: [...stdio] })
    if (child.stdout) await once(child.stdout, 'data')
    return new StoppedPeer(child)
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }
}
