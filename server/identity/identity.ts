// Everything about who people are, put together for the peer: set-up, sessions, users, audit and the keys.

import type { SpaceId } from '#protocol/ids.ts'
import type { Clock, Random } from '../clock.ts'
import type { Dot, Records } from '../records/records.ts'
import { deriveAgentKey, deriveKey, loadClusterSecret } from './keys.ts'
import { Passwords } from './passwords.ts'
import { Sessions } from './sessions.ts'
import { ensureSetting } from './settings.ts'
import { Setup } from './setup.ts'
import { Users } from './users.ts'

const SIGNING_KEY_SETTING = 'session-signing-key'
/** As long as SHA-256's output: RFC 2104, section 3. */
const SIGNING_KEY_BYTES = 32

export interface Identity {
  readonly setup: Setup
  readonly sessions: Sessions
  readonly users: Users
  /** The key of one start of a space's agent. */
  agentKey(spaceId: SpaceId, epoch: number): Buffer
  /** Signs tickets and passes to apps, which live and die with the sessions. */
  readonly appPassKey: Buffer
}

export interface IdentityParts {
  readonly records: Records
  readonly clock: Clock
  readonly random: Random
  /** The data folder; holds the cluster's secret. */
  readonly folder: string
  /** Whether this peer has all records up to the dot. A peer on its own always has. */
  readonly knows?: (birth: Dot) => boolean
}

/** Rejects with `config_invalid` when the cluster's secret cannot be read, and with the codes of `transact`. */
export async function createIdentity(parts: IdentityParts): Promise<Identity> {
  const { records, clock, random, folder, knows = () => true } = parts
  const secret = await loadClusterSecret(folder, random)
  const makers = { clock, random }
  const makeKey = () => Buffer.from(random(SIGNING_KEY_BYTES)).toString('hex')
  const key = await ensureSetting(records, SIGNING_KEY_SETTING, makeKey, makers)
  const signingKey = Buffer.from(String(key), 'hex')
  const passwords = new Passwords(random)
  const sessions = new Sessions({ ...makers, records, passwords, signingKey, knows })
  return {
    setup: new Setup({ ...makers, records, passwords, sessions }),
    sessions,
    users: new Users({ ...makers, records, passwords }),
    agentKey: (spaceId, epoch) => deriveAgentKey(secret, spaceId, epoch),
    appPassKey: deriveKey(signingKey, 'skein app pass'),
  }
}
