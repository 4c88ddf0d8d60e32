// A person's key in OpenSSH's format, as ssh2 writes it.

import keygen from 'ssh2/lib/keygen.js'
import keys from 'ssh2/lib/protocol/keyParser.js'

export interface TestKey {
  readonly private: string
  /** `ssh-ed25519 AAAA…`. */
  readonly public: string
}

/** Draws until one can be read: one in 250 of ssh2's cannot. */
export function testKey(): TestKey {
  for (;;) {
    const key = keygen.generateKeyPairSync('ed25519')
    if (!(keys.parseKey(key.private) instanceof Error)) return key
  }
}
