// The template's shut-down script: run once before the programs of the space are ended, within its time. The link may be
// gone by then, so what it writes goes into the container's log, marked, with how it ended as the last line.

import { toSkeinError } from '#protocol/errors.ts'
import { Mask } from '#protocol/mask.ts'
import { type AgentConfig, SHUTDOWN_MARK } from '#protocol/report.ts'
import { childEnvironment } from '../child/environment.ts'
import { LogTail } from '../child/log-tail.ts'
import { describeExit, exitOf, startProgram, stopProgram } from '../child/spawn.ts'
import type { Clock } from '../clock.ts'

/** Of its output, the last lines; the peer keeps as many on the timeline. */
const LOG_LINES = 40
/** A child that goes on and holds the pipe is not waited for (ms). */
const QUIET_MS = 200
/** After TERM, when its time is over (ms). */
const KILL_AFTER_MS = 2000

export class Shutdown {
  readonly #config: AgentConfig
  readonly #clock: Clock
  readonly #log: LogTail
  readonly #write: (line: string) => void

  constructor(
    config: AgentConfig,
    clock: Clock,
    write: (line: string) => void = (line) => void process.stdout.write(line),
  ) {
    this.#config = config
    this.#clock = clock
    this.#write = write
    this.#log = new LogTail(LOG_LINES, new Mask(config.secrets))
  }

  /** Runs it to its end or to the end of its time. Never rejects: what went wrong is its last line. */
  async run(): Promise<void> {
    const { shutdown } = this.#config
    if (shutdown === undefined) return
    const ended = await this.#runScript(shutdown.script, shutdown.timeoutMs)
    const lines = [...this.#log.last(), `— ${ended}`]
    this.#write(lines.map((line) => `${SHUTDOWN_MARK}${line}\n`).join(''))
  }

  async #runScript(script: string, timeoutMs: number): Promise<string> {
    try {
      const env = childEnvironment(this.#config)
      const child = await startProgram({ command: ['sh', '-c', script], env, stdin: false })
      for (const output of [child.stdout, child.stderr]) {
        output?.on('data', (bytes: Buffer) => this.#log.write(bytes))
      }
      const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
      const over = new AbortController()
      const late = this.#clock.delay(timeoutMs, over.signal).then(
        () => stopProgram(child, KILL_AFTER_MS).then(() => true),
        () => false,
      )
      const exit = await exitOf(child)
      over.abort()
      await Promise.race([closed, this.#clock.delay(QUIET_MS)])
      return (await late) ? `it was ended after ${timeoutMs / 1000} s` : describeExit(exit)
    } catch (error) {
      return toSkeinError(error).message
    }
  }
}
