// The small process above the peer and its gateway. It reads no user's bytes, so none can crash it: it starts its
// children, starts again what dies, and takes over what runs already. It may itself be killed at any time; they live on.

import { join } from 'node:path'
import { Child, type ChildOptions, type ChildSpec } from './child.ts'
import { makeRunFolder, runFolder } from './child-state.ts'
import { takeLock } from './lock.ts'

/** How often a child that another supervisor started is looked at, and any child's readiness. */
const WATCH_MS = 200

export interface SupervisorOptions extends ChildOptions {
  readonly children: readonly ChildSpec[]
  /** What to run instead when the program of the last reload does not serve; undefined where there is nothing else. */
  readonly fallBack?: () => readonly ChildSpec[] | undefined
}

/**
 * Takes the data folder's lock and starts or adopts the children. Throws `already_running` when another supervisor has
 * the folder, and `config_invalid` when it cannot be written. `ended` resolves to the exit status once all are gone for
 * good: one that cannot start at all takes the others with it, so that nothing is left half-running.
 */
export class Supervisor {
  readonly ended: Promise<number>
  readonly #options: SupervisorOptions
  readonly #children = new Map<string, Child>()
  readonly #watch: NodeJS.Timeout
  readonly #resolveEnded: (status: number) => void
  /** Children that are ended because nobody wants them any more: their end is not ours. */
  readonly #dropped = new Set<Child>()
  #status = 0
  #isStopping = false
  /** Reloads run one after the other; one that waits takes the newest wish. */
  #reloading: Promise<void> | undefined
  #wanted: readonly ChildSpec[] | undefined

  constructor(options: SupervisorOptions) {
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<number>()
    this.#resolveEnded = resolve
    makeRunFolder(options.config.data)
    const lock = takeLock(join(runFolder(options.config.data), 'supervisor.lock'))
    this.ended = promise.finally(() => lock.release())
    this.#watch = setInterval(() => this.#look(), WATCH_MS)
    for (const spec of options.children) this.#add(spec)
  }

  /** Ends the children, drained, and then the supervisor; asked again, at once. */
  stop(): void {
    this.#isStopping = true
    for (const child of this.#children.values()) child.stop()
  }

  /**
   * Ends each child, drained, and starts the next, which reads its configuration anew: one at a time, so that while the
   * gateway is away the peer is there. What is no longer in `children` is ended, and what is new is started.
   */
  reload(children: readonly ChildSpec[] = this.#options.children): void {
    this.#wanted = children
    this.#reloading ??= this.#reload().finally(() => {
      this.#reloading = undefined
    })
  }

  async #reload(): Promise<void> {
    while (this.#wanted !== undefined && !this.#isStopping) {
      const wanted = this.#wanted
      this.#wanted = undefined
      for (const child of this.#children.values()) {
        const spec = wanted.find(({ instance }) => instance === child.spec.instance)
        if (spec === undefined) await this.#drop(child)
        else if (!this.#isStopping && !(await this.#reloadChild(child, spec))) break
      }
      for (const spec of this.#wanted ?? wanted) {
        if (!this.#isStopping && !this.#children.has(spec.instance)) this.#add(spec)
      }
    }
  }

  /** False when another program is to be tried: the gateway is not put onto one on which the peer does not serve. */
  async #reloadChild(child: Child, spec: ChildSpec): Promise<boolean> {
    const isOther = spec.command.join('\0') !== child.spec.command.join('\0')
    if ((await child.reload(spec)) || !isOther || this.#isStopping) return true
    const back = this.#options.fallBack?.()
    if (back === undefined) return true
    this.#wanted = back
    return false
  }

  #add(spec: ChildSpec): void {
    const child = new Child(spec, this.#options)
    this.#children.set(spec.instance, child)
    void child.ended.then((status) => this.#ended(child, status))
    child.begin()
  }

  async #drop(child: Child): Promise<void> {
    this.#dropped.add(child)
    child.stop()
    await child.ended
  }

  #ended(child: Child, status: number): void {
    this.#children.delete(child.spec.instance)
    if (!this.#dropped.delete(child)) {
      if (this.#status === 0) this.#status = status
      if (!this.#isStopping) this.stop()
    }
    if (this.#children.size > 0) return
    clearInterval(this.#watch)
    this.#resolveEnded(this.#status)
  }

  #look(): void {
    for (const child of this.#children.values()) child.look()
  }
}
