// The hosts of one database and the few connections to them. All go to one host at a time, so that whoever reads sees what was
// written a moment ago; when that one fails, or takes no writes, the next host that lets us in becomes it.

import { SkeinError } from '#protocol/errors.ts'
import type { Clock } from '../../clock.ts'
import { hostText, type MysqlAddress, type StoreHost } from '../address.ts'
import type { Away } from '../store.ts'
import { DatabaseFailure, type FailureKind, failureOf } from './failure.ts'
import { Session } from './session.ts'

/** One writes, one tells news, and others read streams and spans. A server has some hundred connections for all peers. */
export const MAX_CONNECTIONS = 4
/** Who may wait for one of them; more than that means that nothing comes back. */
const MAX_WAITING = 1000

/** After these another host is tried. */
const LEAVE: readonly FailureKind[] = ['lost', 'notServing', 'readOnly']

/** When all hosts say it, waiting does not mend it. */
const LASTING: readonly FailureKind[] = ['denied', 'untrusted']

export interface ServersOptions {
  readonly address: MysqlAddress
  readonly clock: Clock
  readonly onChange?: (host: StoreHost | undefined, failure: DatabaseFailure | undefined) => void
}

/** A connection that somebody has for a while. */
export interface Lent {
  readonly session: Session
  /** Ends it. Answers the error to throw. */
  fail(error: unknown): unknown
  giveBack(): void
}

export class Servers {
  readonly #options: ServersOptions
  #current = 0
  #idle: Session[] = []
  #open = 0
  #waiting: (() => void)[] = []
  #away: (Away & { readonly failure: DatabaseFailure }) | undefined
  #choosing: Promise<void> = Promise.resolve()
  #said: StoreHost | undefined
  #isClosed = false

  constructor(options: ServersOptions) {
    this.#options = options
  }

  /** Since when no host lets us in. */
  get away(): Away | undefined {
    return this.#away && { sinceMs: this.#away.sinceMs, reason: this.#away.reason }
  }

  /** Lends a connection for some work. Rejects with a DatabaseFailure, the work's or that of all hosts. */
  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const lent = await this.lend()
    try {
      return await work(lent.session)
    } catch (error) {
      throw lent.fail(error)
    } finally {
      lent.giveBack()
    }
  }

  /** For work that is not a function's. Rejects with a DatabaseFailure. */
  async lend(): Promise<Lent> {
    await this.#turn()
    try {
      const session = await this.#take()
      return {
        session,
        fail: (error) => this.#fail(session, error),
        giveBack: () => this.#giveBack(session),
      }
    } catch (error) {
      this.#giveBack(undefined)
      throw failureOf(error, false)
    }
  }

  close(): void {
    this.#isClosed = true
    for (const session of this.#idle.splice(0)) session.end()
    for (const next of this.#waiting.splice(0)) next()
  }

  /** Whatever it was in the middle of, nobody shall find: it ends. Whoever throws an error of ours has left it in order. */
  #fail(session: Session, error: unknown): unknown {
    if (error instanceof SkeinError) return error
    session.end()
    const failure = failureOf(error, true)
    if (LEAVE.includes(failure.kind)) this.#leave(session)
    return failure
  }

  async #turn(): Promise<void> {
    if (this.#open < MAX_CONNECTIONS) {
      this.#open++
      return
    }
    if (this.#waiting.length >= MAX_WAITING) throw new DatabaseFailure('away', 'too much waits')
    await new Promise<void>((resolve) => this.#waiting.push(resolve)) // its place is handed on
  }

  async #take(): Promise<Session> {
    if (this.#isClosed) throw new DatabaseFailure('away', 'the store is closed')
    for (;;) {
      const session = this.#idle.pop()
      if (!session) return this.#connect()
      if (!session.isDead && session.host === this.#host(this.#current)) return session
      session.end()
    }
  }

  #giveBack(session: Session | undefined): void {
    if (session?.isDead === false && !this.#isClosed) {
      this.#answered(session.host)
      this.#idle.push(session)
    } else session?.end()
    const next = this.#waiting.shift()
    if (next) next()
    else this.#open--
  }

  /** One at a time: else two would leave one host for two others. */
  async #connect(): Promise<Session> {
    const before = this.#choosing
    const chosen = Promise.withResolvers<void>()
    this.#choosing = chosen.promise
    await before
    try {
      return await this.#tryAll()
    } finally {
      chosen.resolve()
    }
  }

  async #tryAll(): Promise<Session> {
    const { address, clock } = this.#options
    const failures: DatabaseFailure[] = []
    for (let i = 0; i < address.hosts.length; i++) {
      const host = this.#host(this.#current + i)
      try {
        const session = await Session.open({ address, host, clock })
        this.#current = (this.#current + i) % address.hosts.length
        this.#answered(host)
        return session
      } catch (error) {
        const failure = failureOf(error, false)
        failures.push(new DatabaseFailure(failure.kind, `${hostText(host)}: ${failure.message}`))
      }
    }
    throw this.#allFailed(failures)
  }

  #answered(host: StoreHost): void {
    if (this.#said === host && !this.#away) return
    this.#said = host
    this.#away = undefined
    this.#options.onChange?.(host, undefined)
  }

  #allFailed(failures: readonly DatabaseFailure[]): DatabaseFailure {
    const reason = failures.map(({ message }) => message).join('; ')
    const [first] = failures
    const isLasting = first && LASTING.includes(first.kind)
    const isAll = failures.every(({ kind }) => kind === first?.kind)
    const failure = new DatabaseFailure(isLasting && isAll ? first.kind : 'away', reason)
    const isNew = this.#away === undefined
    const sinceMs = this.#away?.sinceMs ?? this.#options.clock.nowMs()
    this.#away = { sinceMs, reason, failure }
    if (isNew) this.#options.onChange?.(undefined, failure)
    return failure
  }

  /** The next host is tried first now; the other connections to this one would fail as this did, one after the other. */
  #leave(session: Session): void {
    if (session.host !== this.#host(this.#current)) return
    this.#current = (this.#current + 1) % this.#options.address.hosts.length
    for (const other of this.#idle.splice(0)) other.end()
  }

  #host(index: number): StoreHost {
    const { hosts } = this.#options.address
    const host = hosts[index % hosts.length]
    if (!host) throw new TypeError('an address without hosts')
    return host
  }
}
