// Logins that wait for somebody in a browser. They are kept in memory: a peer that ends forgets them, and the program
// is told to ask again. The secret is kept as a hash, and what it buys is handed out once.

import { createHash } from 'node:crypto'
import { LOGIN_KEEP_MS } from '#protocol/api/cli.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { Clock, Random } from '../../clock.ts'
import type { Person } from '../../identity/credential.ts'
import { sameBytes } from '../../identity/keys.ts'
import { type BucketRule, Buckets, bucketOf } from '../../identity/limits.ts'

/** About 200 kB. More than a company signs in within ten minutes; past it nobody new is let in until some expire. */
export const MAX_PENDING = 500
/** One address asks for so many at once, and one more each half minute: an attacker cannot fill the table alone. */
export const BEGIN_RULE: BucketRule = { burst: 10, refillMs: 30_000 }
const ID_BYTES = 16
const SECRET_BYTES = 32
/** Without 0, 1, I and O, which look alike; 32 letters, so that a byte's low five bits choose one. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const CODE_LETTERS = 8

interface Waiting {
  readonly name: string
  readonly address: string
  readonly code: string
  readonly secretHash: Buffer
  readonly expiresMs: number
  approver: Person | undefined
}

export interface Begun {
  readonly id: string
  readonly secret: string
  readonly code: string
  readonly expiresMs: number
}

export type Shown = Pick<Waiting, 'name' | 'address' | 'code' | 'expiresMs'>

export class PendingLogins {
  readonly #clock: Clock
  readonly #random: Random
  readonly #asked: Buckets
  /** Oldest first. */
  readonly #waiting = new Map<string, Waiting>()

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
    this.#asked = new Buckets(BEGIN_RULE, clock)
  }

  /** Throws `rate_limited`. */
  begin({ name, address }: { name: string; address: string }): Begun {
    this.#asked.take(bucketOf(address))
    this.#forgetExpired()
    if (this.#waiting.size >= MAX_PENDING) throw new SkeinError('rate_limited', { seconds: 60 })
    const id = Buffer.from(this.#random(ID_BYTES)).toString('base64url')
    const secret = Buffer.from(this.#random(SECRET_BYTES)).toString('base64url')
    const code = codeOf(this.#random(CODE_LETTERS))
    const expiresMs = this.#clock.nowMs() + LOGIN_KEEP_MS
    const secretHash = hashOf(secret)
    this.#waiting.set(id, { name, address, code, secretHash, expiresMs, approver: undefined })
    return { id, secret, code, expiresMs }
  }

  /** What is asked of whoever opens the link. Throws `login_gone`. */
  show(id: string): Shown {
    return this.#find(id)
  }

  /** Throws `login_gone`, also for one that somebody has approved already. */
  approve(id: string, approver: Person): Shown {
    const login = this.#find(id)
    if (login.approver) throw new SkeinError('login_gone')
    login.approver = approver
    return login
  }

  refuse(id: string): void {
    this.#waiting.delete(id)
  }

  /**
   * Who approved, once; undefined while nobody has. Throws `login_gone` for a wrong secret as for a login that is not
   * there, so that neither can be told from the other.
   */
  collect(id: string, secret: string): (Shown & { readonly approver: Person }) | undefined {
    const login = this.#find(id)
    if (!sameBytes(hashOf(secret), login.secretHash)) throw new SkeinError('login_gone')
    const { approver } = login
    if (!approver) return undefined
    this.#waiting.delete(id)
    return { ...login, approver }
  }

  #find(id: string): Waiting {
    const login = this.#waiting.get(id)
    if (!login || login.expiresMs <= this.#clock.nowMs()) throw new SkeinError('login_gone')
    return login
  }

  #forgetExpired(): void {
    const nowMs = this.#clock.nowMs()
    for (const [id, { expiresMs }] of this.#waiting) {
      if (expiresMs <= nowMs) this.#waiting.delete(id)
    }
  }
}

/** SHA-256 is enough for a secret of 256 random bits. */
const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()

function codeOf(random: Uint8Array): string {
  const letters = Array.from(random, (byte) => LETTERS[byte % LETTERS.length]).join('')
  return `${letters.slice(0, 4)}-${letters.slice(4)}`
}
