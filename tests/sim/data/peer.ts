// One simulated peer with data: the real machine over a plain database, with a clock that drifts and steps and a process
// that may die at any moment.

import type { Delta } from '../../../server/cluster/replica/delta.ts'
import type { Effect } from '../../../server/cluster/replica/effect.ts'
import type { Input } from '../../../server/cluster/replica/input.ts'
import { type JoinRules, joinRules } from '../../../server/cluster/replica/join.ts'
import type { Message } from '../../../server/cluster/replica/message.ts'
import { Replicator } from '../../../server/cluster/replica/replicator.ts'
import { replicatorRules } from '../../../server/cluster/replica/rules.ts'
import type { Dot } from '../../../server/records/records.ts'
import type { Agenda } from '../agenda.ts'
import type { Chance } from '../chance.ts'
import type { Breakage } from './broken.ts'
import type { Database } from './database.ts'
import { Member } from './member.ts'
import type { Replica } from './replica.ts'
import type { Write } from './write.ts'

/** How often a member looks by itself. */
const POLL_MS = 1000

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
  /** Of a database that others have open, too. */
  readonly newOrigin: () => string
  /** Its fellows are told that there is something new. */
  readonly moved: (peer: DataPeer) => void
  /** What it remembered of a database that went back is gone with its process. */
  readonly forgot: (database: Database, memory: Replica) => void
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
  /** Where others have the database open, too: what this one has seen of it. */
  member: Member | undefined
  isShared = false
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

  /** What it reads: its own memory, or the database that nobody else writes. */
  get replica(): Replica {
    return this.member?.view ?? this.database.replica
  }

  start(): void {
    const { chance, breakage, newOrigin } = this.#parts
    const { database } = this
    if (breakage.faults?.forgetsClock) database.replica.hlc = 0n
    if (this.isShared) this.member = new Member({ database, breakage, newOrigin })
    const peer = this
    const local = {
      get origin() {
        return peer.replica.origin
      },
      get heard() {
        return peer.replica.heard
      },
      get prints() {
        return peer.replica.prints
      },
      get floors() {
        return peer.replica.floorList()
      },
    }
    const rules = { ...replicatorRules, ...breakage.replicator }
    this.#process = {}
    this.machine = new Replicator({ local, random: chance.split().next, rules })
    this.step({ type: 'tick' })
    if (this.isShared && !breakage.deaf) this.#poll(this.#process)
  }

  crash(): void {
    const { member } = this
    this.machine = undefined
    this.member = undefined
    this.#timer += 1
    this.database.crash(this.#process)
    if (member?.isOfBefore) this.#parts.forgot(this.database, member.view)
  }

  /** A fellow has committed. */
  moved(): void {
    if (!this.isUp || this.#parts.breakage.deaf || this.member?.isLevel !== false) return
    this.#lookThen(() => undefined)
  }

  /** A client's transaction. When it is refused nothing happened. */
  write(draw: () => readonly Write[]): void {
    this.#change(() => {
      const { replica } = this.database
      const writes = draw()
      const dot = replica.write(writes, this.wallMs)
      this.#saw()
      if (dot) this.#committed(dot, writes)
    })
  }

  purge(ageMs: number): void {
    if (this.isShared && this.replica.buried.size === 0) return
    this.#change(() => {
      this.database.replica.purge(this.wallMs, ageMs)
      this.#saw()
    })
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
      replica.rules = this.#rules
      const { mended } = replica.merge(delta, this.wallMs)
      this.#saw()
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
    this.#change(run, () => this.step({ type: 'failed', ticket }))
  }

  get #rules(): JoinRules {
    const rules = { ...joinRules, ...this.#parts.breakage.join }
    return this.isOld ? { ...rules, mends: false } : rules
  }

  /** Decided upon what it has seen: where others were faster it looks first, and does it again. */
  #change(run: () => void, fail?: () => void): void {
    const attempt = () => {
      const { member } = this
      if (member?.isLevel === false) {
        if (!this.#parts.breakage.overtakes) {
          this.#lookThen(() => this.#change(run, fail), fail)
          return
        }
        member.overtake()
      }
      run()
    }
    this.#submit(true, attempt, fail)
  }

  /** A disk that is full can be read; but not be given back what it lacks. */
  #lookThen(next: () => void, fail?: () => void): void {
    const isWrite = this.member?.isAstray === true
    const look = () => {
      if (!isWrite && this.member?.isAstray) {
        this.#lookThen(next, fail)
        return
      }
      this.#look(isWrite)
      next()
    }
    this.#submit(isWrite, look, fail)
  }

  #look(isWrite: boolean): void {
    const { member } = this
    if (!member || member.isLevel) return
    if (!isWrite) {
      member.see()
      return
    }
    const mended = member.look(this.wallMs, this.#rules)
    this.#parts.changed(this)
    if (mended) this.#committed(mended, [])
  }

  /** Its own commit. */
  #saw(): void {
    this.database.revision += 1
    this.member?.see()
    this.#parts.moved(this)
  }

  #poll(process: object): void {
    this.#parts.agenda.after(POLL_MS, () => {
      if (!this.isUp || this.#process !== process) return
      this.moved()
      this.#poll(process)
    })
  }

  #collect({ ticket, spans, buckets }: Effect & { type: 'collect' }): void {
    const fail = () => this.step({ type: 'failed', ticket })
    const run = () => {
      // A database that went back lacks what memory has heard of: silence about that would be taken for deletion.
      if (this.member?.isOfBefore && !this.#parts.breakage.trustsBack) {
        fail()
        return
      }
      // Rows of memory for what is compared, of the database for transactions: those may be newer than memory.
      const { replica } = this
      const isCompared = buckets.length > 0
      const heard = replica.heard.spans()
      const compared = { ...replica.collectBuckets(buckets), reconciled: { buckets, heard } }
      const delta = { ...this.database.replica.collect(spans), ...(isCompared && compared) }
      // And what memory knows of purges may be older than what was collected: then a deletion would be missing unseen.
      const isLate = this.member?.isLevel === false && !this.#parts.breakage.staleFloors
      const answer = () => this.step({ type: 'collected', ticket, delta })
      if (!isLate) answer()
      else {
        this.#lookThen(answer, fail)
      }
    }
    this.#submit(false, run, fail)
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
