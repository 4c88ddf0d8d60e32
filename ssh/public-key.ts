// A user's public key as SSH carries it, and whether a signature is its. Read by us and not by ssh2, whose parser also
// takes text, private keys and keys of any length from whoever connects.

import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { blob, PacketReader } from './packet.ts'

/** Shorter RSA keys are within reach of an attacker; longer ones cost milliseconds for each signature. */
const RSA_BITS = { least: 2048, most: 8192 } as const
/** Larger exponents make one check as slow as a signature; everybody uses 65537. */
const MAX_RSA_EXPONENT_BYTES = 4
/** Of a security key's signature: that somebody touched it. */
const TOUCHED = 1

interface Curve {
  readonly jwk: string
  readonly ssh: string
  readonly hash: string
  readonly bytes: number
}

const curves: Readonly<Record<string, Curve>> = {
  'ecdsa-sha2-nistp256': { jwk: 'P-256', ssh: 'nistp256', hash: 'sha256', bytes: 32 },
  'ecdsa-sha2-nistp384': { jwk: 'P-384', ssh: 'nistp384', hash: 'sha384', bytes: 48 },
  'ecdsa-sha2-nistp521': { jwk: 'P-521', ssh: 'nistp521', hash: 'sha512', bytes: 66 },
}
const rsaHashes: Readonly<Record<string, string>> = {
  'rsa-sha2-256': 'sha256',
  'rsa-sha2-512': 'sha512',
}

/**
 * Whether `signature` (algorithm, then bytes) is the key's over `data`. False for whatever is not understood: a key of
 * another kind than the algorithm, a point off the curve, a wrong length.
 */
export function isSignedBy(
  key: { readonly algorithm: string; readonly blob: Buffer },
  data: Buffer,
  signature: Buffer,
): boolean {
  try {
    const reader = new PacketReader(signature, 0)
    if (reader.text() !== key.algorithm) return false
    return check(key, data, reader)
  } catch {
    return false
  }
}

function check(
  { algorithm, blob: bytes }: { readonly algorithm: string; readonly blob: Buffer },
  data: Buffer,
  signature: PacketReader,
): boolean {
  const key = new PacketReader(bytes, 0)
  const kind = key.text()
  const hash = rsaHashes[algorithm]
  if (hash !== undefined) {
    return kind === 'ssh-rsa' && verify(hash, data, rsa(key), signature.bytes())
  }
  if (kind !== algorithm) return false
  if (kind === 'ssh-ed25519') return verify(null, data, ed25519(key.bytes()), signature.bytes())
  if (kind === 'sk-ssh-ed25519@openssh.com') return checkTouched(key, data, signature)
  const curve = curves[kind]
  return curve !== undefined && checkCurve(curve, key, data, signature)
}

/** PROTOCOL.u2f of OpenSSH: the security key signs a hash of the application, its flags and counter, and the data's hash. */
function checkTouched(key: PacketReader, data: Buffer, signature: PacketReader): boolean {
  const point = key.bytes()
  const application = key.bytes()
  const signed = signature.bytes()
  const flags = signature.byte()
  const counter = Buffer.alloc(4)
  counter.writeUInt32BE(signature.number())
  const message = Buffer.concat([sha256(application), Buffer.of(flags), counter, sha256(data)])
  return (flags & TOUCHED) !== 0 && verify(null, message, ed25519(point), signed)
}

function checkCurve(
  curve: Curve,
  key: PacketReader,
  data: Buffer,
  signature: PacketReader,
): boolean {
  if (key.text() !== curve.ssh) return false
  const point = key.bytes()
  if (point.length !== 1 + 2 * curve.bytes || point[0] !== 4) return false
  const x = point.subarray(1, 1 + curve.bytes).toString('base64url')
  const y = point.subarray(1 + curve.bytes).toString('base64url')
  const object = createPublicKey({ key: { kty: 'EC', crv: curve.jwk, x, y }, format: 'jwk' })
  const pair = new PacketReader(signature.bytes(), 0)
  const halves = [fixed(pair.bytes(), curve.bytes), fixed(pair.bytes(), curve.bytes)]
  return verify(curve.hash, data, { key: object, dsaEncoding: 'ieee-p1363' }, Buffer.concat(halves))
}

function ed25519(point: Buffer): KeyObject {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: point.toString('base64url') }
  return createPublicKey({ key: jwk, format: 'jwk' })
}

function rsa(key: PacketReader): KeyObject {
  const e = withoutZeroes(key.bytes())
  const n = withoutZeroes(key.bytes())
  const bits = n.length * 8 - Math.clz32(n[0] ?? 0) + 24
  if (bits < RSA_BITS.least || bits > RSA_BITS.most || e.length > MAX_RSA_EXPONENT_BYTES) {
    throw new RangeError('an RSA key of this size is not taken')
  }
  const jwk = { kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') }
  return createPublicKey({ key: jwk, format: 'jwk' })
}

/** An mpint as a number of fixed length. */
function fixed(mpint: Buffer, length: number): Buffer {
  const bytes = withoutZeroes(mpint)
  if (bytes.length > length) throw new RangeError('a signature is too long')
  return Buffer.concat([Buffer.alloc(length - bytes.length), bytes])
}

function withoutZeroes(bytes: Buffer): Buffer {
  let at = 0
  while (at < bytes.length && bytes[at] === 0) at++
  return bytes.subarray(at)
}

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest()

/** What the signature of a login stands over (RFC 4252, 7). */
export function signedData(sessionId: Buffer, request: Buffer): Buffer {
  return Buffer.concat([blob(sessionId), request])
}
