// What others have written to a shared database since this peer last looked, found out and made ready to be taken into
// memory in one step: as news, by loading everything anew, or, where the database went back, after giving it what it lacks.

import type { Clock, Random } from '../clock.ts'
import { Context } from '../cluster/replica/context.ts'
import type { Log } from '../store/log.ts'
import { isSameMeta, type Meta, type Store } from '../store/store.ts'
import type { Effects } from './effects.ts'
import { loadState } from './load.ts'
import { effectsOfNews } from './news.ts'
import { Recent } from './recent.ts'
import { rejoin } from './rejoin.ts'
import { effectsOfReload } from './reload.ts'
import type { State } from './state.ts'

export interface CatchUpOptions {
  readonly store: Store
  readonly state: State
  /** Others' transactions that were heard of. */
  readonly heard: Context
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

export interface Caught {
  readonly meta: Meta
  readonly effects: Effects
  /** In place of what was heard of, where the database has heard of less. */
  readonly heard?: Context
}

export class CatchUp {
  readonly #options: CatchUpOptions
  readonly #recent = new Recent()
  /** Origins that the database wrote under before, or of which others know more than it has. */
  readonly #former = new Set<string>()
  /** As it was when it could not be given back what it lacks. */
  #refusedAt: Meta | undefined

  constructor(options: CatchUpOptions) {
    this.#options = options
  }

  /** The database shall write under another origin: others know more of what was written under this one. */
  distrust(origin: string): void {
    this.#former.add(origin)
  }

  /** Everything after this commit; nothing when there is nothing. Rejects with the codes of a commit. */
  async look(durable: Meta): Promise<Caught | undefined> {
    const { store, state, clock, log } = this.#options
    if (this.#former.has(durable.origin)) return await this.#rejoin(durable)
    const news = await store.news(durable)
    if (news.kind === 'reload') return await this.#reload(durable)
    if (news.kind === 'back') return await this.#rejoin(durable)
    const { meta, batches } = news
    if (isSameMeta(meta, durable)) return undefined
    const effects = effectsOfNews(state, batches, { meta, nowMs: clock.nowMs(), log })
    this.remember([effects], durable, meta)
    return { meta, effects }
  }

  /** What became durable, here or elsewhere, in case that the database forgets it. */
  remember(effects: readonly Effects[], before: Meta, after: Meta): void {
    const told = Context.of(effects.flatMap(({ learned }) => learned?.spans ?? []))
    const spans = this.#options.heard.missingFrom(told)
    const own = { origin: after.origin, low: before.seq + 1, high: after.seq }
    this.#recent.add(effects, own.high < own.low ? spans : [...spans, own])
  }

  async #reload(durable: Meta): Promise<Caught> {
    const { store, state, clock, log } = this.#options
    const loaded = await loadState(store, log)
    const { meta } = loaded
    if (!meta || meta.origin !== durable.origin) return await this.#rejoin(durable)
    log.info({ revision: meta.revision }, 'everything was read anew from the shared database')
    return { meta, effects: effectsOfReload(state, { ...loaded, meta }, clock.nowMs()) }
  }

  async #rejoin(durable: Meta): Promise<Caught> {
    const { state, heard, clock } = this.#options
    this.#former.add(durable.origin)
    const memory = { state, heard, meta: durable, recent: this.#recent }
    let found: Meta | undefined
    const joined = await rejoin(this.#options, memory, (meta) => {
      found = meta
      return this.#isFresh(meta)
    }).catch((error: unknown) => {
      this.#refusedAt = found
      throw error
    })
    const effects = effectsOfReload(state, joined, clock.nowMs())
    return { meta: joined.meta, effects, heard: joined.heard }
  }

  /** Given by another member just now. It may have gone back beyond an earlier origin, too, and its server be another. */
  #isFresh(found: Meta): boolean {
    const isKnown = this.#former.has(found.origin) || this.#options.heard.head(found.origin) > 0
    return !isKnown && !(this.#refusedAt && isSameMeta(this.#refusedAt, found))
  }
}
