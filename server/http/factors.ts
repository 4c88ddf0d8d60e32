// The second factor of one's own account. Whoever changes it says the password once more: a stolen session must neither
// take it away nor put its own in its place.

import type { FactorState, RecoveryCodes } from '#protocol/api/factors.ts'
import type { Door } from './ports.ts'
import { created, nothing, ok } from './reply.ts'
import { by, type ClosedCall, route } from './route.ts'

export const factorRoutes = [
  route('GET /me/factor', {
    action: 'factor.see',
    handle: ({ identity }, { person }) =>
      ok({ factor: identity.factors.show(person.userId) ?? null } satisfies FactorState),
  }),
  route('POST /me/factor', {
    action: 'factor.change',
    async handle(door, call) {
      await prove(door, call)
      return { ...created(await door.identity.factors.enrol(call.person.userId)), isSecret: true }
    },
  }),
  route('POST /me/factor/confirm', {
    action: 'factor.change',
    async handle({ identity }, call) {
      identity.sessions.countAttempt(call.address)
      const codes = await identity.factors.confirm(by(call), call.person.userId, call.body.code)
      identity.sessions.giveAttemptBack(call.address)
      return { ...ok({ codes } satisfies RecoveryCodes), isSecret: true }
    },
  }),
  route('POST /me/factor/codes', {
    action: 'factor.change',
    async handle(door, call) {
      await prove(door, call)
      const codes = await door.identity.factors.renewCodes(by(call), call.person.userId)
      return { ...ok({ codes } satisfies RecoveryCodes), isSecret: true }
    },
  }),
  route('POST /me/factor/remove', {
    action: 'factor.change',
    async handle(door, call) {
      await prove(door, call)
      await door.identity.factors.remove(by(call), call.person.userId)
      return nothing
    },
  }),
]

/** Rejects with `bad_credentials` or `rate_limited`. */
async function prove(
  { identity }: Door,
  { person, body, address }: ClosedCall<{ readonly password: string }, undefined>,
): Promise<void> {
  identity.sessions.countAttempt(address)
  await identity.users.prove(person.userId, body.password)
  identity.sessions.giveAttemptBack(address)
}
