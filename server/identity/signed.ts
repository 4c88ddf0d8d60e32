// What Skein has signed for itself to read again: a page's ticket, a handover, an app's ticket and its pass. Whoever holds one
// can use it for what it was made for and nothing else; those that are good once are kept until they expire.

import { createHmac } from 'node:crypto'
import type { z } from 'zod'
import { sameBytes } from './keys.ts'

/** Those that were used and have not expired; past it no more are honoured for a moment. */
export const MAX_USED = 10_000
/** Longer than any that we make (about 600, and the path to go on to); what is longer is not even hashed. */
const MAX_CHARS = 4096

export class Signed {
  readonly #key: Buffer

  /** The same key on every peer of the cluster. */
  constructor(key: Buffer) {
    this.#key = key
  }

  sign(purpose: string, value: object): string {
    const payload = Buffer.from(JSON.stringify(value)).toString('base64url')
    return `${payload}.${this.#mac(purpose, payload).toString('base64url')}`
  }

  /** Nothing for what is not ours, or not of this purpose. The MAC is checked before anything in the payload is parsed. */
  read<T>(purpose: string, schema: z.ZodType<T>, text: string): T | undefined {
    if (text.length > MAX_CHARS) return undefined
    const [payload = '', signature = '', ...rest] = text.split('.')
    const mac = Buffer.from(signature, 'base64url')
    if (rest.length > 0 || !sameBytes(mac, this.#mac(purpose, payload))) return undefined
    return schema.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString())).data
  }

  /** The purpose is under the MAC, so that none can be used as another. */
  #mac(purpose: string, payload: string): Buffer {
    return createHmac('sha256', this.#key).update(`${purpose}.${payload}`).digest()
  }
}

/** What is good once. */
export class UsedOnce {
  /** When each expires; oldest first. */
  readonly #used = new Map<string, number>()

  /** Whether this is the first time; `exp` and `nowMs` are wall time. */
  use(id: string, exp: number, nowMs: number): boolean {
    for (const [old, oldExp] of this.#used) {
      if (oldExp > nowMs) break
      this.#used.delete(old)
    }
    if (this.#used.has(id) || this.#used.size >= MAX_USED) return false
    this.#used.set(id, exp)
    return true
  }
}
