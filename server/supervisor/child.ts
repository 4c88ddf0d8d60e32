// One child of the supervisor: its process, and the course that says what to do with it. A child reads users' bytes and
// may die of them; whoever runs already is adopted, so that there are never two on one data folder.

import { type ChildProcess, spawn } from 'node:child_process'
import type { Config } from '../config/settings.ts'
import type { Log } from '../log.ts'
import { type ChildState, readChild } from './child-state.ts'
import { type Act, advance, type Course, firstStep, type Happening } from './course.ts'

/** What a child gets to end beyond the time for its requests, before it is killed. */
const GRACE_MS = 5_000
/** How often another program is tried, and how long each time, before it is taken for one that cannot serve. */
const MAX_TRIALS = 3
const TRIAL_MS = 60_000

export interface ChildSpec {
  /** What it is, for the log. */
  readonly name: string
  /** Which of its kind; its lock and its state are called so, for ever. */
  readonly instance: string
  /** Its program and arguments. */
  readonly command: readonly [string, ...string[]]
}

export interface ChildOptions {
  readonly config: Pick<Config, 'data' | 'drainSeconds' | 'restartMaxSeconds'>
  readonly log: Log
}

interface Running {
  readonly pid: number
  readonly sinceMs: number
  /** Absent for one that was adopted. */
  readonly process?: ChildProcess
}

export class Child {
  #spec: ChildSpec
  /** The exit status for the supervisor, once the child is gone for good. */
  readonly ended: Promise<number>
  readonly #options: ChildOptions
  readonly #resolveEnded: (status: number) => void
  readonly #timers = new Set<NodeJS.Timeout>()
  /** Of a reload: whether what was started serves. */
  #settling = Promise.withResolvers<boolean>()
  #trials = 0
  #course: Course = firstStep.course
  #running: Running | undefined

  constructor(spec: ChildSpec, options: ChildOptions) {
    this.#spec = spec
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<number>()
    this.ended = promise
    this.#resolveEnded = resolve
  }

  get spec(): ChildSpec {
    return this.#spec
  }

  /** Starts or adopts it; once. */
  begin(): void {
    this.#perform(firstStep.acts)
  }

  /** Ends it, drained; asked again, at once. */
  stop(): void {
    this.#happened({ type: 'stop' })
  }

  /**
   * Ends it, drained, and starts the next, of `spec`. Resolves when that serves or there will be none; false when it was
   * tried and did not. It is then tried further until somebody decides otherwise.
   */
  async reload(spec: ChildSpec = this.#spec): Promise<boolean> {
    this.#settling = Promise.withResolvers<boolean>()
    this.#trials = 0
    this.#spec = spec
    this.#happened({ type: 'reload' })
    return this.#course.phase === 'ended' || (await this.#settling.promise)
  }

  /** Sees readiness, and the end of a child that is not ours. */
  look(): void {
    const running = this.#running
    if (running === undefined) return
    const state = this.#ownState(running)
    if (state?.isReady && this.#course.phase === 'starting') this.#happened({ type: 'ready' })
    if (state === undefined && running.process === undefined) {
      this.#options.log.info({ pid: running.pid }, `the adopted ${this.#spec.name} ended`)
      this.#gone(undefined)
    }
  }

  #happened(happening: Happening): void {
    const mostPauseMs = this.#options.config.restartMaxSeconds * 1000
    const { course, acts } = advance(this.#course, happening, mostPauseMs)
    const { phase } = course
    if (phase !== this.#course.phase) {
      this.#options.log.debug({ instance: this.#spec.instance, phase }, 'phase')
    }
    this.#course = course
    this.#perform(acts)
    if (phase === 'ready' || phase === 'ended') this.#settling.resolve(true)
    if (phase === 'pausing' && ++this.#trials >= MAX_TRIALS) this.#settling.resolve(false)
  }

  #perform(acts: readonly Act[]): void {
    for (const act of acts) {
      if (act.act === 'start') this.#start()
      else if (act.act === 'pause') this.#after(act.ms, { type: 'pause-over' })
      else if (act.act === 'end') this.#end(act.status)
      else this.#signal(act.act === 'kill' ? 'SIGKILL' : 'SIGTERM')
    }
  }

  #start(): void {
    const { config, log } = this.#options
    const { instance, name } = this.#spec
    const state = readChild(config.data, instance)
    if (state === undefined) {
      this.#spawn()
      return
    }
    this.#running = { pid: state.pid, sinceMs: performance.now() }
    log.info({ instance, pid: state.pid }, `adopted the ${name} that runs already`)
    if (state.isReady) this.#happened({ type: 'ready' })
  }

  #spawn(): void {
    const { command, instance, name } = this.#spec
    const { log } = this.#options
    const [file, ...args] = command
    // In a session of its own: a Ctrl-C at the terminal is for us, and our end is not the child's.
    const child = spawn(file, args, { stdio: 'inherit', detached: true })
    child.on('error', (error) => log.error({ err: error, instance }, `the ${name} was not started`))
    const sinceMs = performance.now()
    const running = { pid: child.pid ?? 0, sinceMs, process: child }
    this.#running = running
    this.#timer(TRIAL_MS, () => {
      // It neither serves nor ends.
      if (this.#running === running && this.#course.phase === 'starting') {
        this.#settling.resolve(false)
      }
    })
    child.once('close', (status, signal) => {
      log.info({ instance, pid: child.pid, status, signal }, `the ${name} ended`)
      this.#gone(status ?? undefined)
    })
  }

  #ownState({ pid }: Running): ChildState | undefined {
    const state = readChild(this.#options.config.data, this.#spec.instance)
    return state?.pid === pid ? state : undefined
  }

  #gone(status: number | undefined): void {
    const ranMs = performance.now() - (this.#running?.sinceMs ?? 0)
    this.#running = undefined
    const happening: Happening = { type: 'exited', ranMs }
    this.#happened(status === undefined ? happening : { ...happening, status })
  }

  /** Sent only to the process that we know: its number may be another's by now. */
  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    const running = this.#running
    if (running === undefined) return
    if (running.process !== undefined) running.process.kill(signal)
    else if (this.#ownState(running) !== undefined) process.kill(running.pid, signal)
    if (signal === 'SIGKILL') return
    this.#after(this.#options.config.drainSeconds * 1000 + GRACE_MS, { type: 'overdue' })
  }

  #after(ms: number, happening: Happening): void {
    const running = this.#running
    // A deadline is its child's; by now there may be another.
    this.#timer(ms, () => running === this.#running && this.#happened(happening))
  }

  #timer(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      act()
    }, ms)
    this.#timers.add(timer)
  }

  #end(status: number): void {
    const { instance, name } = this.#spec
    if (status !== 0) {
      const message = `the ${name} cannot start; it said why above`
      this.#options.log.error({ instance, status }, message)
    }
    for (const timer of this.#timers) clearTimeout(timer)
    this.#resolveEnded(status)
  }
}
