// What the person at the machine asks of this peer, over its control socket (control.ts), answered.

import type { AuditKeeper } from '../audit/keeper.ts'
import { systemClock as clock, systemRandom as random } from '../clock.ts'
import type { Config } from '../config/settings.ts'
import type { Identity } from '../identity/identity.ts'
import type { Answer, Question } from './control.ts'
import { loadPeerId } from './peer-id.ts'
import type { Place } from './place.ts'
import { resetPassword } from './reset-password.ts'

export interface Answering {
  readonly config: Config
  readonly identity: Identity
  readonly audit: AuditKeeper
  readonly place: Place
}

/** To whoever has the machine. */
export async function answer(
  { config, identity, audit, place }: Answering,
  question: Question,
): Promise<Answer> {
  const id = loadPeerId(config.data, { clock, random })
  switch (question.ask) {
    case 'reset-password':
      return resetPassword(identity, random, question.name)
    case 'audit-verify':
      return await audit.verify()
    case 'peers':
      return { peers: await place.list() }
    case 'join-token':
      return { token: place.token() }
    case 'wish': {
      const by = { actor: { kind: 'peer', id, name: config.name }, address: 'local' } as const
      return await place.ask(question.peer ?? id, question.of, by)
    }
  }
}
