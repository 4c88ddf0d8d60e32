// What is kept in the database and must not be read from a copy of it: sealed with a key from the cluster's secret file,
// which is in no database and no record (AES-256-GCM, NIST SP 800-38D). Bound to whose and which it is, so that one cannot
// be put in another's place.

import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Random } from '../clock.ts'

const CIPHER = 'aes-256-gcm'
/** 96 bits by chance: a collision is as likely as not after 2^48 of them. */
const NONCE_BYTES = 12
const TAG_BYTES = 16

export function seal(text: string, bound: string, key: Buffer, random: Random): string {
  const nonce = Buffer.from(random(NONCE_BYTES))
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(bound))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url')
}

/** Undefined for what was not sealed with this key for this purpose, or was changed. */
export function unseal(sealed: string, bound: string, key: Buffer): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined
  const end = bytes.length - TAG_BYTES
  try {
    const options = { authTagLength: TAG_BYTES }
    const open = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), options)
    open.setAAD(Buffer.from(bound)).setAuthTag(bytes.subarray(end))
    const parts = [open.update(bytes.subarray(NONCE_BYTES, end)), open.final()]
    return Buffer.concat(parts).toString('utf8')
  } catch {
    return undefined
  }
}
