// A new password for someone who lost theirs, asked for by whoever has the machine.

import { SkeinError } from '#protocol/errors.ts'
import type { UserId } from '#protocol/ids.ts'
import type { Random } from '../clock.ts'
import { LOCAL_ADDRESS } from '../http/address.ts'
import type { Identity } from '../identity/identity.ts'

/** 15 bytes are 20 characters of base64url and 120 bits: nobody guesses it, and it can be read out. */
const PASSWORD_BYTES = 15
const actor = { kind: 'system', id: 'machine', name: 'the machine' } as const

/** Rejects with `not_found`. Every session of the user ends. */
export async function resetPassword(
  { users }: Pick<Identity, 'users'>,
  random: Random,
  name: string,
): Promise<{ username: string; password: string }> {
  const user = users.list().find(({ username }) => username === name)
  if (user === undefined) throw new SkeinError('not_found', { thing: `user “${name}”` })
  const password = Buffer.from(random(PASSWORD_BYTES)).toString('base64url')
  await users.update({ actor, address: LOCAL_ADDRESS }, user.id as UserId, { password })
  return { username: user.username, password }
}
