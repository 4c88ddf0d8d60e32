// Keys of AES-GCM in the form that Node takes fastest. ssh2 makes a cipher for each packet from the key's bytes; since
// Node 24.21 that costs 12 µs, and 3 µs from a `KeyObject`: half of what a small packet costs.

import { createSecretKey } from 'node:crypto'
import type Protocol from 'ssh2/lib/protocol/Protocol.js'

/** To be called whenever new keys have come into use. */
export function prepareKeys({ _cipher, _decipher }: Protocol): void {
  if (_cipher._encKey instanceof Uint8Array) _cipher._encKey = createSecretKey(_cipher._encKey)
  if (_decipher._decipherKey instanceof Uint8Array) {
    _decipher._decipherKey = createSecretKey(_decipher._decipherKey)
  }
}
