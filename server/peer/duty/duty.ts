// Carries out what is wanted of this peer. Level-triggered: whatever was asked while it was not there it does when it is
// back. Going away is what a SIGTERM does, without the end: whoever can go on elsewhere is told to.

import type { Clock } from '../../clock.ts'
import type { Live, LiveTopics } from '../../live/live.ts'
import type { Log } from '../../log.ts'
import type { Records } from '../../records/records.ts'
import { chosen, type Program, versionAt } from '../../supervisor/program.ts'
import { type PeerWish, type Restart, wishOf } from './wish.ts'

/** How often it is looked whether everybody has gone. */
const LOOK_MS = 200
/** What we say of ourselves holds until it is another thing. */
const FOR_EVER_MS = 2 ** 31 - 1

/** Those who can be sent elsewhere and taken again. */
export interface Departing {
  drain(): void
  undrain(): void
  /** How many are still here. */
  readonly left: number
}

export interface DutyOptions {
  readonly records: Records
  readonly live: Live
  readonly clock: Clock
  readonly log: Log
  readonly self: string
  readonly versions: string | undefined
  /** Those who are told to go. */
  readonly departing: Departing
  readonly program: { read(): Program; write(program: Program): void }
  /** Asks the supervisor for the next process; this one is then asked to end. */
  readonly startAnew: () => void
  /** Nobody else is there who could carry what this peer does. */
  readonly isAlone: () => boolean
  /** Resolves when this peer can serve. */
  readonly ready: Promise<unknown>
}

export class Duty {
  readonly #options: DutyOptions
  readonly #stop = new AbortController()
  readonly #running: Promise<void>
  #isAway = false
  #refused: { readonly wish: string; readonly reason: string } | undefined
  #isRestarting = false
  #told = ''

  constructor(options: DutyOptions) {
    this.#options = options
    this.#running = this.#run().catch((err: unknown) => {
      if (!this.#stop.signal.aborted) options.log.error({ err }, 'wishes are no longer heard')
    })
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { records, ready } = this.#options
    const { signal } = this.#stop
    // Watching begins before the first look, so that nothing is missed between.
    const changes = records.watch('setting', { signal })
    await ready
    this.#look()
    const looking = this.#keepLooking()
    for await (const _ of changes) this.#look()
    await looking
  }

  /** Whoever leaves does not say so, nor does the last other peer that ends. */
  async #keepLooking(): Promise<void> {
    const { clock } = this.#options
    const { signal } = this.#stop
    while (!signal.aborted) {
      await clock.delay(LOOK_MS, signal).catch(() => undefined)
      if (!signal.aborted && this.#wish()?.isAway === true) this.#look()
    }
  }

  #look(): void {
    const wish = this.#wish()
    // The last one that is there serves, whatever was wanted when there were others.
    this.#go(wish?.isAway === true && !this.#options.isAlone())
    if (wish?.restart) this.#restart(wish.restart)
    if (wish) this.#tell()
  }

  #wish(): PeerWish | undefined {
    return wishOf(this.#options.records, this.#options.self)
  }

  #go(isAway: boolean): void {
    if (isAway === this.#isAway) return
    this.#isAway = isAway
    this.#options.log.info({}, isAway ? 'draining, as wished' : 'serving again')
    if (isAway) this.#options.departing.drain()
    else this.#options.departing.undrain()
  }

  /** Noted before it is done: whatever becomes of it, it is not done twice. */
  #restart(restart: Restart): void {
    const { program, log, startAnew } = this.#options
    const before = program.read()
    if (before.wish === restart.id || this.#refused?.wish === restart.id) return
    try {
      program.write(chosen(before, restart.id, this.#nextOf(restart, before)))
      this.#isRestarting = true
      log.info({ wish: restart.id, program: program.read().current }, 'starting anew, as wished')
      startAnew()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#refused = { wish: restart.id, reason }
      log.warn({ reason }, 'not started anew')
    }
  }

  #nextOf({ to, back }: Restart, { current, previous }: Program): string {
    if (back === true) {
      if (previous === undefined) throw new Error('no version was run here before this one')
      return previous
    }
    return to === undefined ? current : versionAt(this.#options.versions, to)
  }

  #tell(): void {
    const { live, self, program, departing } = this.#options
    const state = this.#isRestarting ? 'restarting' : this.#isAway ? 'away' : 'serving'
    const noted = program.read()
    const done = this.#refused?.wish ?? noted.wish
    const failed = this.#refused?.reason ?? (noted.failed && `${noted.failed} did not serve`)
    const duty: LiveTopics['duty'] = {
      ...{ state, left: departing.left },
      ...(done !== undefined && { wish: done }),
      ...(failed !== undefined && { failed }),
    }
    const told = JSON.stringify(duty)
    if (told === this.#told) return
    this.#told = told
    live.publish('duty', self, duty, FOR_EVER_MS)
  }
}
