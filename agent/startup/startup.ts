// The template's start-up script: run once by the shell when the space starts. What it writes and how it ends is
// reported while it runs, and kept for whoever links later.

import type { ChildProcess } from 'node:child_process'
import { toSkeinError } from '#protocol/errors.ts'
import { Mask } from '#protocol/mask.ts'
import type { AgentConfig, AgentReport } from '#protocol/report.ts'
import { childEnvironment } from '../child/environment.ts'
import { fitLines, LogTail } from '../child/log-tail.ts'
import { type Exit, exitOf, startProgram, stopProgram } from '../child/spawn.ts'
import type { Clock } from '../clock.ts'

export type StartupReport = Extract<AgentReport, { type: 'startup' }>

/** Lines of the script's output that are kept. */
const LOG_LINES = 500
/** Lines in a report (protocol/report.ts). */
const REPORT_LINES = 50
/** Of them, as JSON, so that a report stays below its limit of 64 kB whatever the lines hold. */
const REPORT_BYTES = 48 * 1024
/** Reports while it runs come no closer together than this, in milliseconds. */
const REPORT_EVERY_MS = 500
/** An installer that starts a daemon leaves a child that holds the pipe; its output is not waited for (ms). */
const QUIET_MS = 200

type Outcome = Pick<StartupReport, 'state' | 'status' | 'durationMs'>

export class Startup {
  readonly #config: AgentConfig
  readonly #clock: Clock
  readonly #report: (report: AgentReport) => void
  readonly #log: LogTail
  #outcome: Outcome = { state: 'running' }
  #child: ChildProcess | undefined
  #reportSoon: NodeJS.Timeout | undefined

  constructor(config: AgentConfig, clock: Clock, report: (report: AgentReport) => void) {
    this.#config = config
    this.#log = new LogTail(LOG_LINES, new Mask(config.secrets))
    this.#clock = clock
    this.#report = report
  }

  get log(): readonly string[] {
    return this.#log.last()
  }

  get outcome(): Outcome | undefined {
    return this.#config.startup === undefined ? undefined : this.#outcome
  }

  /** Runs the script to its end. Never rejects: that it could not run is an outcome too. */
  async run(): Promise<void> {
    const script = this.#config.startup
    if (script === undefined) return
    const startedMs = this.#clock.monotonicMs()
    this.#tell()
    const exit = await this.#runScript(script)
    const durationMs = Math.round(this.#clock.monotonicMs() - startedMs)
    const status = exit?.status
    this.#outcome = {
      state: status === 0 ? 'done' : 'failed',
      durationMs,
      ...(status === undefined ? {} : { status }),
    }
    if (exit?.signal) this.#log.note(`— ended by ${exit.signal}`)
    clearTimeout(this.#reportSoon)
    this.#tell()
  }

  async stop(): Promise<void> {
    if (this.#child) await stopProgram(this.#child)
  }

  async #runScript(script: string): Promise<Exit | undefined> {
    try {
      const child = await startProgram({
        command: ['sh', '-c', script],
        env: childEnvironment(this.#config),
        stdin: false,
      })
      this.#child = child
      for (const output of [child.stdout, child.stderr]) {
        output?.on('data', (bytes: Buffer) => this.#take(bytes))
      }
      const allRead = closed(child)
      const exit = await exitOf(child)
      await Promise.race([allRead, this.#clock.delay(QUIET_MS)])
      return exit
    } catch (error) {
      this.#log.note(toSkeinError(error).message)
      return undefined
    } finally {
      this.#child = undefined
    }
  }

  #take(bytes: Buffer): void {
    this.#log.write(bytes)
    if (this.#outcome.state !== 'running') return
    this.#reportSoon ??= setTimeout(() => {
      this.#reportSoon = undefined
      this.#tell()
    }, REPORT_EVERY_MS)
  }

  #tell(): void {
    const tail = fitLines(this.#log.last(REPORT_LINES), REPORT_BYTES)
    this.#report({ type: 'startup', ...this.#outcome, tail })
  }
}

function closed(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once('close', () => resolve()))
}
