// Answers kept for repeated requests. A client that lost its connection sends the same request with the same
// Idempotency-Key again and gets the first one's answer; while the first still runs, the second waits for it.

import { createHash } from 'node:crypto'
import { SkeinError } from '#protocol/errors.ts'
import type { Clock } from '../clock.ts'
import type { Reply } from './reply.ts'

const KEEP_MS = 24 * 60 * 60 * 1000
const MAX_ENTRIES = 10_000
/** Answers are a few kB; a template's detail may have 200 kB. */
const MAX_KEPT_BYTES = 32 * 1024 * 1024
const KEY = /^[\x21-\x7e]{1,128}$/

interface Entry {
  readonly fingerprint: string
  readonly atMs: number
  readonly reply: Promise<Reply>
  bytes: number
}

export interface Repeatable {
  readonly userId: string
  readonly key: string
  readonly method: string
  readonly path: string
  readonly body: Uint8Array
}

export class Idempotency {
  readonly #clock: Clock
  /** Oldest first, since Map keeps the order of insertion. */
  readonly #entries = new Map<string, Entry>()
  #bytes = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `work` must answer errors as replies. Throws `bad_request` and `idempotency_reused`. */
  async run(request: Repeatable, work: () => Promise<Reply>): Promise<Reply> {
    if (!KEY.test(request.key)) {
      const reason = 'Idempotency-Key must be 1 to 128 printable characters'
      throw new SkeinError('bad_request', { field: 'Idempotency-Key', reason })
    }
    this.#forget()
    const name = `${request.userId} ${request.key}`
    const fingerprint = fingerprintOf(request)
    const kept = this.#entries.get(name)
    if (kept) {
      if (kept.fingerprint !== fingerprint) throw new SkeinError('idempotency_reused')
      return kept.reply
    }
    const entry = { fingerprint, atMs: this.#clock.monotonicMs(), reply: work(), bytes: 0 }
    this.#entries.set(name, entry)
    const reply = await entry.reply.catch((error: unknown) => {
      this.#drop(name, entry)
      throw error
    })
    this.#settle(name, entry, reply)
    return reply
  }

  /** What may turn out otherwise next time is not kept, nor is a secret. */
  #settle(name: string, entry: Entry, reply: Reply): void {
    if (this.#entries.get(name) !== entry) return
    const isSecret = reply.cookie !== undefined || reply.isSecret === true
    if (reply.status >= 500 || reply.status === 429 || isSecret) {
      this.#drop(name, entry)
      return
    }
    entry.bytes = JSON.stringify(reply.body ?? '').length
    this.#bytes += entry.bytes
  }

  #drop(name: string, entry: Entry): void {
    if (this.#entries.get(name) !== entry) return
    this.#entries.delete(name)
    this.#bytes -= entry.bytes
  }

  #forget(): void {
    const endMs = this.#clock.monotonicMs() - KEEP_MS
    for (const [name, entry] of this.#entries) {
      const full = this.#entries.size >= MAX_ENTRIES || this.#bytes > MAX_KEPT_BYTES
      if (!full && entry.atMs > endMs) return
      this.#drop(name, entry)
    }
  }
}

function fingerprintOf({ method, path, body }: Repeatable): string {
  return createHash('sha256').update(`${method} ${path}\n`).update(body).digest('base64')
}
