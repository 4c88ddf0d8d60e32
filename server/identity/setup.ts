// The first run. There is no open set-up page: whoever can read the server's log gets a one-time link. The token is
// kept hashed; while nobody exists each start makes a new one, and the first user ends it for ever.

import { createHash } from 'node:crypto'
import { SkeinError } from '#protocol/errors.ts'
import type { UserId } from '#protocol/ids.ts'
import type { Records, View } from '../records/records.ts'
import { audited } from './audit.ts'
import { sameBytes } from './keys.ts'
import type { Passwords } from './passwords.ts'
import type { Sessions } from './sessions.ts'
import { freshId, type Makers, readSetting, removeSetting, writeSetting } from './settings.ts'
import { newUser } from './users.ts'

const TOKEN_BYTES = 32
const TOKEN_SETTING = 'setup-token'
/** Held for ever by whoever came first, so that two first users on two peers end as one. */
const DONE_SETTING = 'setup-done'

export interface FirstUser {
  readonly token: string
  readonly username: string
  readonly displayName: string
  readonly password: string
}

interface SetupParts extends Makers {
  readonly records: Records
  readonly passwords: Passwords
  readonly sessions: Sessions
}

export class Setup {
  readonly #parts: SetupParts

  constructor(parts: SetupParts) {
    this.#parts = parts
  }

  get needed(): boolean {
    return isNeeded(this.#parts.records)
  }

  /** A new one-time token for the set-up URL, and the end of older ones; undefined when set-up is done. */
  async begin(): Promise<string | undefined> {
    const token = Buffer.from(this.#parts.random(TOKEN_BYTES)).toString('base64url')
    return this.#parts.records.transact((view) => {
      if (!isNeeded(view)) return { changes: [], result: undefined }
      const changes = writeSetting(view, TOKEN_SETTING, hashOf(token).toString('hex'), this.#parts)
      return { changes, result: token }
    })
  }

  /**
   * Makes the first administrator. Rejects with `setup_done`, `setup_token_wrong`, `rate_limited`, `name_invalid`
   * or `password_weak`; the token stays good until it succeeds.
   */
  async finish(input: FirstUser, address: string): Promise<UserId> {
    const { records, passwords, sessions, clock } = this.#parts
    sessions.countAttempt(address)
    // Asked before the password is hashed, so that strangers cannot make the peer work.
    assertToken(records, input.token)
    const id = freshId<'user'>(this.#parts)
    const passwordHash = await passwords.hash(input.password)
    const createdAt = clock.nowMs()
    await records.transact((view) => {
      assertToken(view, input.token)
      const { username, displayName } = input
      const user = {
        id,
        username,
        displayName,
        role: 'administrator',
        passwordHash,
        createdAt,
      } as const
      const actor = { kind: 'user', id, name: username } as const
      const changes = [
        ...newUser(view, user),
        ...removeSetting(view, TOKEN_SETTING),
        ...writeSetting(view, DONE_SETTING, { at: createdAt, by: id }, this.#parts),
        audited({ actor, address }, 'setup.finish', { kind: 'user', id, name: username }),
      ]
      return { changes, result: undefined }
    }, EVERYWHERE)
    // Somebody may have finished it on another peer in the same moment: the earlier one stands.
    if (!isBy(readSetting(records, DONE_SETTING), id)) throw new SkeinError('setup_done')
    return id
  }
}

/** Who else finishes the set-up right now is heard of before anybody is told that it worked. */
const EVERYWHERE = { ack: 'every' } as const

const isBy = (done: unknown, id: UserId): boolean =>
  typeof done === 'object' && done !== null && 'by' in done && done.by === id

const isNeeded = (view: View): boolean =>
  readSetting(view, DONE_SETTING) === undefined && view.list('user').length === 0

function assertToken(view: View, token: string): void {
  if (!isNeeded(view)) throw new SkeinError('setup_done')
  const kept = readSetting(view, TOKEN_SETTING)
  const hash = Buffer.from(typeof kept === 'string' ? kept : '', 'hex')
  if (!sameBytes(hashOf(token), hash)) throw new SkeinError('setup_token_wrong')
}

/** A random token needs no slow hash: 256 bits are not guessed. */
const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()
