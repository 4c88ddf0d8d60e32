// Passwords are kept as argon2id hashes. Verifying a user that does not exist costs the same as one that does, so
// the time of an answer tells nobody which names exist.

import { argon2 } from 'node:crypto'
import { MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS } from '#protocol/api/people.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { Random } from '../clock.ts'
import { Gate } from './gate.ts'
import { sameBytes } from './keys.ts'
import { type Argon2Hash, formatPhc, parsePhc } from './phc.ts'

/** 19 MiB, two passes, one lane: OWASP Password Storage Cheat Sheet, argon2id's second configuration. */
const COST: PasswordCost = { memoryKib: 19_456, passes: 2, lanes: 1 }
/** RFC 9106, section 3.1: 128 bits of salt are enough for passwords; 256 bits of tag. */
const SALT_BYTES = 16
const HASH_BYTES = 32
/** Of libuv's four threads; the rest stay free for files and DNS. */
const MAX_CONCURRENT = 2
/** At about 60 ms each this is a wait of two seconds. */
const MAX_WAITING = 64

/** What one guess takes; each hash says its own. */
export type PasswordCost = Pick<Argon2Hash, 'memoryKib' | 'passes' | 'lanes'>

export class Passwords {
  readonly #random: Random
  readonly #cost: PasswordCost
  readonly #gate = new Gate(MAX_CONCURRENT, MAX_WAITING)
  /** Stands in for the hash of a user that does not exist. */
  readonly #nobody: Argon2Hash

  constructor(random: Random, cost = COST) {
    this.#random = random
    this.#cost = cost
    const salt = Buffer.from(random(SALT_BYTES))
    this.#nobody = { ...cost, salt, hash: Buffer.from(random(HASH_BYTES)) }
  }

  /** A PHC string. Rejects with `password_weak`, `too_large` or `rate_limited`. */
  async hash(password: string): Promise<string> {
    assertAcceptable(password)
    const salt = Buffer.from(this.#random(SALT_BYTES))
    const hash = await this.#derive(password, {
      ...this.#cost,
      salt,
      hash: Buffer.alloc(HASH_BYTES),
    })
    return formatPhc({ ...this.#cost, salt, hash })
  }

  /** Whether the password fits; `undefined` (no such user) never fits and takes as long. */
  async verify(password: string, stored: string | undefined): Promise<boolean> {
    const expected = (stored === undefined ? undefined : parsePhc(stored)) ?? this.#nobody
    const derived = await this.#derive(password, expected)
    return sameBytes(derived, expected.hash) && expected !== this.#nobody
  }

  #derive(password: string, { memoryKib, passes, lanes, salt, hash }: Argon2Hash): Promise<Buffer> {
    const parameters = {
      // One form for what looks the same, whichever keyboard wrote it (NIST SP 800-63B, 3.1.1.2).
      message: password.normalize('NFKC'),
      nonce: salt,
      parallelism: lanes,
      tagLength: hash.length,
      memory: memoryKib,
      passes,
    }
    return this.#gate.run(
      () =>
        new Promise((resolve, reject) => {
          argon2('argon2id', parameters, (error, key) => (error ? reject(error) : resolve(key)))
        }),
    )
  }
}

function assertAcceptable(password: string): void {
  if (password.length > MAX_PASSWORD_CHARS) {
    throw new SkeinError('too_large', {
      thing: 'password',
      limit: `${MAX_PASSWORD_CHARS} characters`,
    })
  }
  // Counted in code points, as a person counts.
  if (Array.from(password).length < MIN_PASSWORD_CHARS) {
    throw new SkeinError('password_weak', { least: MIN_PASSWORD_CHARS })
  }
}
