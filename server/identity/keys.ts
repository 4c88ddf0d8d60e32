// The cluster's one secret and what is derived from it. The secret never leaves this machine's disk and memory;
// an agent gets only the key of one start of its own space.

import { hkdfSync, timingSafeEqual } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, link, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SkeinError } from '#protocol/errors.ts'
import type { SpaceId } from '#protocol/ids.ts'
import type { Random } from '../clock.ts'

export const CLUSTER_KEY_FILE = 'cluster.key'
/** 256 bits: as strong as the strongest thing derived from it. */
export const CLUSTER_SECRET_BYTES = 32
export const AGENT_KEY_BYTES = 32

/**
 * The key of one start of a space: HKDF-SHA256 (RFC 5869) without salt, since the secret is uniform already. Any
 * peer that knows the secret derives it, so it is stored nowhere and a new epoch makes the old key worthless.
 */
export function deriveAgentKey(clusterSecret: Buffer, spaceId: SpaceId, epoch: number): Buffer {
  const info = `skein agent ${spaceId}:${epoch}`
  return Buffer.from(hkdfSync('sha256', clusterSecret, Buffer.alloc(0), info, AGENT_KEY_BYTES))
}

/** A key for one purpose alone, so that nothing signed for one is taken for another (RFC 5869 as above). */
export function deriveKey(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), purpose, key.length))
}

/**
 * Takes another cluster's secret for a data folder that has none yet. Rejects with `config_invalid` where it has: its
 * state belongs to the cluster that it was made in.
 */
export async function adoptClusterSecret(
  folder: string,
  secret: Buffer,
  random: Random,
): Promise<void> {
  const path = join(folder, CLUSTER_KEY_FILE)
  await writeOnce(path, random, secret)
  const held = await loadClusterSecret(folder, random)
  if (held.length === secret.length && timingSafeEqual(held, secret)) return
  const reason = `${folder} belongs to another cluster; join with an empty --data folder`
  throw new SkeinError('config_invalid', { key: 'join', reason, source: '--join' })
}

/** Reads the secret from the data folder, or makes it (mode 0600) at the first start. Rejects with `config_invalid`. */
export async function loadClusterSecret(folder: string, random: Random): Promise<Buffer> {
  const path = join(folder, CLUSTER_KEY_FILE)
  await writeOnce(path, random)
  const secret = Buffer.from((await readFile(path, 'utf8')).trim(), 'hex')
  if (secret.length !== CLUSTER_SECRET_BYTES) {
    const reason = `it does not hold ${CLUSTER_SECRET_BYTES} bytes in hexadecimal`
    throw new SkeinError('config_invalid', { key: CLUSTER_KEY_FILE, reason, source: path })
  }
  // A copied or restored file often comes back world-readable.
  await chmod(path, 0o600)
  return secret
}

/** A link fails when the name exists, so two that start at once agree, and a crash leaves no half of a secret. */
async function writeOnce(
  path: string,
  random: Random,
  secret: Uint8Array = random(CLUSTER_SECRET_BYTES),
): Promise<void> {
  if (existsSync(path)) return
  const draft = `${path}.${Buffer.from(random(8)).toString('hex')}`
  try {
    await writeDurably(draft, `${Buffer.from(secret).toString('hex')}\n`)
    await link(draft, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    await rm(draft, { force: true })
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Compares without telling, by its duration, where the two differ. Lengths are not secret here. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
