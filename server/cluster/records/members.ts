// What peers on one shared database tell each other beside what the database itself does: that there is something new, at
// once. And what makes sure that it is one: two copies of a database write under one origin, and one that went back to an
// earlier state gives numbers that others know for something else. Either takes a new origin.

import type { Clock } from '../../clock.ts'
import type { Replicable } from '../../records/replicable.ts'
import type { Log } from '../../store/log.ts'
import { isSameMeta, type Meta } from '../../store/store.ts'

/** How often it is made sure that a member's commits are in our database, ms. */
const PROVE_MS = 10_000
/** What looks wrong is looked at once more after this time, ms: a database may show a commit a little late. */
const DOUBT_MS = 2000

export interface MembersOptions {
  readonly replica: Replicable
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
  /** The database has taken a new origin. */
  readonly onRenewed: (was: string) => void
}

export class Members {
  readonly #options: MembersOptions
  #refreshing: Promise<void> | undefined
  #isDoubting = false
  #provedMs = Number.NEGATIVE_INFINITY
  #behind: Meta | undefined

  constructor(options: MembersOptions) {
    this.#options = options
  }

  /** A member has committed. */
  moved(meta: Meta): void {
    const { replica, clock } = this.#options
    if (meta.origin !== replica.origin || isSameMeta(meta, replica.meta)) return
    this.#behind = meta
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined
    })
    if (clock.monotonicMs() - this.#provedMs < PROVE_MS) return
    this.#provedMs = clock.monotonicMs()
    this.#doubtUnless(async () => await replica.holds(meta))
  }

  /** Another peer has heard of a transaction of our origin that is not here: mostly another member’s that we have not seen. */
  heardOf(seq: number): void {
    const { replica } = this.#options
    const { origin } = replica
    this.#doubtUnless(async () => {
      await replica.refresh()
      return replica.origin !== origin || replica.seq >= seq
    })
  }

  async #refresh(): Promise<void> {
    const { replica, log } = this.#options
    try {
      while (this.#behind && this.#behind.revision > replica.meta.revision) {
        const { revision } = this.#behind
        await replica.refresh()
        if (replica.meta.revision < revision) return
      }
    } catch (err) {
      log.warn({ err }, 'what a member has written could not be read yet')
    }
  }

  #doubtUnless(isRight: () => Promise<boolean>): void {
    if (this.#isDoubting) return
    this.#isDoubting = true
    const { log } = this.#options
    this.#doubt(isRight)
      .catch((err: unknown) => log.warn({ err }, 'it is not known whether the database went back'))
      .finally(() => {
        this.#isDoubting = false
      })
  }

  async #doubt(isRight: () => Promise<boolean>): Promise<void> {
    const { replica, clock, log, signal, onRenewed } = this.#options
    const { origin } = replica
    if (await isRight()) return
    await clock.delay(DOUBT_MS, signal)
    if (replica.origin !== origin || (await isRight())) return
    log.error(
      { origin },
      'others know more of what was written here: the database takes a new origin',
    )
    await replica.renew(origin)
    onRenewed(origin)
  }
}
