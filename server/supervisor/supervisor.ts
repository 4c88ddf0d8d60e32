// The small process above the peer. It reads no user's bytes, so none can crash it: it starts the peer, starts it
// again when it dies, and takes over one that runs already. It may itself be killed at any time; the peer lives on.

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Config } from '../config/settings.ts'
import type { Log } from '../log.ts'
import { type ChildState, makeRunFolder, readChild, runFolder } from './child-state.ts'
import { type Act, advance, type Course, firstStep, type Happening } from './course.ts'
import { takeLock } from './lock.ts'

/** How often a child that another supervisor started is looked at, and any child's readiness. */
const WATCH_MS = 200
/** What a child gets to end beyond the time for its requests, before it is killed. */
const GRACE_MS = 5_000

export interface SupervisorOptions {
  readonly config: Pick<Config, 'data' | 'drainSeconds' | 'restartMaxSeconds'>
  readonly log: Log
  readonly instance: string
  /** The child's program and arguments. */
  readonly command: readonly [string, ...string[]]
}

interface Running {
  readonly pid: number
  readonly sinceMs: number
  /** Absent for one that was adopted. */
  readonly process?: ChildProcess
}

/**
 * Takes the data folder's lock and starts or adopts the child. Throws `already_running` when another supervisor has
 * the folder, and `config_invalid` when it cannot be written. `ended` resolves to the exit status once the child is gone for good.
 */
export class Supervisor {
  readonly ended: Promise<number>
  readonly #options: SupervisorOptions
  readonly #resolveEnded: (status: number) => void
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #watch: NodeJS.Timeout
  #course: Course = firstStep.course
  #running: Running | undefined

  constructor(options: SupervisorOptions) {
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<number>()
    this.#resolveEnded = resolve
    makeRunFolder(options.config.data)
    const lock = takeLock(join(runFolder(options.config.data), 'supervisor.lock'))
    this.ended = promise.finally(() => lock.release())
    this.#watch = setInterval(() => this.#look(), WATCH_MS)
    this.#perform(firstStep.acts)
  }

  /** Ends the child, drained, and then the supervisor; asked again, at once. */
  stop(): void {
    this.#happened({ type: 'stop' })
  }

  /** Ends the child, drained, and starts the next, which reads its configuration anew. */
  reload(): void {
    this.#happened({ type: 'reload' })
  }

  #happened(happening: Happening): void {
    const mostPauseMs = this.#options.config.restartMaxSeconds * 1000
    const { course, acts } = advance(this.#course, happening, mostPauseMs)
    if (course.phase !== this.#course.phase) {
      this.#options.log.debug({ instance: this.#options.instance, phase: course.phase }, 'phase')
    }
    this.#course = course
    this.#perform(acts)
  }

  #perform(acts: readonly Act[]): void {
    for (const act of acts) {
      if (act.act === 'start') this.#start()
      else if (act.act === 'pause') this.#after(act.ms, { type: 'pause-over' })
      else if (act.act === 'end') this.#end(act.status)
      else this.#signal(act.act === 'kill' ? 'SIGKILL' : 'SIGTERM')
    }
  }

  /** A child that lives is adopted: two on one data folder would be the very thing that must not be. */
  #start(): void {
    const { config, instance, log } = this.#options
    const state = readChild(config.data, instance)
    if (state === undefined) {
      this.#spawn()
      return
    }
    this.#running = { pid: state.pid, sinceMs: performance.now() }
    log.info({ instance, pid: state.pid }, 'adopted the peer that runs already')
    if (state.isReady) this.#happened({ type: 'ready' })
  }

  #spawn(): void {
    const { command, instance, log } = this.#options
    const [file, ...args] = command
    // In a session of its own: a Ctrl-C at the terminal is for us, and our end is not the child's.
    const child = spawn(file, args, { stdio: 'inherit', detached: true })
    child.on('error', (error) => log.error({ err: error, instance }, 'the peer was not started'))
    const sinceMs = performance.now()
    this.#running = { pid: child.pid ?? 0, sinceMs, process: child }
    child.once('close', (status, signal) => {
      log.info({ instance, pid: child.pid, status, signal }, 'the peer ended')
      this.#gone(status ?? undefined)
    })
  }

  /** Sees readiness, and the end of a child that is not ours. */
  #look(): void {
    const running = this.#running
    if (running === undefined) return
    const state = this.#ownState(running)
    if (state?.isReady && this.#course.phase === 'starting') this.#happened({ type: 'ready' })
    if (state === undefined && running.process === undefined) {
      this.#options.log.info({ pid: running.pid }, 'the adopted peer ended')
      this.#gone(undefined)
    }
  }

  #ownState({ pid }: Running): ChildState | undefined {
    const state = readChild(this.#options.config.data, this.#options.instance)
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
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      // A deadline is its child's; by now there may be another.
      if (running === this.#running) this.#happened(happening)
    }, ms)
    this.#timers.add(timer)
  }

  #end(status: number): void {
    if (status !== 0)
      this.#options.log.error({ status }, 'the peer cannot start; it said why above')
    clearInterval(this.#watch)
    for (const timer of this.#timers) clearTimeout(timer)
    this.#resolveEnded(status)
  }
}
