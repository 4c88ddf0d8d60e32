// One line of an OpenSSH public key file, read strictly: what is kept is exactly the key, in the form in which SSH
// sends it (RFC 4253, 6.6; RFC 5656, 3.1; RFC 8709, 4), and only of kinds that our server can verify. Pure.

import { createHash, createPublicKey } from 'node:crypto'
import { MAX_CREDENTIAL_NAME_CHARS, MAX_KEY_LINE_CHARS } from '#protocol/api/credential-limits.ts'
import { SkeinError } from '#protocol/errors.ts'

/** NIST SP 800-57 part 1, table 2: less is not to be used at all. */
const MIN_RSA_BITS = 2048
/** Verifying takes time with the square of the length; nobody needs more. */
const MAX_RSA_BITS = 8192
/** OpenSSL takes no larger exponent with a long modulus. */
const MAX_RSA_EXPONENT_BITS = 64
const ED25519_BYTES = 32

export interface PublicKey {
  readonly algorithm: string
  /** As SSH sends it. */
  readonly blob: Buffer
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string
  /** From the line's end; may be empty. */
  readonly comment: string
}

/** Curve names of SSH, and of JSON web keys with the bytes of one coordinate. */
const curves: Readonly<Record<string, { crv: string; bytes: number }>> = {
  nistp256: { crv: 'P-256', bytes: 32 },
  nistp384: { crv: 'P-384', bytes: 48 },
  nistp521: { crv: 'P-521', bytes: 66 },
}

const checks: Readonly<Record<string, (fields: readonly Buffer[]) => void>> = {
  'ssh-ed25519': checkEd25519,
  'ecdsa-sha2-nistp256': checkEcdsa('nistp256'),
  'ecdsa-sha2-nistp384': checkEcdsa('nistp384'),
  'ecdsa-sha2-nistp521': checkEcdsa('nistp521'),
  'ssh-rsa': checkRsa,
}

/** Throws `key_private`, `key_invalid`, `key_unsupported`, `key_weak` or `too_large`. */
export function parsePublicKey(text: string): PublicKey {
  if (text.length > MAX_KEY_LINE_CHARS) {
    throw new SkeinError('too_large', { thing: 'key', limit: `${MAX_KEY_LINE_CHARS} characters` })
  }
  const line = text.trim()
  assertOneLine(line)
  const [, algorithm = '', encoded = '', comment = ''] = /^(\S+)[ \t]+(\S+)(.*)$/.exec(line) ?? []
  const check = Object.hasOwn(checks, algorithm) ? checks[algorithm] : undefined
  if (!check) throw unknownType(line)
  const blob = Buffer.from(encoded, 'base64')
  if (blob.toString('base64') !== encoded) throw invalid('its second part is not base64')
  const [inner, ...fields] = readFields(blob)
  if (inner?.toString('latin1') !== algorithm) throw invalid('its two parts name different types')
  check(fields)
  return { algorithm, blob, fingerprint: fingerprintOf(blob), comment: cleanName(comment) }
}

export function fingerprintOf(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}

/** What a person wrote, without what no screen shows: controls and marks that turn text around. */
export const cleanName = (text: string): string =>
  text.replace(/\p{C}/gu, '').trim().slice(0, MAX_CREDENTIAL_NAME_CHARS)

function assertOneLine(line: string): void {
  if (/PRIVATE KEY-----|^PuTTY-User-Key-File/m.test(line)) throw new SkeinError('key_private')
  if (/^-+ ?BEGIN/.test(line)) {
    throw invalid('it is in another format, which `ssh-keygen -i -f FILE` turns into a line')
  }
  if (/[\r\n\u2028\u2029]/.test(line)) throw invalid('it has more than one line')
}

function unknownType(line: string): SkeinError {
  const [type = ''] = line.split(/\s/, 1)
  if (/-cert-v\d+@openssh\.com$/.test(type)) {
    return new SkeinError('key_unsupported', { type: 'certificate' })
  }
  if (type === 'ssh-dss') return new SkeinError('key_weak', { reason: 'DSA can be broken' })
  if (/^(ssh-|ecdsa-|sk-)[\w@.-]{1,60}$/.test(type)) {
    return new SkeinError('key_unsupported', { type })
  }
  // An option in front, as in authorized_keys: what it forbids would silently be allowed.
  if (/\s(ssh-|ecdsa-|sk-)\S+\s+AAAA/.test(line)) {
    return invalid('something stands before the key’s type; options are not taken')
  }
  return invalid('it begins with no type of key, such as ssh-ed25519')
}

/** The length-prefixed strings of a blob, which must fill it. */
function readFields(blob: Buffer): Buffer[] {
  const fields: Buffer[] = []
  let at = 0
  while (at < blob.length) {
    const start = at + 4
    const length = start <= blob.length ? blob.readUInt32BE(at) : Number.POSITIVE_INFINITY
    if (start + length > blob.length) throw invalid('it is cut off')
    fields.push(blob.subarray(start, start + length))
    at = start + length
  }
  return fields
}

function checkEd25519(fields: readonly Buffer[]): void {
  const [point] = fields
  if (fields.length !== 1 || point?.length !== ED25519_BYTES) throw invalid('it is cut off')
}

function checkEcdsa(curve: string): (fields: readonly Buffer[]) => void {
  return (fields) => {
    const { crv, bytes } = curves[curve] ?? { crv: '', bytes: 0 }
    const [name, point] = fields
    if (fields.length !== 2 || name?.toString('latin1') !== curve || !point) {
      throw invalid('its curve is not that of its type')
    }
    // Uncompressed points only: SEC 1, 2.3.3.
    if (point.length !== 1 + 2 * bytes || point[0] !== 4) throw invalid('its point is not whole')
    const x = point.subarray(1, 1 + bytes).toString('base64url')
    const y = point.subarray(1 + bytes).toString('base64url')
    assertUsable({ kty: 'EC', crv, x, y })
  }
}

function checkRsa(fields: readonly Buffer[]): void {
  const [e, n] = fields
  if (fields.length !== 2 || !e || !n) throw invalid('it is cut off')
  const [exponent, modulus] = [magnitude(e), magnitude(n)]
  const bits = bitsOf(modulus)
  if (bits < MIN_RSA_BITS) throw weak(`it has ${bits} bits, and ${MIN_RSA_BITS} are the least`)
  if (bits > MAX_RSA_BITS) throw invalid(`it has ${bits} bits, and ${MAX_RSA_BITS} are the most`)
  const exponentBits = bitsOf(exponent)
  const isOdd = (number: Buffer) => ((number.at(-1) ?? 0) & 1) === 1
  if (exponentBits < 2 || exponentBits > MAX_RSA_EXPONENT_BITS || !isOdd(exponent)) {
    throw weak('its exponent is not one that a program would choose')
  }
  if (!isOdd(modulus)) throw weak('its modulus is even')
  assertUsable({
    kty: 'RSA',
    e: exponent.toString('base64url'),
    n: modulus.toString('base64url'),
  })
}

/** An mpint (RFC 4251, 5) without its leading zero; it must be positive and as short as it can be. */
function magnitude(mpint: Buffer): Buffer {
  const [first = 0, second = 0] = mpint
  const isPadded = first === 0 && second >= 0x80
  if (mpint.length === 0 || first >= 0x80 || (first === 0 && !isPadded)) {
    throw invalid('a number in it is not well formed')
  }
  return isPadded ? mpint.subarray(1) : mpint
}

const bitsOf = (number: Buffer): number =>
  number.length === 0 ? 0 : number.length * 8 - (Math.clz32(number[0] ?? 0) - 24)

/** Whether OpenSSL would take it, too: a point off the curve is found here. */
function assertUsable(key: Record<string, string>): void {
  try {
    createPublicKey({ key, format: 'jwk' })
  } catch (cause) {
    throw new SkeinError('key_invalid', { reason: 'its numbers make no key' }, cause)
  }
}

const invalid = (reason: string): SkeinError => new SkeinError('key_invalid', { reason })
const weak = (reason: string): SkeinError => new SkeinError('key_weak', { reason })
