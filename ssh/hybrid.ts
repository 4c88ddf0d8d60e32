// The post-quantum key exchange of draft-ietf-sshm-mlkem-hybrid-kex, mlkem768x25519-sha256, on top of ssh2's curve25519:
// whoever records a connection today and has a quantum computer later still lacks half of the secret. ssh2 cannot be given
// an exchange of its own, but each exchange is an object, and three of its methods are all that differ.

import {
  createHash,
  createPublicKey,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import type { Exchange } from 'ssh2/lib/protocol/Protocol.js'
import { PacketReader } from './packet.ts'

export const HYBRID = 'mlkem768x25519-sha256'
/** What ssh2 settles on where the client would have the hybrid one; every client that knows that knows this. */
export const BASE = 'curve25519-sha256'

const MLKEM_KEY_BYTES = 1184
const X25519_KEY_BYTES = 32
/** SubjectPublicKeyInfo up to the key itself: id-alg-ml-kem-768 and id-X25519. */
const MLKEM_SPKI = Buffer.from('308204b2300b0609608648016503040402038204a100', 'hex')
const X25519_SPKI = Buffer.from('302a300506032b656e032100', 'hex')
/** A KEXINIT's type and cookie. */
const LISTS_AT = 17

/** The client's key exchanges, in its order. */
export function exchangesOf(kexInit: Buffer): readonly string[] {
  return new PacketReader(kexInit, LISTS_AT).text().split(',')
}

/** RFC 4253, 7.1: the first of the client's that we have. */
export function isHybrid(theirs: readonly string[], ours: readonly string[]): boolean {
  return theirs.find((name) => ours.includes(name)) === HYBRID
}

/** Makes an exchange of curve25519, in which nothing has been sent yet, one of the hybrid kind. */
export function makeHybrid(exchange: Exchange): void {
  let reply: Buffer = Buffer.alloc(0)
  exchange.convertPublicKey = (key) => key
  exchange.getPublicKey = () => reply
  exchange.computeSecret = (init) => {
    try {
      const answer = answerHybrid(init)
      reply = answer.reply
      return answer.secret
    } catch (caught) {
      // As ssh2's own exchanges do; it ends the connection.
      return caught instanceof Error ? caught : new Error(String(caught))
    }
  }
}

/** C_INIT to S_REPLY and K. Throws for keys of the wrong length or of no use. */
function answerHybrid(init: Buffer): { readonly reply: Buffer; readonly secret: Buffer } {
  if (init.length !== MLKEM_KEY_BYTES + X25519_KEY_BYTES)
    throw new RangeError('a key of wrong length')
  const quantum = encapsulate(publicKey(MLKEM_SPKI, init.subarray(0, MLKEM_KEY_BYTES)))
  const ours = generateKeyPairSync('x25519')
  const classical = diffieHellman({
    privateKey: ours.privateKey,
    publicKey: publicKey(X25519_SPKI, init.subarray(MLKEM_KEY_BYTES)),
  })
  const point = ours.publicKey.export({ type: 'spki', format: 'der' }).subarray(-X25519_KEY_BYTES)
  const secret = createHash('sha256').update(quantum.sharedKey).update(classical).digest()
  return { reply: Buffer.concat([quantum.ciphertext, point]), secret }
}

function publicKey(prefix: Buffer, raw: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([prefix, raw]), format: 'der', type: 'spki' })
}
