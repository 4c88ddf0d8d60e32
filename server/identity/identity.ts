// Everything about who people are, put together for the peer: set-up, sessions, users, SSH keys, tokens, audit and the peer's own keys.

import type { SpaceId } from '#protocol/ids.ts'
import type { Clock, Random } from '../clock.ts'
import type { Dot, Records } from '../records/records.ts'
import { Registries } from '../values/registries.ts'
import { Variables } from '../values/variables.ts'
import type { Credential, Person } from './credential.ts'
import { Factors } from './factors.ts'
import { Groups } from './groups.ts'
import type { GuessesOptions } from './guesses.ts'
import { Invitations } from './invitations.ts'
import { deriveAgentKey, deriveKey, loadClusterSecret } from './keys.ts'
import { LastUse } from './last-use.ts'
import { type PasswordCost, Passwords } from './passwords.ts'
import { Roles } from './roles.ts'
import { Sessions } from './sessions.ts'
import { ensureSetting } from './settings.ts'
import { Setup } from './setup.ts'
import { SshKeys } from './ssh-keys.ts'
import { Tickets } from './tickets.ts'
import { Tokens } from './tokens.ts'
import { Users } from './users.ts'

export const SIGNING_KEY_SETTING = 'session-signing-key'
/** As long as SHA-256's output: RFC 2104, section 3. */
const SIGNING_KEY_BYTES = 32

export interface Identity {
  readonly setup: Setup
  readonly sessions: Sessions
  readonly users: Users
  readonly keys: SshKeys
  readonly tokens: Tokens
  readonly factors: Factors
  readonly groups: Groups
  readonly roles: Roles
  readonly invitations: Invitations
  readonly variables: Variables
  readonly registries: Registries
  /** The person as they are now, or undefined when the session or token has ended. */
  holds(credential: Credential): Person | undefined
  /** The key of one start of a space's agent. */
  agentKey(spaceId: SpaceId, epoch: number): Buffer
  /** What the space's SSH host key is made from: the same at each start and on every peer. */
  hostKeySeed(spaceId: SpaceId): Buffer
  /** Signs tickets and passes to apps, which live and die with the sessions. */
  readonly appPassKey: Buffer
  /** For pages whose own peer has gone. */
  readonly tickets: Tickets
}

export interface IdentityParts {
  readonly records: Records
  readonly clock: Clock
  readonly random: Random
  /** The data folder; holds the cluster's secret. */
  readonly folder: string
  /** Whether this peer has heard of the transaction, whatever is left of it. A peer on its own always has. */
  readonly knows?: (birth: Dot) => boolean
  /** By which peers count attempts together; `self` is this one's id. */
  readonly live?: GuessesOptions['live']
  readonly self?: string
  /** As in earnest unless given: a test that logs in a hundred times is about something else. */
  readonly passwordCost?: PasswordCost
}

/** Rejects with `config_invalid` when the cluster's secret cannot be read, and with the codes of `transact`. */
export async function createIdentity(parts: IdentityParts): Promise<Identity> {
  const { records, clock, random, folder, knows = () => true, live, self, passwordCost } = parts
  const secret = await loadClusterSecret(folder, random)
  const makers = { clock, random }
  const makeKey = () => Buffer.from(random(SIGNING_KEY_BYTES)).toString('hex')
  const key = await ensureSetting(records, SIGNING_KEY_SETTING, makeKey, makers)
  const signingKey = Buffer.from(String(key), 'hex')
  const passwords = new Passwords(random, passwordCost)
  const told = { ...(live && { live }), ...(self !== undefined && { self }) }
  const factors = new Factors({
    ...makers,
    records,
    key: deriveKey(secret, 'skein credential'),
  })
  const sessions = new Sessions({
    ...{ ...makers, ...told, records, passwords, signingKey, knows, factors },
  })
  const lastUse = new LastUse({ records, clock })
  const tokens = new Tokens({ ...makers, records, lastUse })
  return {
    setup: new Setup({ ...makers, records, passwords, sessions }),
    sessions,
    users: new Users({ ...makers, records, passwords }),
    factors,
    groups: new Groups({ ...makers, records }),
    roles: new Roles({ ...makers, records }),
    invitations: new Invitations({ ...makers, records, passwords, sessions }),
    variables: new Variables({ ...makers, records, key: deriveKey(secret, 'skein variable') }),
    registries: new Registries({ ...makers, records, key: deriveKey(secret, 'skein registry') }),
    keys: new SshKeys({ ...makers, records, lastUse }),
    tokens,
    holds: (credential) =>
      credential.kind === 'session' ? sessions.holds(credential.claims) : tokens.holds(credential),
    agentKey: (spaceId, epoch) => deriveAgentKey(secret, spaceId, epoch),
    hostKeySeed: (spaceId) => deriveKey(secret, `skein ssh host ${spaceId}`),
    appPassKey: deriveKey(signingKey, 'skein app pass'),
    tickets: new Tickets({ ...makers, sessions, key: deriveKey(signingKey, 'skein ticket') }),
  }
}
