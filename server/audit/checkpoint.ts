// A checkpoint says, signed by the cluster, what an origin's chain was at one of its entries. It is an audit entry itself,
// so it reaches every peer as they do, and its own place in the chain is sealed by the next.

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { z } from 'zod'
import type { StoredEntry } from '../store/store.ts'
import { HASH_BYTES, type Head, type Place } from './chain.ts'

export const CHECKPOINT_SUBJECT = 'audit-checkpoint'
export const CHECKPOINT_ACTION = 'audit.checkpoint'
/** Entries that one checkpoint seals: its marks are then 5 kB. */
export const MAX_SEALED = 1000
/** Of each sealed entry's hash so many bytes are kept, to tell which entry it was that broke a chain. */
export const MARK_BYTES = 4

/** PKCS #8 and SubjectPublicKeyInfo around an Ed25519 key (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI_BYTES = 32

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))
const count = z.int().nonnegative()

/** An entry's `detail`. */
const sealSchema = z.object({
  /** Entries of the chain up to here, and how many of them since the checkpoint before. */
  count: count.min(1),
  sealed: count.min(1).max(MAX_SEALED),
  /** The last of them. */
  seq: count,
  index: count,
  hash: hex(HASH_BYTES),
  marks: z.base64().max(2 * MARK_BYTES * MAX_SEALED),
  signature: z.base64().max(200),
})
export type Seal = z.infer<typeof sealSchema>

export interface Checkpoint {
  readonly head: Head
  readonly sealed: number
  readonly upTo: Place
  readonly marks: Buffer
}

/** One key for the whole cluster, made from what all peers have, so that each can sign and each can verify. */
export class AuditKey {
  readonly #secret: KeyObject
  readonly #public: KeyObject

  /** 32 bytes. */
  constructor(seed: Buffer) {
    const der = Buffer.concat([PKCS8_PREFIX, seed])
    this.#secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    this.#public = createPublicKey(this.#secret)
  }

  /** Hexadecimal; to be noted elsewhere by whoever wants to know it again. */
  get shown(): string {
    const der = this.#public.export({ format: 'der', type: 'spki' })
    return der.subarray(-SPKI_BYTES).toString('hex')
  }

  /** `heads`: those after each entry that is sealed, the last at `upTo`. */
  seal(origin: string, heads: readonly Head[], upTo: Place): Seal {
    const last = heads.at(-1)
    if (!last) throw new RangeError('A checkpoint seals one entry at least.')
    const marks = Buffer.concat(heads.map(({ hash }) => hash.subarray(0, MARK_BYTES)))
    const unsigned = {
      ...{ count: last.count, sealed: heads.length, seq: upTo.seq, index: upTo.index },
      hash: last.hash.toString('hex'),
      marks: marks.toString('base64'),
    }
    const signature = sign(null, signedBytes(origin, unsigned), this.#secret).toString('base64')
    return { ...unsigned, signature }
  }

  /** The checkpoint that an entry is; undefined when it is forged or none. */
  open({ dot, body, subject }: StoredEntry): Checkpoint | undefined {
    const seal = subject === CHECKPOINT_SUBJECT ? readSeal(body) : undefined
    if (!seal) return undefined
    const signature = Buffer.from(seal.signature, 'base64')
    if (!verify(null, signedBytes(dot.origin, seal), this.#public, signature)) return undefined
    return {
      head: { hash: Buffer.from(seal.hash, 'hex'), count: seal.count },
      sealed: seal.sealed,
      upTo: { seq: seal.seq, index: seal.index },
      marks: Buffer.from(seal.marks, 'base64'),
    }
  }
}

function signedBytes(origin: string, seal: Omit<Seal, 'signature'>): Buffer {
  const { count: counted, sealed, seq, index, hash, marks } = seal
  const all = ['skein audit checkpoint 1', origin, counted, sealed, seq, index, hash, marks]
  return Buffer.from(JSON.stringify(all))
}

function readSeal(body: string): Seal | undefined {
  try {
    return z.object({ detail: sealSchema }).safeParse(JSON.parse(body)).data?.detail
  } catch {
    return undefined
  }
}
