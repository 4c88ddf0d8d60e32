// Signing a laptop in by a browser. Who asks needs no rights; who approves is signed in with a password, since a token
// that could make tokens would be for ever.

import type { BegunLogin, CollectedLogin, PendingLogin } from '#protocol/api/cli.ts'
import { SkeinError } from '#protocol/errors.ts'
import { audited } from '../../identity/audit.ts'
import type { Door } from '../ports.ts'
import { created, nothing, ok } from '../reply.ts'
import { by, type Call, type ClosedCall, openRoute, route } from '../route.ts'
import type { Shown } from './logins.ts'

/** Half a year: a laptop that is lost and never revoked does not stay signed in for ever. */
const TOKEN_DAYS = 180

export const loginRoutes = [
  openRoute('POST /logins', {
    action: 'login.begin',
    handle({ logins }, { body, address }) {
      const { expiresMs, ...begun } = logins.begin({ name: body.name, address })
      const expiresAt = new Date(expiresMs).toISOString()
      return created({ ...begun, expiresAt } satisfies BegunLogin)
    },
  }),
  route('GET /logins/:id', {
    action: 'login.see',
    handle: ({ logins }, call) => ok(shown(logins.show(idOf(call)))),
  }),
  route('POST /logins/:id/approve', {
    action: 'login.approve',
    async handle(door, call) {
      const login = door.logins.approve(idOf(call), call.person)
      await note(door, call, 'login.approve', login)
      return nothing
    },
  }),
  route('DELETE /logins/:id', {
    action: 'login.refuse',
    handle({ logins }, call) {
      logins.refuse(idOf(call))
      return nothing
    },
  }),
  openRoute('POST /logins/:id/token', {
    action: 'login.collect',
    async handle(door, call) {
      const collected = await collect(door, call, call.body.secret)
      return { ...ok(collected satisfies CollectedLogin), isSecret: true }
    },
  }),
]

async function collect(door: Door, call: Call, secret: string): Promise<CollectedLogin> {
  const { identity } = door
  const login = collected(door, call, secret)
  if (!login) return {}
  const { approver, name } = login
  // Signed out, or disabled, between the approval and now.
  const person = identity.holds(approver.credential)
  if (!person) throw new SkeinError('login_gone')
  const input = { name: `skein on ${name}`, expiresInDays: TOKEN_DAYS }
  const by = { actor: person.actor, address: call.address }
  return { token: (await identity.tokens.create(by, person.userId, input)).secret }
}

/** A wrong secret or id is an attempt like a wrong password. */
function collected({ logins, identity }: Door, call: Call, secret: string) {
  try {
    return logins.collect(idOf(call), secret)
  } catch (caught) {
    identity.sessions.countAttempt(call.address)
    throw caught
  }
}

function note(
  { records }: Door,
  call: ClosedCall<undefined, undefined>,
  action: string,
  { name, address, code }: Shown,
): Promise<void> {
  const { userId, actor } = call.person
  const target = { kind: 'user', id: userId, name: actor.name }
  const entry = audited(by(call), action, target, { name, from: address, code })
  return records.transact(() => ({ changes: [entry], result: undefined }))
}

const idOf = ({ params }: Call): string => params.id ?? ''

const shown = ({ name, address, code, expiresMs }: Shown): PendingLogin => ({
  name,
  address,
  code,
  expiresAt: new Date(expiresMs).toISOString(),
})
