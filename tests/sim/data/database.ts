// One database on one disk, which one or two peers have open. Jobs are done one after the other, each takes its time, and
// only what was done is there after a crash. The disk may be slow, full, or give back errors.

import type { Agenda } from '../agenda.ts'
import type { Chance } from '../chance.ts'
import type { Replica } from './replica.ts'

export interface Job {
  /** The process that waits for it. */
  readonly by: object
  readonly isWrite: boolean
  readonly run: () => void
  readonly fail: () => void
}

interface Snapshot {
  readonly atMs: number
  readonly history: number
  readonly copy: Replica
}

const FAST_MS = 3
const SLOW_MS = 400
/** One in so many jobs meets the bad page. */
const CORRUPT = 1 / 3

export class Database {
  readonly position: number
  readonly replica: Replica
  readonly snapshots: Snapshot[] = []
  /** Commits, whoever made them. */
  revision = 0
  /** How often it went back to an earlier state, and how often when it took its origin. */
  era = 0
  originEra = 0
  /** Grows when something is undone that nobody remembers: older snapshots are of another history then. */
  history = 0
  fullUntilMs = 0
  slowUntilMs = 0
  corruptUntilMs = 0
  readonly #agenda: Agenda
  readonly #chance: Chance
  readonly #answersEarly: boolean
  #durable: Replica | undefined
  #queue: Job[] = []
  #isBusy = false

  constructor(
    position: number,
    replica: Replica,
    parts: { agenda: Agenda; chance: Chance; answersEarly: boolean },
  ) {
    this.position = position
    this.replica = replica
    this.#agenda = parts.agenda
    this.#chance = parts.chance
    this.#answersEarly = parts.answersEarly
    if (this.#answersEarly) this.#durable = replica.copy()
  }

  submit(job: Job): void {
    if (this.#answersEarly) {
      job.run()
      this.#queue.push({ ...job, run: () => undefined })
    } else this.#queue.push(job)
    this.#work()
  }

  /** What a process had not been answered yet is never done. */
  crash(by: object): void {
    this.#queue = this.#queue.filter((job) => job.by !== by)
    if (this.#durable) this.replica.become(this.#durable)
  }

  /** As by a failover to a replica that was behind: nobody is told. */
  goBack(copy: Replica): void {
    this.replica.become(copy)
    if (this.#durable) this.#durable.become(copy)
    this.era += 1
  }

  snapshot(): void {
    const { history, replica } = this
    this.snapshots.push({ atMs: this.#agenda.nowMs, history, copy: replica.copy() })
  }

  #work(): void {
    if (this.#isBusy || this.#queue.length === 0) return
    this.#isBusy = true
    const now = this.#agenda.nowMs
    const most = now < this.slowUntilMs ? SLOW_MS : FAST_MS
    this.#agenda.after(this.#chance.between(0.1, most), () => {
      this.#isBusy = false
      const job = this.#queue.shift()
      if (job) this.#finish(job)
      this.#work()
    })
  }

  #finish(job: Job): void {
    const now = this.#agenda.nowMs
    const isBad = now < this.corruptUntilMs && this.#chance.hits(CORRUPT)
    if (isBad || (job.isWrite && now < this.fullUntilMs)) {
      job.fail()
      return
    }
    job.run()
    if (this.#durable) this.#durable = this.replica.copy()
  }
}
