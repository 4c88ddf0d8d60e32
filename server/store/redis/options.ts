// From `--store redis://…` to what the library connects with. Read anew for each connection: a password or an authority may
// have been changed in its file since.

import { readFileSync } from 'node:fs'
import type { RedisOptions } from 'ioredis'
import { SkeinError } from '#protocol/errors.ts'
import type { Clock } from '../../clock.ts'
import type { RedisAddress } from '../address.ts'
import type { ConnectionOptions } from './connection.ts'
import { reasonOf } from './failure.ts'

/** Throws `store_failed` when a file cannot be read. */
export function connectionOptions(address: RedisAddress, clock: Clock): ConnectionOptions {
  const { name, unsafeDurability, user, database } = address
  const password = address.passwordFile ? secretIn(address.passwordFile) : address.password
  const redis: RedisOptions = {
    ...whereOf(address),
    db: database,
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
  }
  return { redis, name, unsafeDurability, clock }
}

function whereOf({ hosts, primary, ...address }: RedisAddress): RedisOptions {
  const [first] = hosts
  const tls = tlsOf(address)
  if (primary === undefined) return { ...first, ...(tls && { tls }) }
  return {
    sentinels: [...hosts],
    name: primary,
    // A primary that hangs ends no connection; the sentinels say that there is another.
    failoverDetector: true,
    ...(tls && { tls, sentinelTLS: tls, enableTLSForSentinelMode: true }),
  }
}

function tlsOf({ tls, ca }: Pick<RedisAddress, 'tls' | 'ca'>) {
  if (tls === 'off') return undefined
  return { rejectUnauthorized: tls === 'verify', ...(ca !== undefined && { ca: contentOf(ca) }) }
}

/** Editors end a file with a line feed, which is part of no password. */
const secretIn = (path: string): string => contentOf(path).replace(/\r?\n$/, '')

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new SkeinError('store_failed', { reason: reasonOf(error) }, error)
  }
}
