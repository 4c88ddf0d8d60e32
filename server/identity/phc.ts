// The PHC string format, in which a password's hash carries its own parameters, so that they can be raised later
// without asking anyone for a new password: $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>, base64 without padding.
// Source: https://github.com/P-H-C/phc-string-format

export interface Argon2Hash {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
  readonly salt: Buffer
  readonly hash: Buffer
}

/** Argon2 version 1.3, the only one in use. */
const VERSION = 19
const PATTERN =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/

export function formatPhc({ memoryKib, passes, lanes, salt, hash }: Argon2Hash): string {
  const costs = `m=${memoryKib},t=${passes},p=${lanes}`
  return `$argon2id$v=${VERSION}$${costs}$${unpadded(salt)}$${unpadded(hash)}`
}

export function parsePhc(text: string): Argon2Hash | undefined {
  const [, memory, passes, lanes, salt, hash] = PATTERN.exec(text) ?? []
  if (!memory || !passes || !lanes || !salt || !hash) return undefined
  return {
    memoryKib: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  }
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '')
