// The key of a backup: 32 random bytes as they are, or a passphrase made expensive to guess. Each backup has a salt and
// so a key of its own, under which nonces can be counted.

import { hkdfSync, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { SkeinError } from '#protocol/errors.ts'
import type { Seal } from './format.ts'

const KEY_BYTES = 32
const SALT_BYTES = 32
const CHECK_BYTES = 16
const MAX_FILE_BYTES = 4096
/** A passphrase lies in a file, so nobody has to remember it; shorter ones are guessed from the file alone. */
const LEAST_CHARACTERS = 12
/** OWASP's first choice for scrypt: 128 MB and about 0.4 s for each guess. */
const SCRYPT = { name: 'scrypt', cost: 2 ** 17, blockSize: 8, parallel: 1 } as const
const SCRYPT_MEMORY_BYTES = 256 * 1024 * 1024
const derive = promisify<Buffer, Buffer, number, object, Buffer>(scrypt)

export interface BackupKey {
  readonly kind: 'raw' | 'passphrase'
  readonly bytes: Buffer
}

/**
 * Reads 32 bytes, 64 hexadecimal digits, or a passphrase (without its last line break). 32 characters of printable text
 * are a passphrase: chance makes such a key once in 10^13. Rejects with `backup_key_invalid`.
 */
export async function readKeyFile(file: string): Promise<BackupKey> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw invalid(file, `it cannot be read (${error.code})`, error)
  })
  if (bytes.length > MAX_FILE_BYTES) throw invalid(file, `it is over ${MAX_FILE_BYTES} bytes`)
  const text = bytes.toString('latin1').replace(/\r?\n$/, '')
  if (/^[0-9a-fA-F]{64}$/.test(text)) return { kind: 'raw', bytes: Buffer.from(text, 'hex') }
  const isPrintable = /^[\x20-\x7e]*$/.test(text)
  if (bytes.length === KEY_BYTES && !isPrintable) return { kind: 'raw', bytes }
  if (text.length >= LEAST_CHARACTERS) {
    return { kind: 'passphrase', bytes: Buffer.from(text, 'latin1') }
  }
  throw invalid(file, `a passphrase has at least ${LEAST_CHARACTERS} characters`)
}

/** For a new backup: what its header says of the key, and the key itself. */
export async function newSeal(key: BackupKey): Promise<{ seal: Seal; secret: Buffer }> {
  const salt = randomBytes(SALT_BYTES)
  const derivation = key.kind === 'raw' ? ({ name: 'raw' } as const) : SCRYPT
  const { secret, check } = await keysOf(key, salt)
  const texts = { salt: salt.toString('hex'), check: check.toString('hex') }
  return { seal: { cipher: 'aes-256-gcm', derivation, ...texts }, secret }
}

/** Rejects with `backup_key_wrong`. */
export async function openSeal(seal: Seal, key: BackupKey): Promise<Buffer> {
  const expected = seal.derivation.name === 'raw' ? 'raw' : 'passphrase'
  if (key.kind !== expected) throw new SkeinError('backup_key_wrong')
  const { secret, check } = await keysOf(key, Buffer.from(seal.salt, 'hex'))
  if (timingSafeEqual(check, Buffer.from(seal.check, 'hex'))) return secret
  throw new SkeinError('backup_key_wrong')
}

/** HKDF-SHA256 (RFC 5869), once for the content and once for the check, so that neither tells of the other. */
async function keysOf({ kind, bytes }: BackupKey, salt: Buffer) {
  const master = kind === 'raw' ? bytes : await stretch(bytes, salt)
  const part = (purpose: string, length: number) =>
    Buffer.from(hkdfSync('sha256', master, salt, `skein backup ${purpose}`, length))
  return { secret: part('content', KEY_BYTES), check: part('check', CHECK_BYTES) }
}

function stretch(passphrase: Buffer, salt: Buffer): Promise<Buffer> {
  const { cost, blockSize, parallel } = SCRYPT
  const options = { N: cost, r: blockSize, p: parallel, maxmem: SCRYPT_MEMORY_BYTES }
  return derive(passphrase, salt, KEY_BYTES, options)
}

function invalid(file: string, reason: string, cause?: unknown): SkeinError {
  return new SkeinError('backup_key_invalid', { file, reason }, cause)
}
