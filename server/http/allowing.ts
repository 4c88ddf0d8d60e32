// Who may allow a template what its text reaches outside its spaces.

import { SkeinError } from '#protocol/errors.ts'
import { assertByPassword, type Person } from '../identity/credential.ts'
import { actions, may } from '../identity/policy.ts'

/** Throws `token_forbidden` or `forbidden`. No token may: a stolen one would hand out the host. */
export function assertMayAllow(call: {
  readonly person: Person
  readonly body: { readonly allow: boolean }
}): void {
  const { person, body } = call
  if (!body.allow) return
  assertByPassword(person, 'template.allow')
  if (may(person, 'template.allow')) return
  const { verb, thing } = actions['template.allow']
  throw new SkeinError('forbidden', { action: verb, thing })
}
