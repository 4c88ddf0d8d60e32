// How much of each client's input one run of a process has taken, so that a resend is not typed twice. A client is
// remembered for ten minutes after its last connection: longer than any outage somebody types through.

export const LEDGER_CLIENTS = 64
export const LEDGER_KEEP_MS = 10 * 60 * 1000

interface Account {
  heard: number
  connections: number
  /** When its last connection ended, monotonic ms. */
  since: number
}

export interface LedgerOptions {
  readonly clients?: number
  readonly keepMs?: number
}

/** One per run: input for a run that is gone has no ledger, and so nobody to type it to. */
export class InputLedger {
  readonly #now: () => number
  readonly #clients: number
  readonly #keepMs: number
  /** In the order in which clients were last heard of. */
  readonly #accounts = new Map<string, Account>()

  /** `now` is monotonic milliseconds. */
  constructor(now: () => number, options: LedgerOptions = {}) {
    this.#now = now
    this.#clients = options.clients ?? LEDGER_CLIENTS
    this.#keepMs = options.keepMs ?? LEDGER_KEEP_MS
  }

  /**
   * A client connects, having numbered `sent` bytes: answers how many of them were taken. `known` says that it was
   * attached to this run before. Such a client that is no longer remembered is taken to have been heard: a lost
   * key is seen at once and typed again, while a command that runs twice is not.
   */
  attach(client: string, sent: number, known: boolean): number {
    this.#forgetOld()
    const account = this.#accounts.get(client) ?? {
      heard: known ? sent : 0,
      connections: 0,
      since: 0,
    }
    account.connections += 1
    this.#accounts.delete(client)
    this.#accounts.set(client, account)
    this.#makeRoom()
    return account.heard
  }

  /** A connection of the client has ended. */
  detach(client: string): void {
    const account = this.#accounts.get(client)
    if (!account) return
    account.connections -= 1
    account.since = this.#now()
  }

  /** The part of `bytes`, numbered from `at`, that is new. After a gap nothing is: the client sends it all again. */
  take(client: string, at: number, bytes: Uint8Array): Uint8Array {
    const account = this.#accounts.get(client)
    if (!account || at > account.heard) return bytes.subarray(0, 0)
    const fresh = bytes.subarray(Math.min(bytes.length, account.heard - at))
    account.heard += fresh.length
    return fresh
  }

  heard(client: string): number {
    return this.#accounts.get(client)?.heard ?? 0
  }

  #forgetOld(): void {
    const now = this.#now()
    for (const [client, { connections, since }] of this.#accounts) {
      if (connections <= 0 && now - since > this.#keepMs) this.#accounts.delete(client)
    }
  }

  #makeRoom(): void {
    for (const [client, { connections }] of this.#accounts) {
      if (this.#accounts.size <= this.#clients) return
      if (connections <= 0) this.#accounts.delete(client)
    }
  }
}
