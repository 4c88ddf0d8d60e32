// One simulated peer with data: the real machine over a plain database, with a clock that drifts and steps and a process
// that may die at any moment.

import type { Delta } from '../../../server/cluster/replica/delta.ts'
import type { Effect } from '../../../server/cluster/replica/effect.ts'
import type { Input } from '../../../server/cluster/replica/input.ts'
import { joinRules } from '../../../server/cluster/replica/join.ts'
import type { Message } from '../../../server/cluster/replica/message.ts'
import { Replicator } from '../../../server/cluster/replica/replicator.ts'
import { replicatorRules } from '../../../server/cluster/replica/rules.ts'
import type { Dot } from '../../../server/records/records.ts'
import type { Agenda } from '../agenda.ts'
import type { Chance } from '../chance.ts'
import type { Breakage } from './broken.ts'
import type { Database } from './database.ts'
import type { Write } from './write.ts'

export const STARTED_AT_MS = 1_800_000_000_000

export interface PeerParts {
  readonly agenda: Agenda
  readonly chance: Chance
  readonly breakage: Breakage
  /** Some peers are of the version before. */
  readonly isMixed: boolean
  readonly send: (from: DataPeer, to: string, message: Message) => void
  readonly said: (peer: DataPeer, effects: readonly Effect[]) => void
  readonly wrote: (peer: DataPeer, dot: Dot, writes: readonly Write[], delta: Delta) => void
  readonly changed: (peer: DataPeer) => void
}

export class DataPeer {
  readonly position: number
  readonly name: string
  readonly database: Database
  /** Of the version before: it knows no policies, no kind `newer`, and not the field `later`. */
  readonly isOld: boolean
  readonly drift: number
  wallOffsetMs: number
  machine: Replicator | undefined
  readonly #parts: PeerParts
  #process: object = {}
  #timer = 0

  constructor(position: number, database: Database, parts: PeerParts) {
    this.position = position
    this.name = `p${position}`
    this.database = database
    this.#parts = parts
    const { chance } = parts
    this.isOld = parts.isMixed && chance.hits(0.5)
    this.drift = chance.between(-0.001, 0.001)
    this.wallOffsetMs = chance.pick([0, 0, chance.between(-2000, 2000)])
  }

  get isUp(): boolean {
    return this.machine !== undefined
  }

  get wallMs(): number {
    return STARTED_AT_MS + Math.floor(this.#parts.agenda.nowMs + this.wallOffsetMs)
  }

  start(): void {
    const { chance, breakage } = this.#parts
    const { replica } = this.database
    if (breakage.faults?.forgetsClock) replica.hlc = 0n
    const local = {
      get origin() {
        return replica.origin
      },
      get heard() {
        return replica.heard
      },
      get prints() {
        return replica.prints
      },
      get floors() {
        return replica.floorList()
      },
    }
    const rules = { ...replicatorRules, ...breakage.replicator }
    this.#process = {}
    this.machine = new Replicator({ local, random: chance.split().next, rules })
    this.step({ type: 'tick' })
  }

  crash(): void {
    this.machine = undefined
    this.#timer += 1
    this.database.crash(this.#process)
  }

  /** A client's transaction. When it is refused nothing happened. */
  write(draw: () => readonly Write[]): void {
    this.#submit(true, () => {
      const { replica } = this.database
      const writes = draw()
      const dot = replica.write(writes, this.wallMs)
      if (dot) this.#committed(dot, writes)
    })
  }

  purge(ageMs: number): void {
    this.#submit(true, () => this.database.replica.purge(this.wallMs, ageMs))
  }

  step(input: Input): void {
    const { machine } = this
    if (!machine) return
    const effects = machine.step(this.#parts.agenda.nowMs * (1 + this.drift), input)
    this.#parts.said(this, effects)
    for (const effect of effects) this.#perform(effect)
    this.#setTimer(machine)
  }

  #perform(effect: Effect): void {
    if (effect.type === 'send') this.#parts.send(this, effect.to, effect.message)
    else if (effect.type === 'merge') this.#merge(effect.ticket, effect.delta)
    else if (effect.type === 'collect') this.#collect(effect)
  }

  #merge(ticket: number, delta: Delta): void {
    const run = () => {
      const { replica } = this.database
      const { breakage } = this.#parts
      const rules = { ...joinRules, ...breakage.join }
      replica.rules = this.isOld ? { ...rules, mends: false } : rules
      const { mended } = replica.merge(delta, this.wallMs)
      this.#parts.changed(this)
      this.step({ type: 'merged', ticket })
      if (mended) this.#committed(mended, [])
    }
    // A context that is stored before the rows it stands for: a crash between the two loses them for good.
    if (this.#parts.breakage.contextFirst) {
      this.#submit(true, () => {
        for (const span of delta.spans) this.database.replica.heard.add(span)
      })
    }
    this.#submit(true, run, () => this.step({ type: 'failed', ticket }))
  }

  #collect({ ticket, spans, buckets }: Effect & { type: 'collect' }): void {
    const run = () => {
      const { replica } = this.database
      const isCompared = buckets.length > 0
      const heard = replica.heard.spans()
      const compared = { ...replica.collectBuckets(buckets), reconciled: { buckets, heard } }
      const delta = { ...replica.collect(spans), ...(isCompared && compared) }
      this.step({ type: 'collected', ticket, delta })
    }
    this.#submit(false, run, () => this.step({ type: 'failed', ticket }))
  }

  #committed(dot: Dot, writes: readonly Write[]): void {
    const { origin, seq } = dot
    const delta = this.database.replica.collect([{ origin, low: seq, high: seq }])
    this.#parts.wrote(this, dot, writes, delta)
    this.#parts.changed(this)
    this.step({ type: 'committed', delta })
  }

  #submit(isWrite: boolean, run: () => void, fail: () => void = () => undefined): void {
    const by = this.#process
    const isAlive = () => this.isUp && this.#process === by
    this.database.submit({
      by,
      isWrite,
      run: () => isAlive() && run(),
      fail: () => isAlive() && fail(),
    })
  }

  #setTimer(machine: Replicator): void {
    this.#timer += 1
    const timer = this.#timer
    this.#parts.agenda.at(machine.wakeAtMs / (1 + this.drift) + 0.001, () => {
      if (timer === this.#timer) this.step({ type: 'tick' })
    })
  }
}
