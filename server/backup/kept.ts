// Which files of a data folder a backup holds: the records, and every key without which they are worth nothing on
// another machine. `run/`, `lock.db` and `peer.pid` are of the process that runs and mean nothing elsewhere.

import { CLUSTER_KEY_FILE } from '../identity/keys.ts'
import { DATABASE_FILE } from '../store/sqlite/open.ts'

export const BOOT_FILE = 'peer.boot'

/** By name what each is for; the database comes last, since only its size is of consequence. */
export const KEPT_FILES = {
  [CLUSTER_KEY_FILE]: 'the cluster’s secret: links to spaces, their SSH host keys, other peers',
  'peer.id': 'who this peer is among others',
  [BOOT_FILE]: 'how often it has started',
  'tls/authority.key': 'the authority of --tls self',
  'tls/ca.pem': 'its certificate, which others trust',
  'tls/server.pem': 'the certificate that it issued last',
  [DATABASE_FILE]: 'all records, with the SSH host key and the key that signs sessions',
} as const satisfies Record<string, string>

export type KeptFile = keyof typeof KEPT_FILES
export const keptFiles = Object.keys(KEPT_FILES) as KeptFile[]

/** A key or certificate is a few kilobytes; more than this is none. Bytes. */
export const MAX_SMALL_BYTES = 256 * 1024

/** What a person must keep beside a backup. */
export const NOT_KEPT = [
  'the volumes of spaces (skein volume export)',
  'the configuration file and variables, and the files of --tls-cert and --tls-key',
  'images of templates',
] as const
