// Sealed datagrams: u8 version, u8 key tag, u64 sender, u64 counter, ciphertext, 16 bytes of tag; 34 bytes around each.
// Each process has a key of its own, derived from the cluster's, and counts: so no nonce is ever used twice, however
// many processes share the cluster's key, and what is sent again by anybody else is seen to be old.

import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import type { ClusterKey, Keyring } from './keyring.ts'
import { ReplayWindow } from './replay-window.ts'

export const SEAL_VERSION = 1
const SENDER_BYTES = 8
const HEADER_BYTES = 2 + SENDER_BYTES + 8
const TAG_BYTES = 16
const NONCE_BYTES = 12
export const SEAL_BYTES = HEADER_BYTES + TAG_BYTES
/** Senders whose derived keys and windows are kept: the largest membership, twice over for restarts. */
export const MAX_SENDERS = 1024

export const refusals = ['short', 'long', 'version', 'key', 'forged', 'replayed', 'own'] as const
export type Refusal = (typeof refusals)[number]

export interface Opened {
  /** Random per process start, hex. */
  readonly sender: string
  readonly bytes: Buffer
}

interface SenderState {
  readonly keys: Map<number, Buffer>
  readonly window: ReplayWindow
}

export class Sealer {
  readonly #keyring: Keyring
  readonly #cluster: Buffer
  readonly #sender: Buffer
  readonly #maxBytes: number
  readonly #senders = new Map<string, SenderState>()
  readonly #ownKeys = new Map<number, Buffer>()
  #counter = 0n

  /** `sender`: eight random bytes of this process. `cluster` is bound into every seal. `maxBytes`: of a whole datagram. */
  constructor(parts: { keyring: Keyring; cluster: string; sender: Uint8Array; maxBytes: number }) {
    this.#keyring = parts.keyring
    this.#cluster = Buffer.from(parts.cluster)
    this.#sender = Buffer.from(parts.sender)
    this.#maxBytes = parts.maxBytes
  }

  seal(bytes: Uint8Array): Buffer {
    const key = this.#keyring.used
    const header = Buffer.alloc(HEADER_BYTES)
    header[0] = SEAL_VERSION
    header[1] = key.tag
    this.#sender.copy(header, 2)
    header.writeBigUInt64BE(this.#counter, 2 + SENDER_BYTES)
    this.#counter += 1n
    const derived = remembered(this.#ownKeys, key, this.#sender)
    const cipher = createCipheriv('aes-256-gcm', derived, nonceOf(header))
    cipher.setAAD(this.#aad(header))
    const sealed = Buffer.concat([header, cipher.update(bytes), cipher.final()])
    return Buffer.concat([sealed, cipher.getAuthTag()])
  }

  /** What was sealed, or why it is not for us. Nothing is remembered of a sender before its first true datagram. */
  open(datagram: Buffer): Opened | Refusal {
    if (datagram.length < SEAL_BYTES) return 'short'
    if (datagram.length > this.#maxBytes) return 'long'
    if (datagram[0] !== SEAL_VERSION) return 'version'
    const key = this.#keyring.find(datagram[1] ?? 0)
    if (!key) return 'key'
    const senderBytes = datagram.subarray(2, 2 + SENDER_BYTES)
    if (senderBytes.equals(this.#sender)) return 'own'
    const sender = senderBytes.toString('hex')
    const known = this.#senders.get(sender)
    const derived = known ? remembered(known.keys, key, senderBytes) : derive(key, senderBytes)
    const bytes = this.#decrypt(datagram, derived)
    if (!bytes) return 'forged'
    const state = known ?? { keys: new Map([[key.tag, derived]]), window: new ReplayWindow() }
    this.#remember(sender, state)
    const counter = datagram.readBigUInt64BE(2 + SENDER_BYTES)
    if (!state.window.admit(Number(counter))) return 'replayed'
    return { sender, bytes }
  }

  #decrypt(datagram: Buffer, derived: Buffer): Buffer | undefined {
    const header = datagram.subarray(0, HEADER_BYTES)
    const decipher = createDecipheriv('aes-256-gcm', derived, nonceOf(header))
    decipher.setAAD(this.#aad(header))
    decipher.setAuthTag(datagram.subarray(datagram.length - TAG_BYTES))
    try {
      const inner = datagram.subarray(HEADER_BYTES, datagram.length - TAG_BYTES)
      return Buffer.concat([decipher.update(inner), decipher.final()])
    } catch {
      return undefined
    }
  }

  /** Map order is order of use. A sender that is forgotten is only slower to open; its window starts anew. */
  #remember(sender: string, state: SenderState): void {
    this.#senders.delete(sender)
    this.#senders.set(sender, state)
    if (this.#senders.size <= MAX_SENDERS) return
    for (const oldest of this.#senders.keys()) {
      this.#senders.delete(oldest)
      return
    }
  }

  #aad(header: Buffer): Buffer {
    return Buffer.concat([header, this.#cluster])
  }
}

/** The counter, behind four zeros: 96 bits as GCM wants them (NIST SP 800-38D, 8.2.1). */
function nonceOf(header: Buffer): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES)
  header.copy(nonce, NONCE_BYTES - 8, 2 + SENDER_BYTES)
  return nonce
}

function remembered(keys: Map<number, Buffer>, key: ClusterKey, sender: Buffer): Buffer {
  const known = keys.get(key.tag)
  if (known) return known
  const derived = derive(key, sender)
  keys.set(key.tag, derived)
  return derived
}

const derive = ({ secret }: ClusterKey, sender: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, sender, 'skein datagram 1', secret.length))
