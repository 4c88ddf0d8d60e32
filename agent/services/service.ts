// One program that shall always run. Its loop is the only thing that starts it: run, wait, run again, until stopped.

import type { ChildProcess } from 'node:child_process'
import { toSkeinError } from '#protocol/errors.ts'
import type { Mask } from '#protocol/mask.ts'
import type { AgentReport } from '#protocol/report.ts'
import type { Environment } from '../child/environment.ts'
import { LogTail } from '../child/log-tail.ts'
import { describeExit, type Exit, exitOf, startProgram, stopProgram } from '../child/spawn.ts'
import type { Clock } from '../clock.ts'
import { nextDelayMs } from './back-off.ts'

export type ServiceState = Extract<AgentReport, { type: 'services' }>['services'][number]

export interface ServicePlan {
  readonly name: string
  readonly command: readonly string[]
  readonly cwd?: string | undefined
  readonly env: Environment
  /** The image's own command may be done when it ends with status 0; a service never is. */
  readonly mayFinish: boolean
  readonly mask?: Mask
}

/** Lines of each service's output that are kept. */
export const LOG_LINES = 200
/** A last exit is one line on a page, characters (protocol/report.ts). */
const MAX_EXIT_CHARS = 200

export class Service {
  readonly plan: ServicePlan
  readonly #clock: Clock
  readonly #onChange: () => void
  readonly #log: LogTail
  readonly #stopping = new AbortController()
  #state: ServiceState['state'] = 'stopped'
  #looping = false
  #restarts = 0
  #lastExit: string | undefined
  #child: ChildProcess | undefined
  #hurry = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(plan: ServicePlan, clock: Clock, onChange: () => void) {
    this.plan = plan
    this.#log = new LogTail(LOG_LINES, plan.mask)
    this.#clock = clock
    this.#onChange = onChange
  }

  get state(): ServiceState {
    const lastExit = this.#lastExit
    return {
      name: this.plan.name,
      state: this.#state,
      restarts: this.#restarts,
      ...(lastExit === undefined ? {} : { lastExit }),
    }
  }

  get log(): readonly string[] {
    return this.#log.last()
  }

  start(): void {
    if (this.#looping) return
    this.#looping = true
    this.#loop = this.#keepRunning().finally(() => {
      this.#looping = false
    })
  }

  /** Ends the program and has it started again at once, without back-off. */
  async restart(): Promise<void> {
    if (this.#stopping.signal.aborted) return
    if (!this.#looping) return this.start()
    this.#hurry.abort()
    if (this.#child) await stopProgram(this.#child)
  }

  /** Ends the program for good; resolves when it has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#hurry.abort()
    if (this.#child) await stopProgram(this.#child)
    await this.#loop
  }

  async #keepRunning(): Promise<void> {
    let delayMs = 0
    for (;;) {
      this.#hurry = new AbortController()
      const startedMs = this.#clock.monotonicMs()
      const exit = await this.#run()
      const finished = this.plan.mayFinish && exit?.status === 0 && !this.#hurry.signal.aborted
      if (this.#stopping.signal.aborted || finished) return this.#become('stopped')
      delayMs = nextDelayMs(delayMs, this.#clock.monotonicMs() - startedMs)
      this.#become('backing-off')
      await this.#clock.delay(delayMs, this.#hurry.signal).catch(() => undefined)
      if (this.#hurry.signal.aborted) delayMs = 0
      if (this.#stopping.signal.aborted) return this.#become('stopped')
      this.#restarts++
    }
  }

  /** One run, to its end; undefined when the program could not be started. */
  async #run(): Promise<Exit | undefined> {
    try {
      const child = await startProgram({ ...this.plan, stdin: false })
      this.#child = child
      for (const output of [child.stdout, child.stderr]) {
        output?.on('data', (bytes: Buffer) => this.#log.write(bytes))
      }
      this.#become('running')
      if (this.#stopping.signal.aborted) await stopProgram(child)
      const exit = await exitOf(child)
      this.#end(describeExit(exit))
      return exit
    } catch (error) {
      this.#end(toSkeinError(error).message)
      return undefined
    } finally {
      this.#child = undefined
    }
  }

  #end(exit: string): void {
    this.#lastExit = (this.plan.mask?.text(exit) ?? exit).slice(0, MAX_EXIT_CHARS)
    this.#log.note(`— ended: ${this.#lastExit}`)
  }

  #become(state: ServiceState['state']): void {
    this.#state = state
    this.#onChange()
  }
}
